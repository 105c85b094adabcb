//! Components: each renders a part of the state and turns what the learner does into actions.

pub(crate) mod bar;
pub(crate) mod box_plot;
pub(crate) mod canvas;
pub(crate) mod chart;
pub(crate) mod compact_network;
pub(crate) mod control_bar;
pub(crate) mod controls;
pub(crate) mod data_panel;
pub(crate) mod drawing;
pub(crate) mod drop_target;
pub(crate) mod engine_badge;
pub(crate) mod explained;
pub(crate) mod focus;
pub(crate) mod lesson;
pub(crate) mod network_layer;
pub(crate) mod network_panel;
pub(crate) mod notices;
pub(crate) mod parameter_choice;
pub(crate) mod runs;
pub(crate) mod test_set;
pub(crate) mod top_bar;
pub(crate) mod training_panel;
pub(crate) mod view;
pub(crate) mod whole_number;
