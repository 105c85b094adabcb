//! Reads all lessons of a course, and puts them into the order that their front matter says.

use super::fields::unknown;
use super::{LessonProblem, parse};
use crate::course::{Chapter, Course, Entry};
use crate::lesson::Lesson;
use crate::vocabulary::Vocabulary;

/// Reads the files of a course: the name without its ending, and the text. Returns the course and its lessons
/// in order.
///
/// # Errors
///
/// Everything that is wrong in all files.
pub fn compile(files: &[(String, String)], known: &Vocabulary) -> Result<(Course, Vec<Lesson>), Vec<LessonProblem>> {
    let mut problems = Vec::new();
    let mut lessons = Vec::new();
    for (id, text) in files {
        let (lesson, found) = parse(id, text, known);
        problems.extend(found);
        lessons.extend(lesson);
    }
    // Chapters begin with their number.
    let number = |chapter: &str| chapter.split('.').next().and_then(|n| n.trim().parse::<u32>().ok()).unwrap_or(u32::MAX);
    lessons.sort_by_cached_key(|l| (number(&l.front.chapter), l.front.chapter.clone(), l.front.order, l.id.clone()));
    let mut course = Course::default();
    for lesson in &lessons {
        let front = &lesson.front;
        if course.chapters.last().is_none_or(|c| c.title != front.chapter) {
            course.chapters.push(Chapter { title: front.chapter.clone(), lessons: Vec::new() });
        }
        let Some(chapter) = course.chapters.last_mut() else { continue };
        chapter.lessons.push(Entry {
            id: lesson.id.clone(),
            title: front.title.clone(),
            summary: front.summary.clone(),
            minutes: front.minutes,
        });
        let place = chapter.lessons.len();
        if front.order as usize != place {
            let message = format!(
                "order: {} in the chapter \"{}\", where this lesson comes as number {place}; its lessons count from 1",
                front.order, front.chapter
            );
            problems.push(wrong(files, &lesson.id, "order:", message));
        }
    }
    let ids: Vec<&str> = course.lessons().map(|entry| entry.id.as_str()).collect();
    for lesson in &lessons {
        for id in &lesson.front.prerequisites {
            if !ids.contains(&id.as_str()) {
                problems.push(wrong(files, &lesson.id, "prerequisites:", unknown("lesson", id, &ids)));
            }
        }
    }
    for (id, text) in files {
        for (i, line) in text.lines().enumerate() {
            problems.extend(dead_links(line, &ids).map(|message| LessonProblem {
                file: format!("{id}.md"),
                line: i + 1,
                message,
            }));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    for lesson in &mut lessons {
        course.place(lesson);
    }
    Ok((course, lessons))
}

/// A problem at the line of the front matter that begins with `key`.
fn wrong(files: &[(String, String)], id: &str, key: &str, message: String) -> LessonProblem {
    let text = files.iter().find(|(name, _)| name == id).map_or("", |(_, text)| text.as_str());
    let line = text.lines().position(|l| l.trim_start().starts_with(key)).map_or(1, |i| i + 1);
    LessonProblem { file: format!("{id}.md"), line, message }
}

/// Links of a line to lessons that are not there.
fn dead_links(line: &str, ids: &[&str]) -> impl Iterator<Item = String> {
    line.split("#/lesson/").skip(1).filter_map(move |rest| {
        let end = rest.find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')).unwrap_or(rest.len());
        let target = &rest[..end];
        (!ids.contains(&target)).then(|| unknown("lesson", target, ids))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::vocabulary;
    use super::*;

    fn file(id: &str, chapter: &str, order: u32, rest: &str) -> (String, String) {
        let text = format!("---\ntitle: About {id}\nsummary: S\nchapter: {chapter}\norder: {order}\nminutes: 5\n{rest}");
        (id.to_owned(), text)
    }

    #[test]
    fn the_order_comes_from_the_front_matter() {
        let files = [
            file("c", "10. Late", 1, "---\n\nEnd.\n"),
            file("b", "2. Early", 2, "prerequisites: a\n---\n\nSee [a](#/lesson/a).\n"),
            file("a", "2. Early", 1, "---\n\nStart.\n"),
        ];
        let (course, lessons) = compile(&files, &vocabulary()).expect("a course");
        let ids: Vec<&str> = course.lessons().map(|e| e.id.as_str()).collect();
        assert_eq!(ids, ["a", "b", "c"]);
        assert_eq!(course.chapters.len(), 2);
        assert_eq!(lessons[1].before[0].title, "About a");
        assert_eq!(lessons[1].next.as_ref().map(|n| n.id.as_str()), Some("c"));
        assert_eq!(lessons[2].next, None);
    }

    #[test]
    fn mistakes_between_lessons_have_file_line_and_suggestion() {
        let files = [
            file("first", "1. A", 1, "prerequisites: frist\n---\n\nText.\n"),
            file("second", "1. A", 3, "---\n\nSee [x](#/lesson/secnd).\n"),
        ];
        let problems = compile(&files, &vocabulary()).expect_err("mistakes");
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(shown.len(), 3, "{shown:?}");
        assert!(shown[0].starts_with("second.md, line 5: order: 3"), "{shown:?}");
        assert_eq!(shown[1], "first.md, line 7: unknown lesson \"frist\"; did you mean \"first\"?");
        assert_eq!(shown[2], "second.md, line 9: unknown lesson \"secnd\"; did you mean \"second\"?");
    }
}
