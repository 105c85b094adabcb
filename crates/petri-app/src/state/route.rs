//! Where in Petri the learner is: the part of the address behind the `#`.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// The map of the course.
    Map,
    /// A lesson.
    Lesson {
        /// Its id.
        id: String,
        /// Address that it is loaded from; nothing for Petri's own.
        from: Option<String>,
    },
    /// The free lab with the link of an experiment.
    Lab {
        /// The link, without `#/lab?`.
        link: String,
    },
    /// None that there is: the map is shown in its place.
    Unknown,
}

impl Route {
    /// Reads the hash of an address.
    pub fn parse(hash: &str) -> Self {
        let rest = hash.trim_start_matches('#').trim_start_matches('/');
        if let Some(link) = rest.strip_prefix("lab").filter(|link| link.is_empty() || link.starts_with(['?', '/'])) {
            return Self::Lab { link: link.trim_start_matches(['/', '?']).to_owned() };
        }
        if let Some(lesson) = rest.strip_prefix("lesson/") {
            let (id, query) = lesson.split_once('?').unwrap_or((lesson, ""));
            let from = query.split('&').find_map(|pair| pair.strip_prefix("from="));
            let from = from.map(|text| percent_decode_str(text).decode_utf8_lossy().into_owned()).filter(|a| is_address(a));
            return Self::Lesson { id: id.chars().take(40).collect(), from };
        }
        if rest.is_empty() { Self::Map } else { Self::Unknown }
    }

    /// The title of a page: the part that differs first, as tabs and screen readers need it. `lesson` is the title of
    /// the lesson, where it is known.
    pub fn title(&self, lesson: Option<&str>) -> String {
        match self {
            Self::Map => "Petri: grow a neural network".into(),
            Self::Lab { .. } => "The lab · Petri".into(),
            Self::Unknown => "No such page · Petri".into(),
            Self::Lesson { id, .. } => format!("{} · Petri", lesson.unwrap_or(id)),
        }
    }

    /// True when both are the same page; another link of the lab is no other page.
    pub fn is_same_page(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Lab { .. }, Self::Lab { .. })) || self == other
    }

    /// The hash of a page.
    pub fn print(&self) -> String {
        match self {
            Self::Map | Self::Unknown => "#/".into(),
            Self::Lab { link } => format!("#/lab?{link}"),
            Self::Lesson { id, from: None } => format!("#/lesson/{id}"),
            Self::Lesson { id, from: Some(from) } => {
                format!("#/lesson/{id}?from={}", utf8_percent_encode(from, NON_ALPHANUMERIC))
            }
        }
    }
}

/// Addresses that a lesson may be loaded from: https, and http on this computer for authors.
fn is_address(text: &str) -> bool {
    let local = ["http://127.0.0.1:", "http://localhost:"];
    text.len() <= 2000 && (text.starts_with("https://") || local.iter().any(|l| text.starts_with(l)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_survive_a_round_trip() {
        for hash in ["#/", "#/lab?v=1&preset=mlp", "#/lesson/one-neuron"] {
            assert_eq!(Route::parse(hash).print(), hash);
        }
        let route = Route::Lesson { id: "a".into(), from: Some("https://example.org/a b.md?x=1&y=2".into()) };
        assert_eq!(Route::parse(&route.print()), route);
        assert_eq!(Route::parse(""), Route::Map);
        for unknown in ["#/nonsense", "#/labyrinth", "#/lessons/one-neuron"] {
            assert_eq!(Route::parse(unknown), Route::Unknown, "{unknown}");
        }
    }

    #[test]
    fn every_page_has_a_title_of_its_own() {
        assert_eq!(Route::parse("#/lesson/one-neuron").title(Some("One neuron")), "One neuron · Petri");
        assert_eq!(Route::parse("#/lesson/mine?from=https://a.org/b.md").title(None), "mine · Petri");
        assert_ne!(Route::parse("#/lab").title(None), Route::parse("#/").title(None));
    }

    #[test]
    fn another_link_is_no_other_page_but_another_lesson_is() {
        let page = Route::parse;
        assert!(page("#/lab").is_same_page(&page("#/lab?v=1&preset=mlp")));
        assert!(!page("#/lesson/a").is_same_page(&page("#/lesson/b")));
        assert!(!page("#/lab").is_same_page(&page("#/")));
    }

    #[test]
    fn lessons_come_from_safe_addresses_only() {
        for bad in ["javascript:alert(1)", "http://example.org/a.md", "data:text/plain,x", "file:///etc/passwd"] {
            let hash = format!("#/lesson/a?from={}", utf8_percent_encode(bad, NON_ALPHANUMERIC));
            assert_eq!(Route::parse(&hash), Route::Lesson { id: "a".into(), from: None }, "{bad}");
        }
    }
}
