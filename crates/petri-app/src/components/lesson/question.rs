//! A question with its answers, and what is said to the answer that was given.

use leptos::prelude::*;

use super::prose::inline;
use crate::context::lab;
use crate::state::progress::StoredAnswer;
use petri_lesson::prose::plain;
use petri_lesson::question::Verdict;
use petri_lesson::{Answer, Kind, Question};

/// A question.
#[component]
pub(crate) fn QuestionView(
    /// The question.
    question: Question,
    /// Key of the lesson's progress.
    lesson: String,
    /// Its number in the lesson.
    number: usize,
) -> impl IntoView {
    let lab = lab();
    let stored = lab.progress.with_untracked(|p| p.of(&lesson).answers.get(&question.id).cloned());
    let chosen = RwSignal::new(stored.as_ref().map(|s| s.chosen.clone()).unwrap_or_default());
    let text = RwSignal::new(stored.as_ref().map(|s| s.text.clone()).unwrap_or_default());
    let judge = {
        let question = question.clone();
        move || match question.kind {
            Kind::Numeric { .. } => question.judge_number(&text.get_untracked()),
            _ => question.judge_choice(&chosen.get_untracked()),
        }
    };
    let verdict = RwSignal::new(stored.is_some().then(&judge));
    let id = question.id.clone();
    let check = move |_| {
        let said = judge();
        verdict.set(Some(said));
        if said != Verdict::Empty {
            let answer =
                StoredAnswer { chosen: chosen.get_untracked(), text: text.get_untracked(), is_right: said == Verdict::Right };
            lab.answer(&lesson, &id, answer);
        }
    };
    let name = format!("question-{}", question.id);
    let body = match &question.kind {
        Kind::Single(answers) => choices(answers, "radio", &name, chosen, verdict),
        Kind::Multiple(answers) => choices(answers, "checkbox", &name, chosen, verdict),
        Kind::Numeric { .. } => view! {
            <label class="inline">"Your number "<input type="text" inputmode="decimal" size="8" data-testid="answer" prop:value=text
                on:input=move |ev| { text.set(event_target_value(&ev)); verdict.set(None); }/></label>
        }
        .into_any(),
    };
    let feedback = {
        let kind = question.kind.clone();
        move || verdict.get().map(|v| feedback(v, &kind, &chosen.get_untracked()))
    };
    view! {
        <form class="block question" data-testid=name.clone() on:submit=move |ev| { ev.prevent_default(); check(()); }>
            <fieldset>
                <legend><span class="block-kind">"Question "{number}</span><span class="question-text">{inline(&question.text)}</span></legend>
                {body}
                <button type="submit" data-testid="check">"Check"</button>
            </fieldset>
            <div class="feedback" role="status" data-testid="feedback">{feedback}</div>
        </form>
    }
}

fn choices(
    answers: &[Answer],
    kind: &'static str,
    name: &str,
    chosen: RwSignal<Vec<usize>>,
    verdict: RwSignal<Option<Verdict>>,
) -> AnyView {
    answers
        .iter()
        .enumerate()
        .map(|(i, answer)| {
            view! {
                <label class="choice">
                    <input type=kind name=name.to_owned() aria-label=plain(&answer.text) prop:checked=move || chosen.with(|c| c.contains(&i))
                        on:change=move |ev| {
                            let on = event_target_checked(&ev);
                            chosen.update(|c| {
                                if kind == "radio" { c.clear(); }
                                c.retain(|j| *j != i);
                                if on { c.push(i); }
                                c.sort_unstable();
                            });
                            verdict.set(None);
                        }/>
                    <span>{inline(&answer.text)}</span>
                </label>
            }
        })
        .collect_view()
        .into_any()
}

fn feedback(verdict: Verdict, kind: &Kind, chosen: &[usize]) -> AnyView {
    let (class, title) = match verdict {
        Verdict::Right => ("verdict verdict-right", "✓ Right."),
        Verdict::Wrong => ("verdict verdict-wrong", "✗ Not yet."),
        Verdict::Empty => ("verdict", "Choose an answer, or type a number, first."),
    };
    let explanations = match (kind, verdict) {
        (_, Verdict::Empty) => ().into_any(),
        (Kind::Numeric { right, .. }, Verdict::Right) => view! { <p>{inline(right)}</p> }.into_any(),
        (Kind::Numeric { wrong, .. }, Verdict::Wrong) => view! { <p>{inline(wrong)}</p> }.into_any(),
        (Kind::Single(answers) | Kind::Multiple(answers), _) => {
            // What was chosen is explained; what is missing is not given away.
            let shown = answers.iter().enumerate().filter(|(i, _)| chosen.contains(i));
            let shown: Vec<_> = shown
                .map(|(_, a)| view! { <li><strong>{if a.is_right { "✓ " } else { "✗ " }}{inline(&a.text)}</strong>": "{inline(&a.explanation)}</li> })
                .collect();
            let missing = (verdict == Verdict::Wrong && chosen.iter().all(|i| answers.get(*i).is_some_and(|a| a.is_right)))
                .then(|| view! { <li>"There is more that is right."</li> });
            view! { <ul>{shown}{missing}</ul> }.into_any()
        }
    };
    view! { <div class=class><p><strong>{title}</strong></p>{explanations}</div> }.into_any()
}
