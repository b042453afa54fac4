//! What a report says, apart from how it is written.

use super::pseudonyms::Pseudonyms;

/// A title, and what is under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub title: String,
    pub blocks: Vec<Block>,
}

/// All text is plain: whoever writes it makes sure that nothing in it is taken for markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// 2 or 3: the title is 1.
    Heading(u8, String),
    Paragraph(String),
    List(Vec<String>),
    /// Terms and what they are.
    Facts(Vec<(String, String)>),
    /// Each row has as many cells as the head.
    Table {
        head: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    /// To be copied as it is. The language is a word of our own, such as `sh`.
    Code {
        language: &'static str,
        text: String,
    },
}

impl Document {
    pub fn new(title: impl Into<String>) -> Document {
        Document { title: title.into(), blocks: Vec::new() }
    }

    pub fn push(&mut self, block: Block) {
        self.blocks.push(block);
    }

    pub fn heading(&mut self, level: u8, text: impl Into<String>) {
        self.push(Block::Heading(level, text.into()));
    }

    pub fn paragraph(&mut self, text: impl Into<String>) {
        self.push(Block::Paragraph(text.into()));
    }

    /// The same with other addresses.
    pub fn with_pseudonyms(mut self, pseudonyms: &Pseudonyms) -> Document {
        let replace = |text: &mut String| *text = pseudonyms.in_text(text);
        replace(&mut self.title);
        for block in &mut self.blocks {
            match block {
                Block::Heading(_, text) | Block::Paragraph(text) | Block::Code { text, .. } => replace(text),
                Block::List(items) => items.iter_mut().for_each(replace),
                Block::Facts(facts) => facts.iter_mut().for_each(|(term, fact)| {
                    replace(term);
                    replace(fact);
                }),
                Block::Table { head, rows } => {
                    head.iter_mut().chain(rows.iter_mut().flatten()).for_each(replace);
                }
            }
        }
        self
    }
}
