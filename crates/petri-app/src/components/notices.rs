//! Messages to the learner: what happened, and what can be done.

use leptos::prelude::*;

use crate::context::lab;

/// The list of messages.
#[component]
pub(crate) fn Notices() -> impl IntoView {
    let lab = lab();
    let notices = Memo::new(move |_| lab.model.with(|m| m.notices.list().to_vec()));
    view! {
        <div class="notices" role="alert" data-testid="notices">
            <For each=move || notices.get() key=|n| n.id let:notice>
                <div class="notice" class:notice-error=notice.is_error>
                    <div>
                        <p><strong>{notice.message.clone()}</strong></p>
                        {(!notice.details.is_empty()).then(|| view! {
                            <details>
                                <summary>"Details"</summary>
                                <ul>{notice.details.iter().map(|d| view! { <li>{d.clone()}</li> }).collect_view()}</ul>
                            </details>
                        })}
                        {(!notice.advice.is_empty()).then(|| view! { <p>{notice.advice.clone()}</p> })}
                    </div>
                    {notice.offer.map(|offer| view! {
                        <button type="button" data-testid="accept" on:click=move |_| lab.act(|m| m.accept(notice.id))>{offer.title()}</button>
                    })}
                    <button type="button" class="quiet" aria-label="Hide this message"
                        on:click=move |_| lab.act(|m| { m.notices.dismiss(notice.id); vec![] })>"×"</button>
                </div>
            </For>
        </div>
    }
}
