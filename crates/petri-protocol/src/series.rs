//! Several runs behind each other: one experiment over seeds, or variants side by side.

use serde::{Deserialize, Serialize};

use crate::{DataInfo, Experiment};

/// Most runs in one series.
pub const MAX_MEMBERS: usize = 200;

/// What learns from the data of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelSpec {
    /// The network of the experiment.
    #[default]
    Network,
    /// Linear regression, or logistic regression for classes.
    Linear,
    /// A decision tree (CART).
    Tree,
    /// A random forest of 100 trees (Breiman 2001).
    Forest,
}

impl ModelSpec {
    /// All of them, in the order of menus.
    pub const ALL: [Self; 4] = [Self::Linear, Self::Tree, Self::Forest, Self::Network];

    /// Name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Network => "neural network",
            Self::Linear => "linear model",
            Self::Tree => "decision tree",
            Self::Forest => "random forest",
        }
    }

    /// Whether it can learn such data: all but the network need a table of classes or numbers.
    pub fn fits(self, info: &DataInfo) -> bool {
        self == Self::Network || (info.input.area() == 1 && info.task.has_one_answer())
    }

    /// Name in lessons and files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Linear => "linear",
            Self::Tree => "tree",
            Self::Forest => "forest",
        }
    }
}

/// One run of a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// What it is called in charts and files: runs that differ only in their seed share a label.
    pub label: String,
    /// What is trained.
    pub experiment: Experiment,
    /// What learns.
    pub model: ModelSpec,
}

/// The members of a series: each variant and model over seeds that begin with the experiment's own.
pub fn members(variants: &[(String, Experiment)], models: &[ModelSpec], n_seeds: usize) -> Vec<Member> {
    let mut members = Vec::new();
    for i in 0..n_seeds {
        for (label, experiment) in variants {
            for &model in models {
                let mut experiment = experiment.clone();
                experiment.seed = experiment.seed.wrapping_add(i as u32);
                let label = match (variants.len(), models.len()) {
                    (_, 0 | 1) => label.clone(),
                    (1, _) => model.title().to_owned(),
                    _ => format!("{label}, {}", model.title()),
                };
                members.push(Member { label, experiment, model });
            }
        }
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presets;

    #[test]
    fn every_variant_meets_every_seed() {
        let experiment = (presets::mlp::CARD.experiment)();
        let members = members(&[("a".into(), experiment.clone()), ("b".into(), experiment)], &[ModelSpec::Network], 3);
        let all: Vec<(&str, u32)> = members.iter().map(|m| (m.label.as_str(), m.experiment.seed)).collect();
        assert_eq!(all, [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 3), ("b", 3)]);
    }
}
