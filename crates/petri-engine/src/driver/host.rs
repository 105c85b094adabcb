//! What the driver needs of its surroundings: a clock, a listener, and news of faults.

use petri_protocol::Event;

/// How long one turn of work lasts, in milliseconds.
pub const TURN_MILLIS: f64 = 25.0;
/// What the driver needs of its surroundings.
pub trait Host {
    /// A clock, in milliseconds.
    fn now_millis(&self) -> f64;

    /// Tells the page.
    fn send(&self, event: &Event, values: &[f32]);

    /// Whether the GPU has reported an error that nobody waited for since the last call: its numbers cannot be
    /// trusted then.
    fn take_fault(&self) -> bool;
}
