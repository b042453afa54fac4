//! The only part of the page, beside the engine's links, that names the browser's own types.
//!
//! Each file is one thing that a browser offers, in the page's words. Decides nothing.

pub mod clipboard;
pub mod clock;
pub mod download;
pub mod files;
pub mod location;
pub mod off_screen;
pub mod page;
pub mod random;
pub mod scroll_box;
pub mod size;
pub mod storage;
