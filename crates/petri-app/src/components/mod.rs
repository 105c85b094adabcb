//! Components: each renders a part of the state and turns what the learner does into actions.

pub(crate) mod boundary;
pub(crate) mod canvas;
pub(crate) mod chart;
pub(crate) mod control_bar;
pub(crate) mod controls;
pub(crate) mod data_panel;
pub(crate) mod drop_target;
pub(crate) mod engine_badge;
pub(crate) mod feature_maps;
pub(crate) mod network_panel;
pub(crate) mod notices;
pub(crate) mod predictions;
pub(crate) mod top_bar;
pub(crate) mod training_panel;
