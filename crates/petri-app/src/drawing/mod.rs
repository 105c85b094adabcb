//! Numbers to pictures: colour maps, pixels, axes, and drawings made of shapes. No browser here.

pub mod axis;
pub mod box_plot;
pub mod chart;
pub mod colormap;
pub mod diagram;
pub mod histogram;
pub mod picture;
pub mod plane;
pub mod shape;
