//! Runs the static constructors of the program, once.

#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "the linker's own function, see run_once")]
mod imp {
    unsafe extern "C" {
        fn __wasm_call_ctors();
    }

    /// cubecl registers its dialects with `inventory`, so the GPU worker has static constructors.
    /// Unless the program calls them itself, wasm-ld wraps every exported function so that all of
    /// them run again at each call from JavaScript, many times per kernel launch: a step of a toy
    /// network took 414 to 496 ms instead of 16.5 ms. Mentioning the function here switches the
    /// wrapping off; `cargo xtask build` refuses a worker that still has it.
    pub(super) fn run_once() {
        // SAFETY: called once, at the start of `main`, before anything that a constructor sets up.
        unsafe { __wasm_call_ctors() }
    }
}

/// Runs the static constructors; elsewhere than in wasm the loader has done it.
pub(crate) fn run_once() {
    #[cfg(target_arch = "wasm32")]
    imp::run_once();
}
