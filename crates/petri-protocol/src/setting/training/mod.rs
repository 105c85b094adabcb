//! How a network is trained. Each setting is one file: the type of its field, its default, its card.

use serde::{Deserialize, Serialize};

use crate::setting::card::Card;

include!(concat!(env!("OUT_DIR"), "/training_setting.rs"));

macro_rules! define {
    ($($setting:ident),*) => {
        /// How a network is trained: one field for each file of this folder.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct TrainingSpec {
            $(#[doc = concat!("See `training/", stringify!($setting), ".rs`.")] pub $setting: $setting::Value,)*
        }

        impl Default for TrainingSpec {
            fn default() -> Self {
                Self { $($setting: $setting::DEFAULT),* }
            }
        }

        /// The cards of all files.
        pub const CARDS: &[&[Card]] = &[$($setting::CARDS),*];
    };
}
training_setting_members!(define);
