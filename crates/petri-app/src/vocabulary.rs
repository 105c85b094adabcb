//! The words that lessons may use and that belong to the page: names of views.

use petri_lesson::Vocabulary;

use crate::view;

/// All that the page can show, for the reader of lessons.
pub fn known() -> Vocabulary {
    Vocabulary { views: view::all().iter().map(|view| view.id().to_owned()).collect() }
}
