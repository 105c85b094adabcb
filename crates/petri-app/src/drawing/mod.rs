//! Numbers to pictures: colour maps, pixels, axes. No browser here.

pub mod axis;
pub mod colormap;
pub mod diagram;
pub mod histogram;
pub mod picture;
