//! The words that lessons may use and that belong to the page.

use serde::{Deserialize, Serialize};

/// Names of what the page can show. The reader of lessons is given them, since it does not know the page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Vocabulary {
    /// Ids of views.
    pub views: Vec<String>,
}
