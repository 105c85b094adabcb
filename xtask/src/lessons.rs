//! Compiles the lessons when the site is built: `lessons/<id>.json` for the page, `lessons/course.json`, and the
//! map of the course as HTML that shows before any program runs.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use petri_lesson::{Course, Lesson, parse::course::compile};

use crate::run::root;

/// Stands in the page where the chapters go.
const PLACE: &str = "<!-- COURSE -->";

/// Reads all lessons in their order; every mistake with its file, its line and a suggestion is the error.
pub(crate) fn read() -> Result<(Course, Vec<Lesson>)> {
    let folder = root().join("static/lessons");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("there is no {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "md") {
            let id = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default().to_owned();
            files.push((id, fs::read_to_string(&path)?));
        }
    }
    files.sort();
    compile(&files, &petri_app::vocabulary::known()).map_err(|problems| {
        let shown: Vec<String> = problems.iter().map(|p| format!("static/lessons/{p}")).collect();
        anyhow::anyhow!("lessons:\n  {}", shown.join("\n  "))
    })
}

/// Writes the lessons and the course into a site, and the map into its page.
pub(crate) fn write(site: &Path) -> Result<()> {
    let (course, lessons) = read()?;
    let folder = site.join("lessons");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("course.json"), serde_json::to_string(&course)?)?;
    for lesson in &lessons {
        fs::write(folder.join(format!("{}.json", lesson.id)), serde_json::to_string(lesson)?)?;
    }
    let page = site.join("index.html");
    let html = fs::read_to_string(&page).with_context(|| format!("{} is not a site", site.display()))?;
    if !html.contains(PLACE) {
        bail!("the page has no place for the map of the course: {PLACE}");
    }
    fs::write(page, html.replace(PLACE, &map(&course)))?;
    Ok(())
}

/// The chapters as HTML. The app adds to each lesson what was done in it.
fn map(course: &Course) -> String {
    let chapters = course.chapters.iter().map(|chapter| {
        let minutes: u32 = chapter.lessons.iter().map(|l| l.minutes).sum();
        let title = escaped(&chapter.title);
        let cards: String = chapter
            .lessons
            .iter()
            .map(|l| {
                format!(
                    "<li class=\"lesson-card\" data-lesson=\"{id}\"><a href=\"#/lesson/{id}\"><span class=\"lesson-title\">{}</span>\
                     <span class=\"lesson-summary\">{}</span><span class=\"lesson-facts\"><span>{} min</span>\
                     <span class=\"lesson-state\" data-testid=\"state-{id}\"></span></span></a></li>",
                    escaped(&l.title),
                    escaped(&l.summary),
                    l.minutes,
                    id = escaped(&l.id),
                )
            })
            .collect();
        format!(
            "<section class=\"chapter\" aria-label=\"{title}\"><h2>{title}<span class=\"hint\"> · {} lessons · {minutes} minutes</span></h2>\
             <ol class=\"lesson-list\">{cards}</ol></section>",
            chapter.lessons.len(),
        )
    });
    chapters.collect()
}

/// Text as it may stand in HTML, in an attribute too.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use petri_lesson::Block;
    use petri_lesson::course::{Chapter, Entry};

    use super::*;

    #[test]
    fn every_lesson_is_whole() {
        let (course, lessons) = read().unwrap_or_else(|mistakes| panic!("{mistakes}"));
        assert_eq!(course.lessons().next().map(|e| e.id.as_str()), Some("one-neuron"), "where the map sends beginners");
        for lesson in &lessons {
            let id = &lesson.id;
            let n = |is: fn(&Block) -> bool| lesson.blocks.iter().filter(|b| is(b)).count();
            assert!(n(|b| matches!(b, Block::Question(_))) >= 3, "{id}: three questions");
            assert!(n(|b| matches!(b, Block::Challenge(_))) >= 1, "{id}: a challenge");
            assert!(n(|b| matches!(b, Block::Dish(_))) >= 1, "{id}: a dish");
            let words = lesson.n_words();
            assert!((300..=700).contains(&words), "{id}: {words} words");
        }
    }

    #[test]
    fn what_is_compiled_is_what_was_read() {
        for lesson in read().expect("lessons").1 {
            let text = serde_json::to_string(&lesson).expect("plain data");
            let back: Lesson = serde_json::from_str(&text).expect("own print");
            assert!(back == lesson, "{} changes on its way into the page", lesson.id);
        }
    }

    #[test]
    fn the_map_links_every_lesson_and_carries_no_markup_of_theirs() {
        let entry = Entry { id: "a".into(), title: "<b>\"x\" & y</b>".into(), summary: "S".into(), minutes: 7 };
        let html = map(&Course { chapters: vec![Chapter { title: "1. A".into(), lessons: vec![entry] }] });
        assert!(html.contains("href=\"#/lesson/a\"") && html.contains("7 min"), "{html}");
        assert!(html.contains("&lt;b&gt;&quot;x&quot; &amp; y&lt;/b&gt;") && !html.contains("<b>"), "{html}");
        // The page's policy allows neither.
        assert!(!html.contains("style=") && !html.contains("<script"));
    }
}
