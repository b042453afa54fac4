//! Filter text cut into words, quoted texts and signs, each with its place.

use std::borrow::Cow;

use super::{FilterError, Span};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token<'a> {
    pub kind: TokenKind<'a>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind<'a> {
    /// Keywords are words too: what a word is depends on where it stands.
    Word(&'a str),
    /// Without its quotes and escapes.
    Quoted(Cow<'a, str>),
    Compare(Comparison),
    Open,
    Close,
    Comma,
    /// `..`
    To,
    /// `&&`, `||` and `!`; the words are [`TokenKind::Word`].
    And,
    Or,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Longest first, so that `<=` is not read as `<`.
const SIGNS: [(&str, TokenKind<'static>); 17] = [
    ("==", TokenKind::Compare(Comparison::Equal)),
    ("!=", TokenKind::Compare(Comparison::NotEqual)),
    ("<>", TokenKind::Compare(Comparison::NotEqual)),
    ("<=", TokenKind::Compare(Comparison::LessOrEqual)),
    (">=", TokenKind::Compare(Comparison::GreaterOrEqual)),
    ("&&", TokenKind::And),
    ("||", TokenKind::Or),
    ("..", TokenKind::To),
    ("=", TokenKind::Compare(Comparison::Equal)),
    ("<", TokenKind::Compare(Comparison::Less)),
    (">", TokenKind::Compare(Comparison::Greater)),
    ("&", TokenKind::And),
    ("|", TokenKind::Or),
    ("!", TokenKind::Not),
    ("(", TokenKind::Open),
    (")", TokenKind::Close),
    (",", TokenKind::Comma),
];

fn sign_at(rest: &str) -> Option<(&'static str, TokenKind<'static>)> {
    SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)).cloned()
}

/// All tokens of `text`, or those before the first that cannot be read, and why.
pub(super) fn tokens(text: &str) -> (Vec<Token<'_>>, Option<FilterError>) {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        let rest = &text[at..];
        let (kind, n_bytes) = match rest.chars().next() {
            None => return (tokens, None),
            Some(quote @ ('"' | '\'')) => match quoted(text, at, quote) {
                Ok(quoted) => quoted,
                Err(error) => return (tokens, Some(error)),
            },
            Some(_) => match sign_at(rest) {
                Some((sign, kind)) => (kind, sign.len()),
                None => {
                    let word = word_at(rest);
                    (TokenKind::Word(word), word.len())
                }
            },
        };
        tokens.push(Token { kind, span: Span::new(at, at + n_bytes) });
        at += n_bytes;
    }
}

/// Everything up to a space, a sign or a double quote; `it's` is a word.
fn word_at(rest: &str) -> &str {
    let ends =
        |&(at, char): &(usize, char)| char.is_whitespace() || char == '"' || sign_at(&rest[at..]).is_some();
    let end = rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at);
    &rest[..end]
}

/// The text within the quotes that open at `start`, and how many bytes it takes with them.
fn quoted(text: &str, start: usize, quote: char) -> Result<(TokenKind<'_>, usize), FilterError> {
    let inner = &text[start + quote.len_utf8()..];
    let mut unescaped: Option<String> = None;
    let mut chars = inner.char_indices();
    while let Some((at, char)) = chars.next() {
        if char == quote {
            let content = unescaped.map_or(Cow::Borrowed(&inner[..at]), Cow::Owned);
            return Ok((TokenKind::Quoted(content), at + 2 * quote.len_utf8()));
        }
        if char == '\\' {
            let content = unescaped.get_or_insert_with(|| inner[..at].to_owned());
            match chars.next() {
                Some((_, escaped)) if escaped == quote || escaped == '\\' => content.push(escaped),
                Some((end, escaped)) => {
                    let first = start + quote.len_utf8();
                    let span = Span::new(first + at, first + end + escaped.len_utf8());
                    return Err(FilterError::at(
                        text,
                        span,
                        format!("`\\{quote}` or `\\\\` after a backslash"),
                    ));
                }
                None => break,
            }
        } else if let Some(content) = &mut unescaped {
            content.push(char);
        }
    }
    let mut error = FilterError::at(
        text,
        Span::new(start, text.len()),
        format!("a closing `{quote}` for the text that starts here"),
    );
    error.found = "the end of the filter".to_owned();
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let (tokens, error) = tokens(text);
        assert_eq!(error, None);
        let listed: Vec<String> = tokens
            .iter()
            .map(|token| match &token.kind {
                TokenKind::Quoted(content) => format!("[{content}]"),
                _ => token.span.text(text).to_owned(),
            })
            .collect();
        assert_eq!(listed.join(" "), expected);
    }

    #[test]
    fn words_end_where_signs_begin() {
        check("srcaddr=10.0.0.0/8&&!dstport<=22", "srcaddr = 10.0.0.0/8 && ! dstport <= 22");
        check("port in(22,80 ..90)", "port in ( 22 , 80 .. 90 )");
        check("1024..65535", "1024 .. 65535");
        check("::1 fe80::1.5", "::1 fe80::1.5");
        check("a\"b\"c", "a [b] c");
        check("it's", "it's");
    }

    #[test]
    fn quotes_lose_their_escapes() {
        check(r#""a \"b\" \\ c" 'd "e"'"#, r#"[a "b" \ c] [d "e"]"#);
        check("\"\"", "[]");
    }
}
