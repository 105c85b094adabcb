//! Resampling of images as two matrix products, whose backward pass every backend has: burn's own interpolation has
//! none on the GPU ("Bilinear interpolation backward is not supported by JIT backend").

use burn::tensor::{Tensor, TensorData};

/// Applies `rows` (`[new height, height]`) and `columns` (`[new width, width]`, both row-major) to every map.
pub(super) fn resample(x: Tensor<4>, rows: Vec<f32>, columns: Vec<f32>) -> Tensor<4> {
    let [n, c, h, w] = x.dims();
    let device = x.device();
    let [new_h, new_w] = [rows.len() / h, columns.len() / w];
    let rows = Tensor::<4>::from_data(TensorData::new(rows, [1, 1, new_h, h]), &device).expand([n, c, new_h, h]);
    let columns = Tensor::<4>::from_data(TensorData::new(columns, [1, 1, new_w, w]), &device);
    rows.matmul(x).matmul(columns.transpose().expand([n, c, w, new_w]))
}
