//! Filters and feature maps of every convolution, for the chosen image.

use leptos::prelude::*;
use petri_protocol::command::ProbeKind;

use crate::components::canvas::PictureCanvas;
use crate::context::lab;
use crate::view::feature_maps::{filter_tiles, map_tiles};
use petri_lesson::dish::Runs;

/// The view.
pub(crate) fn panel(_: Signal<Option<Runs>>) -> AnyView {
    view! { <FeatureMaps/> }.into_any()
}

#[component]
fn FeatureMaps() -> impl IntoView {
    let lab = lab();
    let nodes = Memo::new(move |_| lab.experiment.with(|e| e.network.convolutions()));
    let maps = lab.probed(ProbeKind::FeatureMaps);
    let weights = lab.probed(ProbeKind::Weights);
    let row = move |name: String| {
        let (for_maps, for_filters) = (name.clone(), name.clone());
        let map_picture = Memo::new(move |_| maps.with(|a| map_tiles(a.as_ref()?, &for_maps)));
        let filter_picture = Memo::new(move |_| weights.with(|a| filter_tiles(a.as_ref()?, &for_filters)));
        let map_label = format!("Feature maps of {name}, dark for low and bright for high values");
        let filter_label = format!("Filters of {name}, purple for negative and green for positive weights");
        view! {
            <div class="maps">
                <h3><code>{name.clone()}</code></h3>
                <figure>
                    <PictureCanvas picture=filter_picture label=filter_label test_id=format!("filters-{name}")/>
                    <figcaption>"Filters, each for input channel 1. Purple: negative weights, green: positive ones, pale: near zero."</figcaption>
                </figure>
                <figure>
                    <PictureCanvas picture=map_picture label=map_label test_id=format!("maps-{name}")/>
                    <figcaption>"Feature maps. Dark: low values, bright: high ones."</figcaption>
                </figure>
            </div>
        }
    };
    view! {
        <section class="panel" aria-labelledby="maps-title">
            <h2 id="maps-title">"What each convolution sees"</h2>
            <p class="hint">"A filter has weights for every channel of its input; those for the first one are drawn. Each filter makes the feature map in the same place beside it."</p>
            {move || if nodes.with(Vec::is_empty) {
                view! { <p class="hint">"This network has no convolution."</p> }.into_any()
            } else {
                nodes.get().into_iter().map(row).collect_view().into_any()
            }}
        </section>
    }
}
