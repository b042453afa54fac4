//! What is handed over: findings with their evidence, as Markdown and as one self-contained HTML file.
//!
//! Pure: findings and words in, text out. Text of a log is text in both, never markup.

pub mod document;
pub mod hand_over;
pub mod html;
pub mod markdown;
pub mod pseudonyms;

use serde::{Deserialize, Serialize};

pub use document::{Block, Document};
pub use hand_over::About;
pub use pseudonyms::Pseudonyms;

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReportFormat {
    Markdown,
    Html,
}

impl ReportFormat {
    pub fn write(self, document: &Document) -> String {
        match self {
            ReportFormat::Markdown => markdown::to_markdown(document),
            ReportFormat::Html => html::to_html(document),
        }
    }

    pub const fn file_name(self) -> &'static str {
        match self {
            ReportFormat::Markdown => "flowglass-report.md",
            ReportFormat::Html => "flowglass-report.html",
        }
    }

    pub const fn media_type(self) -> &'static str {
        match self {
            ReportFormat::Markdown => "text/markdown",
            ReportFormat::Html => "text/html",
        }
    }
}
