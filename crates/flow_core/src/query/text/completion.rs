//! What may come at the cursor: names of fields, operators, names of values.
//!
//! Follows the grammar loosely, so that it still helps in text that does not parse yet. The parser decides
//! what is right; this only decides what is offered.

use serde::{Deserialize, Serialize};

use super::bare_word::ACTIONS;
use super::token::{Token, TokenKind, tokens};
use super::{Span, is_keyword};
use crate::query::{Scope, Subject};
use crate::record::name::{protocols, services};
use crate::record::{ColumnKey, Field, FieldKind};

/// One way to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// What of the text it replaces: the part of a word before the cursor, or nothing at the cursor.
    pub replaces: Span,
    pub text: String,
    /// What it means, for people; may be empty.
    pub note: String,
}

/// More than a list below a line shows; the reader types another letter instead of scrolling.
pub const COMPLETIONS_MAX: usize = 40;

/// Where a token may come, and what it may be.
#[derive(Clone)]
enum Place {
    Test,
    Operator(Scope),
    Value {
        scope: Scope,
        is_in_list: bool,
    },
    AfterValue {
        scope: Scope,
        is_in_list: bool,
    },
    AfterTest,
    /// A text of the reader's own.
    Text,
}

/// What may come at `cursor`, a place in bytes, best first. `columns` are the names that the log has: others
/// would find nothing, so they are not offered.
pub fn completions(text: &str, cursor: usize, columns: &[String]) -> Vec<Completion> {
    let cursor = text.floor_char_boundary(cursor);
    let (mut tokens, unreadable) = tokens(&text[..cursor]);
    if unreadable.is_some() {
        // Within quotes.
        return Vec::new();
    }
    let begun = match tokens.last() {
        Some(Token { kind: TokenKind::Word(word), span }) if span.end() == cursor => {
            let begun = (*word, *span);
            tokens.pop();
            begun
        }
        _ => ("", Span::new(cursor, cursor)),
    };
    let mut n_open = 0usize;
    let mut place = Place::Test;
    for token in &tokens {
        place = next_place(place, &token.kind, columns, &mut n_open);
    }
    let mut offers = Offers { begun: begun.0, replaces: begun.1, list: Vec::new() };
    match &place {
        Place::Test => offers.tests(columns),
        Place::Operator(scope) => offers.operators(scope),
        Place::Value { scope, .. } => offers.values(scope),
        Place::AfterValue { is_in_list: true, .. } => {
            offers.add(",", "another value");
            offers.add(")", "the end of the list");
        }
        Place::AfterValue { .. } | Place::AfterTest => {
            offers.add("and", "both must be true");
            offers.add("or", "one must be true");
            if n_open > 0 {
                offers.add(")", "closes the parenthesis");
            }
            if !offers.begun.is_empty() {
                offers.tests(columns);
            }
        }
        Place::Text => {}
    }
    offers.list.truncate(COMPLETIONS_MAX);
    offers.list
}

fn next_place(place: Place, token: &TokenKind<'_>, columns: &[String], n_open: &mut usize) -> Place {
    let is_word =
        |expected: &str| matches!(token, TokenKind::Word(word) if word.eq_ignore_ascii_case(expected));
    match place {
        Place::Operator(scope) => match token {
            TokenKind::Compare(_) => Place::Value { scope, is_in_list: false },
            _ if is_word("in") => Place::Value { scope, is_in_list: false },
            _ if is_word("contains") => Place::Text,
            _ => Place::Operator(scope),
        },
        Place::Value { scope, is_in_list } => match token {
            TokenKind::Open => Place::Value { scope, is_in_list: true },
            _ => Place::AfterValue { scope, is_in_list },
        },
        Place::AfterValue { scope, is_in_list } => match token {
            TokenKind::To => Place::Value { scope, is_in_list },
            TokenKind::Comma if is_in_list => Place::Value { scope, is_in_list },
            TokenKind::Close if is_in_list => Place::AfterTest,
            _ if is_in_list => Place::AfterValue { scope, is_in_list },
            _ => next_place(Place::AfterTest, token, columns, n_open),
        },
        Place::Text => Place::AfterTest,
        Place::Test | Place::AfterTest => match token {
            TokenKind::Open => {
                *n_open += 1;
                Place::Test
            }
            TokenKind::Close => {
                *n_open = n_open.saturating_sub(1);
                Place::AfterTest
            }
            TokenKind::And | TokenKind::Or | TokenKind::Not => Place::Test,
            _ if is_word("and") || is_word("or") || is_word("not") => Place::Test,
            // After a name that is not known: nothing is known of its values either.
            TokenKind::Compare(_) => Place::Text,
            TokenKind::Word(word) if is_keyword(word) => Place::Text,
            TokenKind::Word(word) => scope_of(word, columns).map_or(Place::AfterTest, Place::Operator),
            TokenKind::Quoted(_) | TokenKind::Comma | TokenKind::To => Place::AfterTest,
        },
    }
}

fn scope_of(word: &str, columns: &[String]) -> Option<Scope> {
    if let Some((_, scope, _)) = wide_scopes().into_iter().find(|(name, ..)| name.eq_ignore_ascii_case(word))
    {
        return Some(scope);
    }
    match Subject::from_name(word) {
        Subject::Column(ColumnKey::Other(_)) => columns
            .iter()
            .find(|column| column.eq_ignore_ascii_case(word))
            .map(|column| Scope::One(Subject::Column(ColumnKey::Other(column.clone())))),
        subject => Some(Scope::One(subject)),
    }
}

fn wide_scopes() -> [(&'static str, Scope, &'static str); 3] {
    [
        ("addr", Scope::AnyAddress, "The source or the destination address"),
        ("port", Scope::AnyPort, "The source or the destination port"),
        ("any", Scope::AnyColumn, "Any column, as text"),
    ]
}

struct Offers<'a> {
    begun: &'a str,
    replaces: Span,
    list: Vec<Completion>,
}

impl Offers<'_> {
    /// Offers `text` where it goes on from what was begun.
    fn add(&mut self, text: &str, note: &str) {
        let begins = text.get(..self.begun.len()).is_some_and(|start| start.eq_ignore_ascii_case(self.begun));
        if begins && !self.list.iter().any(|known| known.text == text) {
            self.list.push(Completion {
                replaces: self.replaces,
                text: text.to_owned(),
                note: note.to_owned(),
            });
        }
    }

    fn tests(&mut self, columns: &[String]) {
        for column in columns {
            let subject = Subject::Column(ColumnKey::from_name(column));
            self.add(subject.name(), subject.doc().unwrap_or("A column of this log"));
        }
        for subject in Subject::DERIVED {
            self.add(subject.name(), subject.doc().unwrap_or_default());
        }
        for (name, _, note) in wide_scopes() {
            self.add(name, note);
        }
        self.add("not", "must not be true");
        // Names of values are too many to offer before the first letter.
        if !self.begun.is_empty() {
            self.values(&Scope::One(Field::ACTION.into()));
            for subject in [Subject::Direction, Subject::Class] {
                self.values(&Scope::One(subject));
            }
            self.values(&Scope::One(Field::PROTOCOL.into()));
            self.values(&Scope::AnyPort);
        }
    }

    fn operators(&mut self, scope: &Scope) {
        self.add("=", "is this, or one of these");
        self.add("!=", "is none of these, or absent");
        if scope.kind().is_number() {
            for (sign, note) in [("<", "below"), ("<=", "at most"), (">", "above"), (">=", "at least")] {
                self.add(sign, note);
            }
        }
        self.add("in", "is one of these, or in this range or prefix");
        self.add("not in", "is none of these, or absent");
        self.add("contains", "contains this text");
    }

    fn values(&mut self, scope: &Scope) {
        if *scope == Scope::One(Field::ACTION.into()) {
            for action in ACTIONS {
                self.add(action, "");
            }
        }
        for name in scope.names() {
            self.add(name, "");
        }
        match scope.kind() {
            FieldKind::Protocol => {
                for (number, name) in protocols() {
                    self.add(name, &format!("protocol {number}"));
                }
            }
            FieldKind::Port => {
                for (port, name) in services() {
                    self.add(name, &format!("port {port}"));
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` is the cursor.
    fn check(text: &str, expected: &str) {
        let cursor = text.find('|').unwrap();
        let columns = ["srcaddr", "dstaddr", "srcport", "dstport", "protocol", "action", "my-column"];
        let offered = completions(&text.replace('|', ""), cursor, &columns.map(str::to_owned));
        let listed: Vec<&str> = offered.iter().map(|offer| offer.text.as_str()).collect();
        assert_eq!(listed.join(" "), expected, "{text}");
        for offer in &offered {
            assert_eq!(offer.replaces.end(), cursor);
        }
    }

    #[test]
    fn fields_come_where_a_test_begins() {
        check("dst|", "dstaddr dstport");
        check("not sr|", "srcaddr srcport");
        check("(dstport = 22 or my|", "my-column mysql");
        check("in|", "ingress internal inbound");
        check("dstport = 22 a|", "and action addr any ACCEPT ah amqps amqp");
        assert!(completions("", 0, &[]).iter().any(|offer| offer.text == "direction"));
    }

    #[test]
    fn operators_follow_a_field() {
        check("srcaddr |", "= != in not in contains");
        check("dstport |", "= != < <= > >= in not in contains");
        check("direction c|", "contains");
        check("whatever |", "and or");
    }

    #[test]
    fn values_follow_an_operator() {
        check("protocol = ud|", "udp udplite");
        check("dstport in (22, htt|", "http https http-alt https-alt");
        check("dstport in (22 |", ", )");
        check("direction != |", "ingress egress unknown");
        check("action = |", "ACCEPT REJECT");
        check("my-column contains |", "");
        check("nonsense = |", "");
    }

    #[test]
    fn tests_are_joined() {
        check("dstport = 22 |", "and or");
        check("(dstport = 22 |", "and or )");
        check("(dstport in (22, 23) |", "and or )");
        check("\"quo|", "");
    }

    #[test]
    fn any_cursor_will_do() {
        let text = "é\"ü";
        for cursor in 0..10 {
            completions(text, cursor, &[]);
        }
    }
}
