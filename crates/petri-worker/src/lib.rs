//! The web worker that trains: message loop, codec, engine start-up.
//!
//! Two artefacts are built from this crate (`src/bin`). The worker speaks first: the page waits for
//! `Ready` before it sends anything.

mod adapter;
#[cfg(feature = "bench")]
mod bench;
mod calibration;
mod codec;
mod constructors;
mod engines;
mod host;
mod mailbox;
mod pace;
mod prepare;
mod reports;
mod runner;
mod sources;

use petri_protocol::event::WorkerKind;
use petri_protocol::{Event, PROTOCOL_VERSION};

/// Starts the worker: called once, by `main`.
pub fn start(kind: WorkerKind) {
    // Before any other call into burn, see there.
    constructors::run_once();
    reports::install();
    wasm_bindgen_futures::spawn_local(async move {
        let mailbox = mailbox::Mailbox::open();
        let adapter = adapter::describe().await;
        codec::send(&Event::Ready { protocol: PROTOCOL_VERSION, build: codec::build(), worker: kind, adapter });
        runner::Runner::new(kind, mailbox).run().await;
    });
}
