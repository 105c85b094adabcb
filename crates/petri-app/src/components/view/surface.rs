//! The loss over two parameters as a map, with the path of the optimizer on it.

use leptos::prelude::*;
use petri_protocol::command::ProbeKind;
use petri_protocol::number;

use crate::components::canvas::PictureCanvas;
use crate::components::drawing::Plot;
use crate::components::parameter_choice::{ParameterChoice, tensors_memo};
use crate::context::lab;
use crate::view::card::SurfaceChoice;
use crate::view::parameters::settle_pair;
use crate::view::surface::{overlay, picture, reach, words};
use petri_lesson::dish::Runs;

/// The view.
pub(crate) fn panel(_: Signal<Option<Runs>>) -> AnyView {
    view! { <Surface/> }.into_any()
}

#[component]
fn Surface() -> impl IntoView {
    let lab = lab();
    let answer = lab.probed(ProbeKind::LossSurface);
    let choice = Memo::new(move |_| lab.model.with(|m| m.looking.surface.clone()));
    let tensors = tensors_memo();
    // As the questions to the worker settle it, so that the menus say what is drawn.
    let pair = Memo::new(move |_| tensors.with(|t| choice.with(|c| settle_pair(t, c.parameters))));
    let map = Memo::new(move |_| answer.with(|a| a.as_deref().and_then(picture)));
    let drawn = Memo::new(move |_| answer.with(|a| choice.with(|c| overlay(a.as_deref(), c))));
    let text =
        Memo::new(move |_| answer.with(|a| a.as_deref().map_or_else(|| "The map comes with the first answer.".into(), words)));
    let extent = Memo::new(move |_| answer.with(|a| choice.with(|c| reach(c, a.as_deref()))));
    let set = move |change: &dyn Fn(&mut SurfaceChoice)| lab.act(|m| m.look(|l| change(&mut l.surface)));
    let select = move |which: usize, title: &'static str, test_id: &'static str| {
        let pick = Signal::derive(move || pair.get().map_or_else(Default::default, |p| p[which]));
        let on_pick = move |picked| {
            let mut parameters = pair.get_untracked().unwrap_or_default();
            parameters[which] = picked;
            set(&move |c| c.parameters = parameters);
        };
        view! { <ParameterChoice label=title test_id=test_id tensors=tensors pick=pick on_pick=on_pick/> }
    };
    view! {
        <section class="panel surface" aria-labelledby="surface-title">
            <h2 id="surface-title">"Loss surface"</h2>
            <div class="surface-map">
                <PictureCanvas picture=map label=text test_id="surface"/>
                <Plot drawing=drawn is_silent=true/>
            </div>
            <p class="readout" data-testid="surface-readout">{text}</p>
            <Show when=move || pair.with(Option::is_none)><p class="hint">"This network has fewer than two parameters in dense layers."</p></Show>
            <div class="surface-controls">
                {select(0, "Across", "surface-across")}{select(1, "Up", "surface-up")}
                <label class="inline"><input type="radio" name="surface-batch" data-testid="surface-full" prop:checked=move || choice.with(|c| c.full_batch)
                    on:change=move |_| set(&|c| c.full_batch = true)/>" many training samples"</label>
                <label class="inline"><input type="radio" name="surface-batch" data-testid="surface-batch" prop:checked=move || !choice.with(|c| c.full_batch)
                    on:change=move |_| set(&|c| c.full_batch = false)/>" current batch"</label>
                <label class="inline">"reach "<input type="range" min="1" max="12" step="1" prop:value=move || extent.get().to_string()
                    on:change=move |ev| { let e = number::read(&event_target_value(&ev)).map(|e| e as f32); set(&move |c| c.extent = e); }/></label>
            </div>
            <p class="hint">"Dark is a low loss. All other parameters stay as they are now."</p>
        </section>
    }
}
