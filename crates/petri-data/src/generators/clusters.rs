//! Two Gaussian clusters that a straight line separates.

use petri_protocol::DataSource;
use rand::Rng;

use super::SourceCard;
use crate::random::normal;

/// Card of this data set.
pub const CARD: SourceCard = SourceCard {
    source: DataSource::Clusters,
    title: "Clusters",
    summary: "Two clouds of points. With little noise one straight line separates them.",
    is_planar: true,
    has_balance: true,
};

/// One point: centres at (±2, ±2), standard deviation 0.5 to 2.5.
pub fn draw(class: usize, noise: f32, rng: &mut dyn Rng) -> [f32; 2] {
    let centre = if class == 1 { 2.0 } else { -2.0 };
    let std = 0.5 + 2.0 * noise;
    let mut rng = rng;
    [centre + std * normal(&mut rng), centre + std * normal(&mut rng)]
}
