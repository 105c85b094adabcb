//! Forward pass of a selection of values.

use burn::tensor::{Tensor, TensorData};
use petri_protocol::OpSpec;
use petri_protocol::op::Select;

use crate::op::kernel::{Backward, Kernel, Pass};
use crate::op::trial::Trial;
use crate::op::{Forward, Node, vector};
use crate::value::Value;

impl Forward for Select {
    /// As a product with zeros and ones, whose backward pass every backend has.
    fn forward(&self, inputs: Vec<Value>, _node: &mut Node<'_>) -> Value {
        let x = vector(inputs);
        let (n, n_chosen) = (x.dims()[1], self.features.len());
        let mut values = vec![0.0f32; n * n_chosen];
        for (column, &row) in self.features.iter().enumerate() {
            values[row * n_chosen + column] = 1.0;
        }
        let chosen = Tensor::from_data(TensorData::new(values, [n, n_chosen]), &x.device());
        Value::Vector(x.matmul(chosen))
    }

    fn trials() -> Vec<Trial> {
        vec![Trial::on_features("selection", vec![Self { features: vec![2, 0] }.into(), OpSpec::dense(4)])]
    }
}

impl Kernel for Select {
    fn forward(&self, pass: &mut Pass<'_>) {
        let rows = pass.inputs.get(0).chunks_exact(pass.inputs.shapes[0].len());
        for (chosen, row) in pass.output.chunks_exact_mut(self.features.len()).zip(rows) {
            chosen.iter_mut().zip(&self.features).for_each(|(value, feature)| *value = row[*feature]);
        }
    }

    fn backward(&self, back: &mut Backward<'_>, input: usize, d_input: &mut [f32]) {
        d_input.fill(0.0);
        let rows = d_input.chunks_exact_mut(back.inputs.shapes[input].len());
        for (row, chosen) in rows.zip(back.gradient.chunks_exact(self.features.len())) {
            chosen.iter().zip(&self.features).for_each(|(value, feature)| row[*feature] += value);
        }
    }
}
