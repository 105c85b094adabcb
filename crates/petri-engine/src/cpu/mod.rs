//! The CPU engine: the static plan of a network, computed by kernels of our own.
//!
//! All parameters, gradients and moments lie flat behind each other (`layout.rs`); outputs and gradients of the
//! nodes lie on a tape that is made once (`tape.rs`). In the steady state a step allocates nothing but what is drawn for
//! dropout. The kernels (`petri-kernels`) use no operation whose result depends on the machine.

mod layout;
mod network;
mod tape;
mod trainer;
mod update;

pub use network::CpuNetwork;
pub use trainer::CpuTrainer;
