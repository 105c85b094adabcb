//! A lesson as a whole.

use serde::{Deserialize, Serialize};

use crate::block::Block;
use crate::dish::Dish;
use crate::front::FrontMatter;
use crate::prose::{Node, plain};

/// Largest file of a lesson, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

/// A lesson that another one points to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbour {
    /// Its identity.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// A lesson.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lesson {
    /// Its identity: the name of its file.
    pub id: String,
    /// What the map says about it.
    pub front: FrontMatter,
    /// Its parts, in order.
    pub blocks: Vec<Block>,
    /// Lessons of the course that should come before.
    pub before: Vec<Neighbour>,
    /// The lesson of the course that follows.
    pub next: Option<Neighbour>,
}

impl Lesson {
    /// Its dishes.
    pub fn dishes(&self) -> impl Iterator<Item = &Dish> {
        self.blocks.iter().filter_map(|b| match b {
            Block::Dish(dish) => Some(&**dish),
            _ => None,
        })
    }

    /// The dish named `id`.
    pub fn dish(&self, id: &str) -> Option<&Dish> {
        self.dishes().find(|d| d.id == id)
    }

    /// Ids of everything that can be done in it: questions and challenges.
    pub fn tasks(&self) -> Vec<&str> {
        self.blocks
            .iter()
            .filter_map(|block| match block {
                Block::Question(q) => Some(q.id.as_str()),
                Block::Challenge(c) => Some(c.id.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Number of words of its prose.
    pub fn n_words(&self) -> usize {
        let words = |nodes: &[Node]| plain(nodes).split_whitespace().count();
        self.blocks
            .iter()
            .map(|block| match block {
                Block::Prose(nodes) => words(nodes),
                Block::Reveal(reveal) => words(&reveal.content),
                _ => 0,
            })
            .sum()
    }
}
