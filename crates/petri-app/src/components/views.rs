//! The component of each view.

use leptos::prelude::*;

use crate::components::activations::Activations;
use crate::components::backprop::Backprop;
use crate::components::boundary::BoundaryView;
use crate::components::chart::{Chart, ChartKind};
use crate::components::confusion::ConfusionView;
use crate::components::feature_maps::FeatureMaps;
use crate::components::histograms::Histograms;
use crate::components::importance::ImportanceView;
use crate::components::network_panel::NetworkPanel;
use crate::components::neurons::Neurons;
use crate::components::predictions::Predictions;
use crate::components::ranking::RankingView;
use crate::components::runs::RunsView;
use crate::components::surface::Surface;
use crate::components::test_set::TestSet;
use crate::lesson::dish::Runs;
use crate::state::views::View;

/// One view.
pub(crate) fn panel(view: View, runs: Signal<Option<Runs>>) -> AnyView {
    match view {
        View::Boundary => view! { <BoundaryView/> }.into_any(),
        View::Predictions => view! { <Predictions/> }.into_any(),
        View::FeatureMaps => view! { <FeatureMaps/> }.into_any(),
        View::Loss => view! { <Chart kind=ChartKind::Loss/> }.into_any(),
        View::Accuracy => view! { <Chart kind=ChartKind::Accuracy/> }.into_any(),
        View::Errors => view! { <Chart kind=ChartKind::Errors/> }.into_any(),
        View::Neurons => view! { <Neurons/> }.into_any(),
        View::Activations => view! { <Activations/> }.into_any(),
        View::Surface => view! { <Surface/> }.into_any(),
        View::Confusion => view! { <ConfusionView/> }.into_any(),
        View::Ranking => view! { <RankingView/> }.into_any(),
        View::Backprop => view! { <Backprop/> }.into_any(),
        View::Histograms => view! { <Histograms/> }.into_any(),
        View::Importance => view! { <ImportanceView/> }.into_any(),
        View::Runs => view! { <RunsView planned=runs/> }.into_any(),
        View::Test => view! { <TestSet/> }.into_any(),
        View::Network => view! { <NetworkPanel/> }.into_any(),
    }
}
