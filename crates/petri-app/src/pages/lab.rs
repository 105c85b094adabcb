//! The free lab: data, network, training, and what the network does.

use gloo::events::EventListener;
use gloo::timers::callback::Interval;
use leptos::prelude::*;
use petri_protocol::link;

use crate::components::boundary::BoundaryView;
use crate::components::chart::{Chart, ChartKind};
use crate::components::control_bar::ControlBar;
use crate::components::data_panel::DataPanel;
use crate::components::drop_target::DropTarget;
use crate::components::feature_maps::FeatureMaps;
use crate::components::network_panel::NetworkPanel;
use crate::components::notices::Notices;
use crate::components::predictions::Predictions;
use crate::components::top_bar::TopBar;
use crate::components::training_panel::TrainingPanel;
use crate::context::{self, Lab as Context};

/// How often the page looks whether something should be asked, in milliseconds.
const TICK_MILLIS: u32 = 60;

/// The lab page.
#[component]
pub(crate) fn Lab() -> impl IntoView {
    let lab = Context::start();
    let ticking = StoredValue::new_local(Interval::new(TICK_MILLIS, move || lab.tick()));
    let on_hash = StoredValue::new_local(web_sys::window().map(|window| {
        EventListener::new(&window, "hashchange", move |_| {
            let opened = link::parse(&context::link_in_address());
            if lab.model.with_untracked(|m| m.experiment != opened.experiment) {
                lab.act(|m| m.open(opened));
            }
        })
    }));
    on_cleanup(move || {
        ticking.dispose();
        on_hash.dispose();
    });
    let is_planar = Memo::new(move |_| lab.info.with(|i| i.as_ref().map(petri_protocol::DataInfo::is_planar)));
    view! {
        <TopBar/>
        <ControlBar/>
        <Notices/>
        <main class="lab">
            <h1 class="visually-hidden">"The lab"</h1>
            <div class="lab-setup">
                <DataPanel/>
                <TrainingPanel/>
            </div>
            <div class="lab-view">
                {move || match is_planar.get() {
                    Some(true) => view! { <BoundaryView/> }.into_any(),
                    Some(false) => view! { <Predictions/><FeatureMaps/> }.into_any(),
                    None => view! { <Invitation/> }.into_any(),
                }}
            </div>
            <div class="lab-charts">
                <Chart kind=ChartKind::Loss/>
                <Chart kind=ChartKind::Accuracy/>
            </div>
            <div class="lab-network"><NetworkPanel/></div>
        </main>
        <DropTarget/>
    }
}

/// What stands in place of the views while a file is missing.
#[component]
fn Invitation() -> impl IntoView {
    view! {
        <section class="panel invitation">
            <h2>"Your images come next"</h2>
            <p>
                "Drop a MedMNIST file (" <code>".npz"</code> ") anywhere on this page, or choose one in the data panel. "
                "It is read on this computer and goes nowhere else."
            </p>
            <p>
                "The files are on Zenodo, record 10519652: "
                <a href="https://zenodo.org/records/10519652" rel="noreferrer">"zenodo.org/records/10519652"</a>
                ". PneumoniaMNIST (4 MB) is a good first one."
            </p>
        </section>
    }
}
