//! The arithmetic of the CPU engine, on slices of `f32` in row-major order; images are NCHW.
//!
//! One source for wasm (simd128) and for native tests (SSE, or plain arrays of four): the same operations in the same order
//! everywhere, without fused multiply-add, so that results are equal bit for bit on every machine. Nothing allocates
//! but [`Scratch`], which grows to what the largest call needs and stays.

pub mod activation;
pub mod conv;
pub mod elementwise;
pub mod gemm;
pub mod lanes;
pub mod loss;
pub mod math;
pub mod norm;
mod pixels;
pub mod pool;
pub mod resample;
pub mod simd;
pub mod softmax;
#[cfg(test)]
mod testing;
pub mod update;
pub mod window;

pub use window::Window;

/// Room for intermediate values. Kept between calls, so that in the steady state nothing is allocated.
#[derive(Debug, Default, Clone)]
pub struct Scratch(Vec<f32>);

impl Scratch {
    /// `n` values of any content.
    pub fn take(&mut self, n: usize) -> &mut [f32] {
        if self.0.len() < n {
            self.0.resize(n, 0.0);
        }
        &mut self.0[..n]
    }
}
