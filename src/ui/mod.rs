//! What is on screen, one file for each part.

pub mod bar;
pub mod detail;
pub mod direction;
pub mod format;
pub mod metric_switch;
pub mod overview;
pub mod records;
pub mod rejected;
pub mod sparkline;
pub mod states;
pub mod timeline;
pub mod value_button;
