//! How the network is trained: loss, optimizer, schedule, batches, seed, engine.

use leptos::prelude::*;
use petri_protocol::{OptimizerSpec, ScheduleSpec};

use crate::components::controls::{CheckField, NumberField, SelectField, SliderField};
use crate::context::lab;

/// The panel.
#[component]
pub(crate) fn TrainingPanel() -> impl IntoView {
    let lab = lab();
    let optimizer = Memo::new(move |_| lab.experiment.with(|e| e.training.optimizer));
    let is_step = Memo::new(move |_| lab.experiment.with(|e| matches!(e.training.schedule, ScheduleSpec::Step { .. })));
    view! {
        <section class="panel" aria-labelledby="training-title">
            <h2 id="training-title">"Training"</h2>
            <SelectField key="training.loss" label="Loss" options=vec![
                ("binary_cross_entropy", "Binary cross-entropy"),
                ("cross_entropy", "Cross-entropy"),
                ("mean_squared_error", "Mean squared error"),
            ]/>
            <SelectField key="training.class_weights" label="Class weights" options=vec![
                ("none", "None: every sample counts alike"),
                ("balanced", "Balanced: every class counts alike"),
            ]/>
            <SelectField key="training.optimizer.kind" label="Optimizer" options=vec![
                ("sgd", "SGD"), ("adam", "Adam"), ("adam_w", "AdamW"), ("rms_prop", "RMSprop"),
            ]/>
            {move || match optimizer.get() {
                OptimizerSpec::Sgd { .. } => view! {
                    <SliderField key="training.optimizer.momentum" label="Momentum" min=0.0 max=0.99 step=0.01/>
                    <CheckField key="training.optimizer.nesterov" label="Nesterov"/>
                }.into_any(),
                OptimizerSpec::RmsProp { .. } => view! {
                    <SliderField key="training.optimizer.alpha" label="Decay α" min=0.5 max=0.999 step=0.001/>
                    <SliderField key="training.optimizer.momentum" label="Momentum" min=0.0 max=0.99 step=0.01/>
                }.into_any(),
                OptimizerSpec::Adam { .. } | OptimizerSpec::AdamW { .. } => ().into_any(),
            }}
            <SelectField key="training.schedule.kind" label="Learning-rate schedule" options=vec![
                ("constant", "Constant"), ("step", "Steps"), ("cosine", "Cosine"),
            ]/>
            <Show when=move || is_step.get()>
                <NumberField key="training.schedule.every_epochs" label="Epochs between steps" step="1" min="1"/>
                <NumberField key="training.schedule.factor" label="Factor of each step" step="0.05" min="0.01" max="1"/>
            </Show>
            <NumberField key="training.weight_decay" label="Weight decay (L2)" step="any" min="0" max="10"/>
            <NumberField key="training.batch_size" label="Batch size" step="1" min="1" max="4096"/>
            <NumberField key="training.epochs" label="Epochs" step="1" min="1"/>
            <NumberField key="seed" label="Seed" step="1" min="0"/>
            <SelectField key="engine" label="Engine" options=vec![
                ("auto", "Automatic: the faster one"), ("cpu", "CPU"), ("gpu", "GPU (WebGPU)"),
            ]/>
        </section>
    }
}
