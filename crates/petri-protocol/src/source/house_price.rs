//! Invented houses: area, number of bedrooms, postcode and quality of the schools make a price.

use super::SourceCard;
use crate::{DataInfo, DataSpec, Task, TensorShape};

/// What is known about a house.
pub const FEATURES: [&str; 4] = ["area", "bedrooms", "postcode", "schools"];

/// Card of this source.
pub const CARD: SourceCard = SourceCard {
    title: "House prices",
    summary: "Area, bedrooms, postcode and schools of invented houses make a price: a number, not a class.",
    ..SourceCard::drawn("house_price", 60, info)
};

fn info(spec: &DataSpec) -> Option<DataInfo> {
    Some(DataInfo {
        title: CARD.title.into(),
        source: String::new(),
        input: TensorShape::Features(FEATURES.len()),
        task: Task::Regression,
        classes: vec![],
        features: FEATURES.map(str::to_owned).to_vec(),
        target: "price (thousand euro)".into(),
        sizes: spec.sizes(spec.n_samples),
        class_counts: vec![],
        notes: vec![],
    })
}
