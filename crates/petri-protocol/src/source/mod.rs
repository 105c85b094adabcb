//! Where samples come from. Each source is one file with its card; who draws its samples is a file of the same
//! name in `petri-data`. Menus, links and validation read the cards.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{DataInfo, DataSource, DataSpec, Task, TensorShape, order};

include!(concat!(env!("OUT_DIR"), "/source.rs"));

macro_rules! cards {
    ($($name:ident),*) => {
        static CARDS: &[&SourceCard] = &[$(&$name::CARD),*];
    };
}
source_members!(cards);

/// The sources that code speaks of by name; a new one needs no line here.
#[expect(non_upper_case_globals, reason = "they read like the variants of an enum, and match as such")]
impl DataSource {
    /// Two Gaussian clusters that a line separates.
    pub const Clusters: Self = clusters::CARD.source;
    /// Points on both sides of a parabola.
    pub const Parabola: Self = parabola::CARD.source;
    /// A disc inside a ring.
    pub const Circles: Self = circles::CARD.source;
    /// Four quadrants, opposite ones of one class.
    pub const Xor: Self = xor::CARD.source;
    /// Two arms that wind around each other.
    pub const Spirals: Self = spirals::CARD.source;
    /// Drawn cells on a noisy background with a mask for each image.
    pub const Cells: Self = cells::CARD.source;
    /// Invented houses: area, bedrooms, postcode and schools make a price.
    pub const HousePrice: Self = house_price::CARD.source;
    /// Breast Cancer Wisconsin (Diagnostic), a table of cell nuclei.
    pub const Wdbc: Self = wdbc::CARD.source;
    /// A file that the learner loaded.
    pub const File: Self = file::CARD.source;
}

impl DataSource {
    /// The source named `id`.
    pub fn find(id: &str) -> Option<Self> {
        CARDS.iter().map(|card| card.source).find(|source| source.0 == id)
    }

    /// Name in links and files.
    pub fn id(self) -> &'static str {
        self.0
    }

    /// What is known about it.
    pub fn card(self) -> &'static SourceCard {
        // Every source that there is came from a card.
        CARDS.iter().find(|card| card.source == self).copied().unwrap_or(&clusters::CARD)
    }
}

impl Default for DataSource {
    fn default() -> Self {
        Self::Clusters
    }
}

impl Serialize for DataSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for DataSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Self::find(&id).ok_or_else(|| {
            let known: Vec<&str> = menu().map(|card| card.source.0).collect();
            D::Error::custom(format!("unknown data source \"{id}\", known are {}", known.join(", ")))
        })
    }
}

/// What is known about a source.
#[derive(Debug, Clone, Copy)]
pub struct SourceCard {
    /// Which it is.
    pub source: DataSource,
    /// Name for people.
    pub title: &'static str,
    /// One sentence about it.
    pub summary: &'static str,
    /// Its place in the menu.
    pub order: u32,
    /// Samples are drawn by a program: their number, noise and seed can be set.
    pub is_drawn: bool,
    /// Whether the samples are points in the plane.
    pub is_planar: bool,
    /// Whether the share of the second class can be set.
    pub has_balance: bool,
    /// Most samples that are drawn.
    pub max_samples: usize,
    /// What is known about the data before they are made; nothing for files.
    pub info: fn(&DataSpec) -> Option<DataInfo>,
}

impl SourceCard {
    /// The card of a source of two classes of points in the plane.
    const fn plane(id: &'static str, order: u32, info: fn(&DataSpec) -> Option<DataInfo>) -> Self {
        Self { is_planar: true, has_balance: true, ..Self::drawn(id, order, info) }
    }

    /// The card of a source that is drawn.
    const fn drawn(id: &'static str, order: u32, info: fn(&DataSpec) -> Option<DataInfo>) -> Self {
        Self {
            source: DataSource(id),
            title: "",
            summary: "",
            order,
            is_drawn: true,
            is_planar: false,
            has_balance: false,
            max_samples: 20_000,
            info,
        }
    }
}

/// All cards, in the order of the menu.
pub fn menu() -> impl Iterator<Item = &'static SourceCard> {
    let mut all = CARDS.to_vec();
    order::sort_by_key(&mut all, |card| card.order);
    all.into_iter()
}

impl DataSpec {
    /// What is known about a generated or built-in data set before it is made; `None` for files.
    pub fn generated_info(&self) -> Option<DataInfo> {
        (self.source.card().info)(self)
    }
}

/// Two classes of samples that are drawn, the second with the share that is asked for.
fn two_classes(spec: &DataSpec, input: TensorShape, task: Task, classes: [&str; 2]) -> Option<DataInfo> {
    let sizes = spec.sizes(spec.n_samples);
    let second = (sizes.train as f64 * spec.balance).round() as usize;
    Some(DataInfo {
        title: spec.source.card().title.into(),
        source: String::new(),
        input,
        task,
        classes: classes.map(str::to_owned).to_vec(),
        features: vec![],
        target: String::new(),
        sizes,
        class_counts: vec![sizes.train.saturating_sub(second), second],
        notes: vec![],
    })
}

/// Points of the classes A and B in the plane.
fn points(spec: &DataSpec) -> Option<DataInfo> {
    two_classes(spec, TensorShape::Features(2), Task::MultiClass, ["A", "B"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_named_as_links_always_did() {
        for (source, id) in [
            (DataSource::Clusters, "clusters"),
            (DataSource::Parabola, "parabola"),
            (DataSource::Circles, "circles"),
            (DataSource::Xor, "xor"),
            (DataSource::Spirals, "spirals"),
            (DataSource::Cells, "cells"),
            (DataSource::HousePrice, "house_price"),
            (DataSource::Wdbc, "wdbc"),
            (DataSource::File, "file"),
        ] {
            assert_eq!((source.id(), DataSource::find(id)), (id, Some(source)));
            assert_eq!(serde_json::from_str::<DataSource>(&format!("\"{id}\"")).expect("a name"), source);
        }
        assert!(serde_json::from_str::<DataSource>("\"cats\"").expect_err("unknown").to_string().contains("clusters"));
    }

    #[test]
    fn cards_have_names_places_and_infos_of_their_own() {
        let cards: Vec<&SourceCard> = menu().collect();
        for (i, card) in cards.iter().enumerate() {
            assert!(!card.title.is_empty() && card.summary.ends_with('.'), "{}", card.source.id());
            assert!(cards[..i].iter().all(|c| c.order != card.order && c.source != card.source), "{}", card.source.id());
            let info = (card.info)(&DataSpec { source: card.source, ..DataSpec::default() });
            assert_eq!(info.is_none(), card.source == DataSource::File, "{}", card.source.id());
            if let Some(info) = info {
                assert_eq!((info.is_planar(), info.title.as_str()), (card.is_planar, card.title));
            }
        }
    }
}
