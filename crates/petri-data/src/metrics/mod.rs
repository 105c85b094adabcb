//! Metrics over answers and truths, on the host: the same code for worker and page.
//!
//! Definitions and edge cases are scikit-learn's, which a fixture checks to 1e-6.

pub mod confusion;
pub mod ranking;
pub mod regression;

pub use confusion::{Confusion, argmax};
pub use ranking::{Ranking, RankingPoint};
pub use regression::Errors;
