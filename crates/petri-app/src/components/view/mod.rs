//! The components of the views: a file for each card in `view`, of the same name, with a function `panel`.

use leptos::prelude::*;

use crate::view::View;
use petri_lesson::dish::Runs;

include!(concat!(env!("OUT_DIR"), "/view_panel.rs"));

macro_rules! panels {
    ($($name:ident),* $(,)?) => {
        /// The component of a view. `runs` is what a dish plans; nothing in the lab.
        pub(crate) fn panel(view: View, runs: Signal<Option<Runs>>) -> AnyView {
            $(
                if view == View(&crate::view::$name::CARD) {
                    return $name::panel(runs);
                }
            )*
            // Not reached: there are as many components as cards, each of another card.
            ().into_any()
        }

        const N_PANELS: usize = [$(stringify!($name)),*].len();
    };
}

view_panel_members!(panels);

const _: () = assert!(N_PANELS == crate::view::N_VIEWS, "a view needs both a card and a component");
