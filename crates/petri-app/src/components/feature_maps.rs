//! Filters and feature maps of every convolution, for the chosen image.

use leptos::prelude::*;
use petri_protocol::command::ProbeKind;

use crate::components::canvas::PictureCanvas;
use crate::context::lab;
use crate::drawing::picture::{Picture, Scale, tiles};
use crate::state::probes::ProbeAnswer;

/// Tiles in a row.
const COLUMNS: usize = 8;
/// Most filters of a layer that are drawn.
const MAX_FILTERS: usize = 64;

/// The view.
#[component]
pub(crate) fn FeatureMaps() -> impl IntoView {
    let lab = lab();
    let nodes = Memo::new(move |_| lab.experiment.with(|e| e.network.convolutions()));
    let maps = Memo::new(move |_| lab.model.with(|m| m.probes.answer(ProbeKind::FeatureMaps).cloned()));
    let weights = Memo::new(move |_| lab.model.with(|m| m.probes.answer(ProbeKind::Weights).cloned()));
    let row = move |name: String| {
        let (for_maps, for_filters) = (name.clone(), format!("{name}.weight"));
        let map_picture = Memo::new(move |_| maps.with(|a| a.as_ref().and_then(|a| map_tiles(a, &for_maps))));
        let filter_picture = Memo::new(move |_| weights.with(|a| a.as_ref().and_then(|a| filter_tiles(a, &for_filters))));
        let map_label = format!("Feature maps of {name}, dark for low and bright for high values");
        let filter_label = format!("Filters of {name}, blue for negative and orange for positive weights");
        view! {
            <div class="maps">
                <h3><code>{name.clone()}</code></h3>
                <figure>
                    <PictureCanvas picture=filter_picture label=filter_label test_id=format!("filters-{name}")/>
                    <figcaption>"Filters"</figcaption>
                </figure>
                <figure>
                    <PictureCanvas picture=map_picture label=map_label test_id=format!("maps-{name}")/>
                    <figcaption>"Feature maps"</figcaption>
                </figure>
            </div>
        }
    };
    view! {
        <section class="panel" aria-labelledby="maps-title">
            <h2 id="maps-title">"What each convolution sees"</h2>
            {move || if nodes.with(Vec::is_empty) {
                view! { <p class="hint">"This network has no convolution."</p> }.into_any()
            } else {
                nodes.get().into_iter().map(row).collect_view().into_any()
            }}
        </section>
    }
}

fn map_tiles(answer: &ProbeAnswer, name: &str) -> Option<Picture> {
    let idx = answer.parts.iter().position(|p| p.name == name)?;
    let [n, height, width] = answer.parts[idx].shape[..] else { return None };
    Some(tiles(answer.part(idx), n, height, width, COLUMNS, Scale::Magnitude))
}

/// The first input channel of each filter: all of them would be a wall of noise.
fn filter_tiles(answer: &ProbeAnswer, name: &str) -> Option<Picture> {
    let idx = answer.parts.iter().position(|p| p.name == name)?;
    let [out, channels, height, width] = answer.parts[idx].shape[..] else { return None };
    let area = height * width;
    let first: Vec<f32> =
        answer.part(idx).chunks_exact(channels * area).take(MAX_FILTERS).flat_map(|f| f[..area].to_vec()).collect();
    Some(tiles(&first, out.min(MAX_FILTERS), height, width, COLUMNS, Scale::Signed))
}
