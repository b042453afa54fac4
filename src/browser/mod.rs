//! The only part of the page, beside the engine's links, that names the browser's own types.
//!
//! Each file is one thing a browser offers, in the page's words. Decides nothing.

pub mod clock;
pub mod files;
pub mod page;
