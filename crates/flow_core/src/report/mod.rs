//! What is handed over: findings with their evidence, as Markdown and as one self-contained HTML file.
//!
//! Pure: findings and words in, text out. Text of a log is text in both, never markup.

pub mod document;
pub mod html;
pub mod markdown;
pub mod pseudonyms;

pub use document::{Block, Document};
pub use pseudonyms::Pseudonyms;
