//! Messages to the learner: what happened, and what can be done.

use leptos::prelude::*;

use crate::components::control_bar::TRAIN;
use crate::components::focus::focus_first;
use crate::context::lab;

/// Id of the button that hides a message.
fn hide_id(notice: u32) -> String {
    format!("hide-notice-{notice}")
}

/// The list of messages.
#[component]
pub(crate) fn Notices() -> impl IntoView {
    let lab = lab();
    let notices = Memo::new(move |_| lab.model.with(|m| m.notices.list().to_vec()));
    // The focus goes to the message in its place, or to what is beside the messages.
    let go_on = move |id: u32| {
        let next = notices.with_untracked(|all| all.iter().find(|n| n.id > id).or(all.last()).map(|n| hide_id(n.id)));
        focus_first(next.into_iter().chain([TRAIN.to_owned(), "main".to_owned()]).collect());
    };
    view! {
        <div class="notices" role="alert" data-testid="notices">
            // The newest first: it is what has just happened, and the others may have to be scrolled to.
            <For each=move || notices.get().into_iter().rev() key=|n| n.id let:notice>
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
                        <button type="button" data-testid="accept" on:click=move |_| {
                            lab.act(|m| m.accept(notice.id));
                            go_on(notice.id);
                        }>{offer.title()}</button>
                    })}
                    <button type="button" class="quiet" id=hide_id(notice.id) aria-label="Hide this message"
                        on:click=move |_| {
                            lab.act(|m| { m.notices.dismiss(notice.id); vec![] });
                            go_on(notice.id);
                        }>"×"</button>
                </div>
            </For>
        </div>
    }
}
