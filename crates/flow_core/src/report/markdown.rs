//! A document as Markdown (CommonMark with the tables of GitHub), to be pasted into a ticket.

use std::fmt::Write as _;

use super::document::{Block, Document};

pub fn to_markdown(document: &Document) -> String {
    let mut out = format!("# {}\n", text(&document.title));
    for block in &document.blocks {
        out.push('\n');
        match block {
            Block::Heading(level, heading) => {
                let _ = writeln!(out, "{} {}", "#".repeat(usize::from(*level)), text(heading));
            }
            Block::Paragraph(paragraph) => {
                let _ = writeln!(out, "{}", text(paragraph));
            }
            Block::List(items) => {
                for item in items {
                    let _ = writeln!(out, "- {}", text(item));
                }
            }
            Block::Facts(facts) => {
                for (term, fact) in facts {
                    let _ = writeln!(out, "- **{}**: {}", text(term), text(fact));
                }
            }
            Block::Table { head, rows } => {
                row(&mut out, head);
                let _ = writeln!(out, "|{}", " --- |".repeat(head.len()));
                for cells in rows {
                    row(&mut out, cells);
                }
            }
            Block::Code { language, text } => {
                let fence = "`".repeat(longest_run(text, '`').max(2) + 1);
                let _ = writeln!(out, "{fence}{language}\n{}\n{fence}", text.trim_end_matches('\n'));
            }
        }
    }
    out
}

fn row(out: &mut String, cells: &[String]) {
    out.push('|');
    for cell in cells {
        let _ = write!(out, " {} |", text(cell));
    }
    out.push('\n');
}

/// Text in which nothing is markup: no emphasis, link, element, heading, list or cell begins or ends in it.
fn text(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len() + plain.len() / 8);
    for (at, char) in plain.char_indices() {
        match char {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '#' => {
                out.push('\\');
                out.push(char);
            }
            // At the beginning of a line these begin a list, or underline a heading.
            '-' | '+' | '=' if at == 0 => {
                out.push('\\');
                out.push(char);
            }
            // `1.` begins a list, `http://` and `www.` are links without further ado.
            '.' | ')' if is_list_marker(plain, at) => {
                out.push('\\');
                out.push(char);
            }
            ':' if plain[at..].starts_with("://") => out.push_str("\\:"),
            '.' if plain[..at].to_ascii_lowercase().ends_with("www") => out.push_str("\\."),
            '@' => out.push_str("\\@"),
            char if char.is_control() => out.push(' '),
            char => out.push(char),
        }
    }
    out
}

/// Whether the text begins with a number that this sign makes an item of a list.
fn is_list_marker(text: &str, at: usize) -> bool {
    let (number, rest) = text.split_at(at);
    at > 0
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && matches!(rest.as_bytes().get(1), None | Some(b' '))
}

fn longest_run(text: &str, of: char) -> usize {
    let runs = text.split(|char| char != of).map(str::len);
    runs.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_block_is_written() {
        let mut document = Document::new("Rejected traffic");
        document.heading(2, "tcp 443 of 10.0.0.5");
        document.paragraph("It was refused.");
        document.push(Block::List(vec!["one".into(), "two".into()]));
        document.push(Block::Facts(vec![("Who".into(), "10.0.1.5".into())]));
        document.push(Block::Table {
            head: vec!["Who".into(), "Rows".into()],
            rows: vec![vec!["10.0.1.5".into(), "3".into()]],
        });
        document.push(Block::Code { language: "sh", text: "aws ec2 …\n".into() });
        let expected = "\
# Rejected traffic

## tcp 443 of 10.0.0.5

It was refused.

- one
- two

- **Who**: 10.0.1.5

| Who | Rows |
| --- | --- |
| 10.0.1.5 | 3 |

```sh
aws ec2 …
```
";
        assert_eq!(to_markdown(&document), expected);
    }

    #[test]
    fn text_of_a_log_is_never_markup() {
        for (plain, expected) in [
            ("<img src=x>", r"\<img src=x\>"),
            ("[a](http://b)", r"\[a\](http\://b)"),
            ("a | b", r"a \| b"),
            ("*a* _b_ `c` ~d~", r"\*a\* \_b\_ \`c\` \~d\~"),
            ("# a", r"\# a"),
            ("- a", r"\- a"),
            ("1. a", r"1\. a"),
            ("10.0.0.1 - 10.0.0.2", "10.0.0.1 - 10.0.0.2"),
            ("a\nb\u{7}c", "a b c"),
            ("&lt;", r"\&lt;"),
            ("www.example.com a@b.c", r"www\.example.com a\@b.c"),
        ] {
            assert_eq!(text(plain), expected);
        }
    }

    #[test]
    fn code_cannot_end_its_fence() {
        let mut document = Document::new("a");
        document.push(Block::Code { language: "sh", text: "```\n# not a heading\n````".into() });
        assert!(to_markdown(&document).contains("\n`````sh\n```\n# not a heading\n````\n`````\n"));
    }
}
