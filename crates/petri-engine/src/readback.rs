//! The one place where tensors leave the device: always awaited, several at once.
//!
//! A read that has begun is finished, also when nobody waits for it any longer: a buffer that goes back to the
//! device's pool while the browser still maps it cannot be mapped again, and every read after it fails.

use burn::tensor::{Tensor, Transaction};

use crate::EngineError;

/// Collects tensors to be read together.
#[derive(Default)]
pub struct Reader {
    transaction: Transaction,
}

impl Reader {
    /// Adds a tensor of any rank.
    #[must_use]
    pub fn with<const D: usize>(mut self, tensor: Tensor<D>) -> Self {
        self.transaction = self.transaction.register(tensor.inner());
        self
    }

    /// Values of all tensors, in order, each in row-major order.
    ///
    /// # Errors
    ///
    /// [`EngineError::Device`] when the device is lost or a kernel failed.
    pub async fn read(self) -> Result<Vec<Vec<f32>>, EngineError> {
        let transaction = self.transaction;
        let data = finished(async move { transaction.execute_async().await })
            .await
            .map_err(|e| EngineError::Device { why: format!("{e}") })?;
        data.into_iter().map(|d| d.try_into_vec::<f32>().map_err(|e| EngineError::Device { why: format!("{e:?}") })).collect()
    }
}

/// The output of some work that goes on to its end even when the future is dropped.
#[cfg(target_arch = "wasm32")]
async fn finished<T: 'static>(work: impl Future<Output = T> + 'static) -> T {
    let mut work = Box::pin(work);
    // On the CPU there is nothing to wait for.
    let first = std::future::poll_fn(|context| std::task::Poll::Ready(work.as_mut().poll(context))).await;
    if let std::task::Poll::Ready(output) = first {
        return output;
    }
    let (sender, receiver) = futures_channel::oneshot::channel();
    wasm_bindgen_futures::spawn_local(async move {
        let output = work.await;
        // Nobody may be there to take it.
        drop(sender.send(output));
    });
    match receiver.await {
        Ok(output) => output,
        // The sender is only dropped after it has sent.
        Err(futures_channel::oneshot::Canceled) => std::future::pending().await,
    }
}

/// Natively a device is read while its caller waits.
#[cfg(not(target_arch = "wasm32"))]
async fn finished<T>(work: impl Future<Output = T>) -> T {
    work.await
}

/// Reads one tensor.
///
/// # Errors
///
/// As [`Reader::read`].
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, EngineError> {
    Ok(Reader::default().with(tensor).read().await?.swap_remove(0))
}
