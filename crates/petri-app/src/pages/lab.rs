//! The free lab: data, network, training, and what the network does.

use leptos::prelude::*;

use crate::address::address;
use crate::clipboard::CopyButton;
use crate::components::control_bar::ControlBar;
use crate::components::data_panel::DataPanel;
use crate::components::drop_target::DropTarget;
use crate::components::notices::Notices;
use crate::components::training_panel::TrainingPanel;
use crate::components::view::panel;
use crate::context::lab;
use crate::state::Model;
use crate::state::route::Route;
use crate::view::{self, Column, View};
use petri_lesson::dish;

/// The page.
#[component]
pub(crate) fn LabPage() -> impl IntoView {
    let lab = lab();
    lab.open_lesson(None);
    // The address names the experiment. A link that the lab is at already is not opened again, so that a run that
    // goes on is not lost.
    Effect::new(move |_| {
        if let Route::Lab { link } = lab.route.get() {
            lab.enter_lab(&link);
        }
    });
    let views = Memo::new(move |_| lab.model.with(|m| m.views()));
    let of = move |column: Column| move || views.get().into_iter().filter(|v| v.0.column == column).collect::<Vec<_>>();
    let none = Signal::derive(|| None);
    view! {
        <div class="lab-head"><ControlBar/><Notices/></div>
        <main class="lab" id="main" tabindex="-1">
            <h1 class="visually-hidden">"The lab"</h1>
            <div class="lab-setup">
                <ViewMenu/>
                <DataPanel/>
                <TrainingPanel/>
            </div>
            <div class="lab-view">
                <Show when=move || lab.info.with(Option::is_none)><Invitation/></Show>
                <For each=of(Column::Middle) key=|v| *v let:view>{panel(view, none)}</For>
            </div>
            <div class="lab-charts">
                <For each=of(Column::Charts) key=|v| *v let:view>{panel(view, none)}</For>
            </div>
            <div class="lab-network">
                <For each=of(Column::Wide) key=|v| *v let:view>{panel(view, none)}</For>
            </div>
        </main>
        <DropTarget/>
    }
}

/// Which views are open, and the ways to hand the experiment on.
#[component]
fn ViewMenu() -> impl IntoView {
    let lab = lab();
    let open = Memo::new(move |_| lab.model.with(|m| m.views()));
    let fitting = Memo::new(move |_| {
        lab.info.with(|i| {
            lab.experiment
                .with(|e| i.as_ref().map_or(vec![], |i| view::all().into_iter().filter(|v| v.fits(e, i)).collect::<Vec<_>>()))
        })
    });
    let toggle = move |view: View, on: bool| {
        let chosen =
            view::all().into_iter().filter(|v| if *v == view { on } else { open.with_untracked(|o| o.contains(v)) }).collect();
        lab.act(|m| m.look(|l| l.views = Some(chosen)));
    };
    view! {
        <details class="panel view-menu">
            <summary>"Views and sharing"</summary>
            <fieldset data-testid="views"><legend class="visually-hidden">"Views"</legend>
                {move || fitting.get().into_iter().map(|v| view! {
                    <label class="choice"><input type="checkbox" data-testid=format!("view-{}", v.id()) prop:checked=move || open.with(|o| o.contains(&v))
                        on:change=move |ev| toggle(v, event_target_checked(&ev))/><span title=v.0.help>{v.title()}</span></label>
                }).collect_view()}
            </fieldset>
            <div class="row">
                <CopyButton label="Copy as dish" test_id="copy-dish" text=move || lab.model.with_untracked(|m| dish::print(&m.preset, &m.experiment, &m.views().iter().map(|v| v.id()).collect::<Vec<_>>()))/>
                <CopyButton label="Copy link" test_id="copy-link" text=move || format!("{}{}", address(), Route::Lab { link: lab.model.with_untracked(Model::lab_link) }.print())/>
            </div>
        </details>
    }
}

/// What stands in place of the views while a file is missing.
#[component]
fn Invitation() -> impl IntoView {
    view! {
        <section class="panel invitation">
            <h2>"Your data come next"</h2>
            <p>
                "Drop a MedMNIST file (" <code>".npz"</code> ") or a table (" <code>".csv"</code> ") anywhere on this page, or choose one in the data panel. "
                "It is read on this computer and goes nowhere else."
            </p>
            <p>
                "The MedMNIST files are on Zenodo, record 10519652: "
                <a href="https://zenodo.org/records/10519652" rel="noreferrer">"zenodo.org/records/10519652"</a>
                ". PneumoniaMNIST (4 MB) is a good first one."
            </p>
        </section>
    }
}
