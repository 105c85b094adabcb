//! The one place where tensors leave the device: always awaited, several at once.

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
        let data = self.transaction.execute_async().await.map_err(|e| EngineError::Device { why: format!("{e}") })?;
        data.into_iter().map(|d| d.try_into_vec::<f32>().map_err(|e| EngineError::Device { why: format!("{e:?}") })).collect()
    }
}

/// Reads one tensor.
///
/// # Errors
///
/// As [`Reader::read`].
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, EngineError> {
    Ok(Reader::default().with(tensor).read().await?.swap_remove(0))
}
