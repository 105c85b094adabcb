//! Two arms that wind around each other.

use petri_protocol::DataSource;
use rand::Rng;

use super::SourceCard;
use crate::random::{normal, uniform_in};

/// Card of this data set.
pub const CARD: SourceCard = SourceCard {
    source: DataSource::Spirals,
    title: "Spirals",
    summary: "Two arms that wind around each other: hard for small networks, easy for two hidden layers.",
    is_planar: true,
    has_balance: true,
};

/// One point on an arm of one and a half turns; the second arm is turned by half a turn.
pub fn draw(class: usize, noise: f32, rng: &mut dyn Rng) -> [f32; 2] {
    let mut rng = rng;
    let along = uniform_in(&mut rng, 0.06, 1.0);
    let start = if class == 1 { std::f32::consts::PI } else { 0.0 };
    let angle = 1.5 * std::f32::consts::TAU * along + start;
    let radius = 5.2 * along;
    [radius * angle.sin() + noise * normal(&mut rng), radius * angle.cos() + noise * normal(&mut rng)]
}
