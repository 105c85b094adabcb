//! The link of a dish as the lab opens it: the experiment, as in every link, and the views that are open where they are
//! others than those that its data open with.

use percent_encoding::percent_decode_str;
use petri_protocol::link::{self, Opened};

use super::dish::Dish;
use crate::view::{self, View};

/// Begins the part of a link that names views.
const VIEWS: &str = "views=";

/// What a link says.
#[derive(Debug, Clone, PartialEq)]
pub struct LabLink {
    /// The experiment, and what was not understood.
    pub opened: Opened,
    /// The views; nothing where the link leaves them open.
    pub views: Option<Vec<View>>,
}

/// Reads a link.
pub fn read(text: &str) -> LabLink {
    // What is too long is refused as a whole, by the one who reads the experiment.
    let is_read = text.len() <= link::MAX_LINK_BYTES;
    let (named, rest): (Vec<&str>, Vec<&str>) = text.split('&').partition(|pair| is_read && pair.starts_with(VIEWS));
    let mut opened = if named.is_empty() { link::parse(text) } else { link::parse(&rest.join("&")) };
    let named: Vec<_> = named.iter().map(|pair| percent_decode_str(&pair[VIEWS.len()..]).decode_utf8_lossy()).collect();
    let mut views = Vec::new();
    for id in named.iter().flat_map(|ids| ids.split(',')).filter(|id| !id.is_empty()) {
        match view::find(id) {
            Some(view) if !views.contains(&view) => views.push(view),
            Some(_) => {}
            None => opened.skipped.push(format!("unknown view \"{}\"", id.chars().take(80).collect::<String>())),
        }
    }
    LabLink { opened, views: (!views.is_empty()).then_some(views) }
}

/// The link of a dish with its views, without `#/lab?`.
pub fn print(dish: &Dish) -> String {
    let link = dish.link();
    let Some(chosen) = &dish.looking.views else { return link };
    let opens = dish.info().map(|info| view::default_for(&info));
    // None at all cannot be told from nothing said.
    if chosen.is_empty() || opens.as_ref() == Some(chosen) {
        return link;
    }
    let ids: Vec<&str> = chosen.iter().map(|v| v.id()).collect();
    format!("{link}&{VIEWS}{}", ids.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::dish::Place;

    fn ids(link: &str) -> Option<Vec<&'static str>> {
        read(link).views.map(|views| views.iter().map(|v| v.id()).collect())
    }

    #[test]
    fn views_travel_where_they_are_others() {
        let mut dish = Dish::new(Place::lab(), link::parse("v=1&preset=one-neuron&seed=3"));
        assert_eq!(print(&dish), "v=1&preset=one-neuron&seed=3");
        dish.looking.views = Some(dish.views());
        assert_eq!(print(&dish), "v=1&preset=one-neuron&seed=3", "those that it opens with");
        dish.looking.views = Some(vec![view::find("boundary").expect("a view"), view::find("surface").expect("a view")]);
        let link = print(&dish);
        assert_eq!(link, "v=1&preset=one-neuron&seed=3&views=boundary,surface");
        assert_eq!(ids(&link), Some(vec!["boundary", "surface"]));
        assert_eq!((read(&link).opened.skipped.len(), read(&link).opened.experiment.seed), (0, 3));
    }

    #[test]
    fn unknown_views_are_named() {
        let read = read("v=1&views=bondary,loss,loss&preset=mlp");
        assert_eq!(read.opened.skipped, ["unknown view \"bondary\""]);
        assert_eq!((read.opened.preset.as_str(), read.views.map(|v| v.len())), ("mlp", Some(1)));
        assert_eq!(ids("v=1&preset=mlp&views="), None);
        assert_eq!(ids("v=1&views=loss%2Caccuracy"), Some(vec!["loss", "accuracy"]));
        assert_eq!(ids(""), None);
        assert!(super::read(&format!("views={}", "a".repeat(link::MAX_LINK_BYTES))).opened.skipped[0].contains("longer"));
    }
}
