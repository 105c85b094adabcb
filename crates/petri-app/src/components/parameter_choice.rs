//! The choice of one trainable number in two steps: a tensor from a menu, then a place within it.

use leptos::prelude::*;

use crate::components::whole_number::WholeNumber;
use crate::context::lab;
use crate::view::parameters::{Pick, Tensor, settle, tensors};

/// The tensors of the network as it is now.
pub(crate) fn tensors_memo() -> Memo<Vec<Tensor>> {
    let lab = lab();
    Memo::new(move |_| lab.info.with(|i| lab.experiment.with(|e| i.as_ref().map_or(vec![], |i| tensors(e, i)))))
}

/// The choice.
#[component]
pub(crate) fn ParameterChoice(
    /// Name for people.
    label: &'static str,
    /// For tests; the number field has `-index` behind it.
    test_id: &'static str,
    /// What can be chosen.
    tensors: Memo<Vec<Tensor>>,
    /// What is chosen.
    #[prop(into)]
    pick: Signal<Pick>,
    /// Called with another choice.
    on_pick: impl Fn(Pick) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let settled = Memo::new(move |_| tensors.with(|t| settle(t, pick.get())).unwrap_or_default());
    let of_tensor = move |of: fn(&Tensor, usize) -> String| {
        let pick = settled.get();
        tensors.with(|t| t.get(pick.tensor).map_or(String::new(), |t| of(t, pick.index)))
    };
    let len = Memo::new(move |_| tensors.with(|t| t.get(settled.get().tensor).map_or(1, |t| t.len)));
    view! {
        <span class="parameter-choice">
            <label>{label}" "
                <select data-testid=test_id prop:value=move || settled.get().tensor.to_string()
                    on:change=move |ev| on_pick(Pick { tensor: event_target_value(&ev).parse().unwrap_or(0), index: 0 })>
                    {move || tensors.with(|all| all.iter().enumerate().map(|(i, t)| {
                        view! { <option value=i.to_string() selected=move || settled.get().tensor == i>{t.title()}</option> }
                    }).collect_view())}
                </select>
            </label>
            <span class="hint">"number"</span>
            <WholeNumber value=Signal::derive(move || settled.get().index + 1) max=len test_id=format!("{test_id}-index")
                label=Signal::derive(move || format!("{label}: number within {}", of_tensor(|t, _| t.title())))
                on_pick=move |n| on_pick(Pick { index: n - 1, ..settled.get_untracked() })/>
            <span class="hint">{move || of_tensor(Tensor::place)}</span>
        </span>
    }
}
