//! Parity with PyTorch: loss, gradients, weights after five steps and logits of every committed case.

use std::fs;
use std::path::Path;

use petri_data::Batch;
use petri_engine::device::{self, Device};
use petri_engine::layers::HostTensor;
use petri_engine::plan::Plan;
use petri_protocol::{LossSpec, OptimizerSpec, TensorShape, TrainingSpec, notation};
use petri_tests::{Compared, assert_close, fixtures};
use safetensors::SafeTensors;
use serde::Deserialize;

#[derive(Deserialize)]
struct Meta {
    network: String,
    input: Vec<usize>,
    batch: usize,
    /// Samples that count, if some are filling.
    n_real: Option<usize>,
    steps: u32,
    loss: LossSpec,
    optimizer: OptimizerSpec,
    learning_rate: f64,
    weight_decay: f64,
    #[serde(default)]
    clip_norm: f64,
    #[serde(default)]
    label_smoothing: f64,
    #[serde(default)]
    class_weights: Vec<f32>,
}

struct Data<'a>(SafeTensors<'a>);

impl Data<'_> {
    fn values(&self, name: &str) -> Vec<f32> {
        let tensor = self.0.tensor(name).unwrap_or_else(|e| panic!("{name}: {e}"));
        tensor.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect()
    }

    fn tensor(&self, name: &str) -> HostTensor {
        let shape = self.0.tensor(name).unwrap_or_else(|e| panic!("{name}: {e}")).shape().to_vec();
        HostTensor { shape, values: self.values(name) }
    }

    fn has(&self, name: &str) -> bool {
        self.0.tensor(name).is_ok()
    }
}

async fn check(name: &str, folder: &Path, device: &Device) {
    let meta: Meta = serde_json::from_slice(&fs::read(folder.join("meta.json")).expect("meta.json")).expect("meta.json");
    let bytes = fs::read(folder.join("data.safetensors")).expect("data.safetensors");
    let data = Data(SafeTensors::deserialize(&bytes).expect("safetensors"));
    let input = match meta.input[..] {
        [n] => TensorShape::Features(n),
        [c, h, w] => TensorShape::image(c, h, w),
        _ => panic!("{name}: input {:?}", meta.input),
    };
    let network = notation::parse(&meta.network).expect("notation");
    let plan = Plan::new(&network, input, meta.loss).expect("a valid network");
    let initial = (0..).map_while(|i| {
        let key = |i: usize| format!("initial.{i}");
        data.has(&key(2 * i)).then(|| [data.tensor(&key(2 * i)), data.tensor(&key(2 * i + 1))])
    });
    let training = TrainingSpec {
        loss: meta.loss,
        optimizer: meta.optimizer,
        weight_decay: meta.weight_decay,
        clip_norm: meta.clip_norm,
        label_smoothing: meta.label_smoothing,
        ..TrainingSpec::default()
    };
    let mut trainer = device.executor(plan, initial.collect(), &training, 0);
    trainer.set_class_weights(&meta.class_weights);
    let batch = Batch {
        size: meta.batch,
        n_real: meta.n_real.unwrap_or(meta.batch),
        code: petri_protocol::TargetCode::OneHot,
        inputs: data.values("inputs"),
        targets: data.values("targets"),
        weights: data.values("weights"),
    };

    let (loss, mut gradients) = trainer.network().gradients(&batch).await.expect("the CPU cannot fail");
    if network.nodes.iter().any(petri_protocol::NodeSpec::is_frozen) {
        // PyTorch has no gradient of what is frozen; here it is zeros.
        gradients.retain(|gradient| gradient.iter().any(|v| *v != 0.0));
    }
    assert_close(Compared::Forward, name, &[loss], &data.values("loss"));
    assert!(!gradients.is_empty());
    let expected = (0..).map(|i| format!("gradient.{i}")).take_while(|key| data.has(key)).map(|key| data.values(&key));
    // A layer without bias has none to compare.
    let expected: Vec<Vec<f32>> = expected.filter(|values| !values.is_empty()).collect();
    assert_eq!(gradients.len(), expected.len(), "{name}");
    for (gradient, expected) in gradients.iter().zip(&expected) {
        assert_close(Compared::Gradient, name, gradient, expected);
    }
    for step in 0..meta.steps {
        trainer.step(&batch, step, meta.learning_rate);
    }
    let network = trainer.network();
    let all: Vec<usize> = (0..network.plan().nodes.len()).collect();
    let trained: Vec<HostTensor> = network.weights(&all).await.expect("the CPU cannot fail").into_iter().flatten().collect();
    assert_eq!(trained.len(), (0..).take_while(|i| data.has(&format!("trained.{i}"))).count(), "{name}");
    for (i, tensor) in trained.iter().enumerate() {
        assert_close(Compared::Trained, name, &tensor.values, &data.values(&format!("trained.{i}")));
    }
    let logits = network.logits(vec![(batch.inputs.clone(), batch.size)]).await.expect("the CPU cannot fail").swap_remove(0);
    assert_close(Compared::Forward, name, &logits, &data.values("logits"));
}

#[test]
fn every_case_equals_pytorch() {
    let mut checked = 0;
    let mut folders: Vec<_> = fs::read_dir(fixtures()).expect("fixtures").map(|e| e.expect("an entry").path()).collect();
    folders.sort();
    for folder in folders.iter().filter(|f| f.is_dir()) {
        let name = folder.file_name().and_then(|n| n.to_str()).expect("a name");
        for device in [Device::Cpu, Device::Burn(device::flex())] {
            pollster::block_on(check(name, folder, &device));
        }
        checked += 1;
    }
    assert!(checked >= 72, "only {checked} cases were found");
}
