//! The small worker: CPU engine only, loads at once.

fn main() {
    petri_worker::start(petri_protocol::event::WorkerKind::Cpu);
}
