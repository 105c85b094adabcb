//! A box plot of one result for each group of runs, with the runs as points on it.

use leptos::prelude::*;

use crate::components::drawing::Plot;
use crate::drawing::box_plot::{Group, drawing};
use crate::state::history::{RunRecord, five_numbers};

/// The plot of a result, with what it is called.
pub(crate) fn box_plot(records: &[&RunRecord], labels: &[String], metric: &str, title: &str) -> impl IntoView + use<> {
    let group = |name: &String| {
        let values: Vec<f32> = records.iter().filter(|r| r.label == *name).filter_map(|r| r.value(metric)).collect();
        Group { name: name.clone(), five: five_numbers(&values), values }
    };
    let groups: Vec<Group> = labels.iter().map(group).collect();
    let drawn = Signal::stored(drawing(&groups, title));
    view! { <Plot drawing=drawn class="box-plot" test_id="box-plot" file="box-plot"/> }
}
