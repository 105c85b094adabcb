//! The large worker: GPU and CPU engine, with the shader compiler.

fn main() {
    petri_worker::start(petri_protocol::event::WorkerKind::Gpu);
}
