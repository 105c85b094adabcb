//! Reads lessons from other addresses, in a worker of its own: the page loads no parser, and a lesson that
//! takes too long to read can be ended.

#[cfg(target_arch = "wasm32")]
mod worker {
    use js_sys::{Array, global};
    use petri_lesson::{Course, Vocabulary, parse};
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;
    use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

    /// Answers `[id, text, vocabulary, course]` with `[lesson, mistake, mistake …]`; an empty lesson is none.
    fn answer(asked: &Array) -> Option<Array> {
        let text = |i| asked.get(i).as_string();
        let known: Vocabulary = serde_json::from_str(&text(2)?).ok()?;
        let course: Course = serde_json::from_str(&text(3)?).unwrap_or_default();
        let (lesson, problems) = parse(&text(0)?, &text(1)?, &known);
        let lesson = lesson.map(|mut lesson| {
            course.place(&mut lesson);
            serde_json::to_string(&lesson).unwrap_or_default()
        });
        let said = Array::of1(&lesson.unwrap_or_default().into());
        for problem in problems {
            said.push(&problem.to_string().into());
        }
        Some(said)
    }

    pub(super) fn start() {
        let Ok(scope) = global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
        let own = scope.clone();
        let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(said) = event.data().dyn_ref::<Array>().and_then(answer) {
                own.post_message(&said).unwrap_or_default();
            }
        });
        scope.set_onmessage(Some(listen.as_ref().unchecked_ref()));
        // It listens as long as the worker lives.
        listen.forget();
    }
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    worker::start();
}
