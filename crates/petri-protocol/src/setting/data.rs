//! Settings of the data: where samples come from, how many, how noisy, how they are divided.

use std::sync::LazyLock;

use crate::data_info::DataInfo;
use crate::data_source::DataSource;
use crate::setting::card::{Card, Choice, Kind, Panel};
use crate::setting::range::Range;
use crate::setting::values::Values;
use crate::source::{self, SourceCard};

/// Largest number of samples that are generated.
pub const MAX_SAMPLES: f64 = 20_000.0;

const fn card(key: &'static str, title: &'static str, kind: Kind, place: u16) -> Card {
    Card::new(key, title, kind, Panel::Data, place)
}

const fn share(key: &'static str, title: &'static str, place: u16, from: f64, to: f64) -> Card {
    card(key, title, Kind::Slider { range: Range::between(from, to), from, to, step: 0.05 }, place).percent()
}

/// The source that is chosen.
fn source(values: &Values) -> &'static SourceCard {
    DataSource::find(values.word("data.source")).unwrap_or_default().card()
}

/// Samples that are drawn by a generator.
fn is_drawn(values: &Values, _: Option<&DataInfo>) -> bool {
    source(values).is_drawn
}

/// Samples of two classes, the share of which can be chosen.
fn has_balance(values: &Values, _: Option<&DataInfo>) -> bool {
    source(values).has_balance
}

/// The name of the second class, where it is not B.
fn second_class(values: &Values) -> Option<&'static str> {
    (source(values).source == source::cell_classes::CARD.source).then_some("Share of long cells")
}

/// Everything but files that bring their own three parts: those of images.
fn is_divided(values: &Values, info: Option<&DataInfo>) -> bool {
    values.word("data.source") != "file" || info.is_some_and(|info| info.input.area() == 1)
}

fn leaves_too_little(values: &Values) -> Option<String> {
    let part = |key| values.number(key).unwrap_or_default();
    let kept = part("data.validation_fraction") + part("data.test_fraction");
    (kept > 0.9).then(|| "leaves less than a tenth of the samples for training".into())
}

fn too_many(values: &Values) -> Option<String> {
    let most = source(values).max_samples;
    let is_above = values.number("data.n_samples").is_some_and(|n| n > most as f64);
    is_above.then(|| format!("must be at most {most} for this data set"))
}

/// The sources in the order of their menu.
static SOURCES: LazyLock<Vec<Choice>> =
    LazyLock::new(|| source::menu().map(|card| Choice::new(card.source.id(), card.title, card.summary)).collect());

/// The cards.
pub const CARDS: &[Card] = &[
    card("data.source", "Data set", Kind::Choice(|| &SOURCES), 10)
        .help("The samples that the network learns from and is judged by."),
    card("data.target", "Predicted column", Kind::Column, 20)
        .help("The column of the table that the network shall answer with. Texts make it a choice between classes."),
    card("data.features", "Predicted from", Kind::Columns, 30)
        .help("The columns that the network sees. What it does not see it cannot use, nor be misled by."),
    card("data.n_samples", "Samples", Kind::Whole(Range::between(20.0, MAX_SAMPLES)), 40)
        .only_if(is_drawn)
        .checked(too_many)
        .help("How many samples there are in all three parts together. More of them leave less to chance."),
    share("data.noise", "Noise", 50, 0.0, 1.0)
        .only_if(is_drawn)
        .help("How far samples stray from their pattern. With much noise no network can be right every time."),
    share("data.balance", "Share of class B", 60, 0.05, 0.95)
        .titled(second_class)
        .only_if(has_balance)
        .help("How many of the samples belong to the second class. Far from one half, the classes are imbalanced."),
    share("data.validation_fraction", "Kept for validation", 70, 0.05, 0.8)
        .only_if(is_divided)
        .help("The part of the samples that the network is judged by while you choose settings. It never learns from them."),
    share("data.test_fraction", "Kept for the test", 80, 0.05, 0.8)
        .only_if(is_divided)
        .checked(leaves_too_little)
        .help("The part of the samples that is looked at once, at the very end. It shows how well the network does on new ones."),
    card("data.standardise", "Standardise inputs", Kind::Check, 90).help(
        "Moves and stretches every input to mean 0 and standard deviation 1, so that large units count no more than small ones.",
    ),
];
