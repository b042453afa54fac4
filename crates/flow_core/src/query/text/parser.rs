//! Filter text to a filter, by recursive descent: `or` of `and` of `not` of tests.

use super::bare_word::{anywhere_contains, bare_word};
use super::suggestion::nearest;
use super::token::{Comparison, Token, TokenKind, tokens};
use super::{DEPTH_MAX, FilterError, ITEMS_MAX, Span, TEXT_BYTES_MAX, is_keyword, value};
use crate::query::{Filter, Item, Predicate, Scope, Subject, Test};
use crate::record::{ColumnKey, FIELDS, Field, FieldKind};

/// Reads a filter that names AWS fields and worked out subjects only. Empty text lets everything pass.
pub fn parse_filter(text: &str) -> Result<Filter, FilterError> {
    parse_filter_with(text, &[])
}

/// Reads a filter that may also name `columns`, which AWS does not document but the log has.
pub fn parse_filter_with(text: &str, columns: &[String]) -> Result<Filter, FilterError> {
    if text.len() > TEXT_BYTES_MAX {
        let end = text.floor_char_boundary(TEXT_BYTES_MAX);
        let mut error = FilterError::at(
            text,
            Span::new(end, text.len()),
            format!("a filter of at most {TEXT_BYTES_MAX} bytes"),
        );
        error.found = format!("{} bytes", text.len());
        return Err(error);
    }
    let (tokens, unreadable) = tokens(text);
    let mut parser = Parser { text, tokens, unreadable, columns, at: 0, depth: 0 };
    let filter = if parser.is_at_end() { Filter::everything() } else { parser.either()? };
    match parser.peek() {
        Some(TokenKind::Close) => Err(parser.unexpected("a `(` that this `)` closes")),
        Some(TokenKind::Comma) => {
            Err(parser.unexpected("`and` or `or`, as values stand in a list only within parentheses"))
        }
        Some(_) => Err(parser.unexpected("`and`, `or` or another test")),
        None => parser.unreadable.map_or_else(|| Ok(filter.canonical()), Err),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    /// Why there are no more tokens than these, where that is not the end of the text.
    unreadable: Option<FilterError>,
    columns: &'a [String],
    at: usize,
    depth: usize,
}

/// How a test asks.
#[derive(Clone, Copy)]
enum Operator {
    In,
    Contains,
    Compare(Comparison),
}

/// A scope, and how the text names it with its operator, for errors.
struct Asked {
    scope: Scope,
    name: Span,
}

impl<'a> Parser<'a> {
    fn either(&mut self) -> Result<Filter, FilterError> {
        let mut parts = vec![self.all()?];
        while self.take_sign(TokenKind::Or) || self.take_word("or") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::Or(parts) })
    }

    fn all(&mut self) -> Result<Filter, FilterError> {
        let mut parts = vec![self.negated()?];
        // Two tests side by side mean `and`.
        while self.take_sign(TokenKind::And) || self.take_word("and") || self.is_at_term() {
            parts.push(self.negated()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::And(parts) })
    }

    fn negated(&mut self) -> Result<Filter, FilterError> {
        // A loop, not recursion: any number of them takes no stack.
        let mut is_negated = false;
        while self.take_sign(TokenKind::Not) || self.take_word("not") {
            is_negated = !is_negated;
        }
        let filter = self.term()?;
        Ok(if is_negated { Filter::Not(Box::new(filter)) } else { filter })
    }

    fn is_at_term(&self) -> bool {
        match self.peek() {
            Some(TokenKind::Word(word)) => !word.eq_ignore_ascii_case("or"),
            Some(TokenKind::Quoted(_) | TokenKind::Open | TokenKind::Not) => true,
            _ => false,
        }
    }

    fn term(&mut self) -> Result<Filter, FilterError> {
        const EXPECTED: &str = "a test such as `dstport = 443`";
        let Some(token) = self.tokens.get(self.at).cloned() else {
            return Err(self.unexpected(EXPECTED));
        };
        match token.kind {
            TokenKind::Open => self.parenthesised(token.span),
            TokenKind::Quoted(content) => {
                self.at += 1;
                if !self.is_at_operator() {
                    return Ok(anywhere_contains(&content));
                }
                let scope = self.column(&content).map(|key| Scope::One(Subject::Column(key)));
                self.test(scope.ok_or_else(|| self.unknown_name(&content, token.span))?, token.span)
            }
            TokenKind::Word(word) if !is_keyword(word) => {
                self.at += 1;
                let scope = self.scope(word);
                if self.is_at_operator() {
                    return self.test(scope.ok_or_else(|| self.unknown_name(word, token.span))?, token.span);
                }
                if scope.is_some() {
                    return Err(self.unexpected(format!("an operator such as `=` or `in` after `{word}`")));
                }
                bare_word(word).ok_or_else(|| {
                    let expected =
                        "a test such as `dstport = 443`, an address, a port, an account id or a word";
                    FilterError::at(self.text, token.span, expected)
                })
            }
            _ => Err(self.unexpected(EXPECTED)),
        }
    }

    fn parenthesised(&mut self, open: Span) -> Result<Filter, FilterError> {
        if self.depth == DEPTH_MAX {
            let expected = format!("at most {DEPTH_MAX} parentheses within one another");
            return Err(FilterError::at(self.text, open, expected));
        }
        self.at += 1;
        if self.take_sign(TokenKind::Close) {
            return Ok(Filter::everything());
        }
        self.depth += 1;
        let filter = self.either()?;
        self.depth -= 1;
        if self.take_sign(TokenKind::Close) {
            return Ok(filter);
        }
        if self.is_at_end() && self.unreadable.is_none() {
            let mut error = FilterError::at(self.text, open, "a closing `)` for this `(`");
            error.found = "the end of the filter".to_owned();
            return Err(error);
        }
        Err(self.unexpected("`and`, `or` or `)`"))
    }

    /// What stands after the name of a scope.
    fn test(&mut self, scope: Scope, name: Span) -> Result<Filter, FilterError> {
        let asked = Asked { scope, name };
        let is_negated = self.take_word("not");
        let operator = self.operator(&asked)?;
        let (is_negated, predicate) = match operator {
            Operator::In => (is_negated, Predicate::In(self.items(&asked)?)),
            Operator::Contains => (is_negated, Predicate::Contains(self.contained(&asked)?)),
            Operator::Compare(Comparison::Equal) => (false, Predicate::In(self.items(&asked)?)),
            Operator::Compare(Comparison::NotEqual) => (true, Predicate::In(self.items(&asked)?)),
            Operator::Compare(Comparison::Less) => (false, Predicate::Less(self.number(&asked)?)),
            Operator::Compare(Comparison::LessOrEqual) => {
                (false, Predicate::LessOrEqual(self.number(&asked)?))
            }
            Operator::Compare(Comparison::Greater) => (false, Predicate::Greater(self.number(&asked)?)),
            Operator::Compare(Comparison::GreaterOrEqual) => {
                (false, Predicate::GreaterOrEqual(self.number(&asked)?))
            }
        };
        let test = Filter::Test(Test { scope: asked.scope, predicate });
        Ok(if is_negated { Filter::Not(Box::new(test)) } else { test })
    }

    /// Callers have made sure that one is there.
    fn operator(&mut self, asked: &Asked) -> Result<Operator, FilterError> {
        let operator = match self.peek() {
            Some(TokenKind::Compare(comparison)) => Operator::Compare(*comparison),
            Some(TokenKind::Word(word)) if word.eq_ignore_ascii_case("in") => Operator::In,
            _ => Operator::Contains,
        };
        let orders = !matches!(
            operator,
            Operator::In | Operator::Contains | Operator::Compare(Comparison::Equal | Comparison::NotEqual)
        );
        if orders && !asked.scope.kind().is_number() {
            let values = if asked.scope.kind() == FieldKind::Address { "addresses" } else { "texts" };
            let name = asked.name.text(self.text);
            return Err(self.unexpected(format!(
                "`=`, `!=`, `in` or `contains` after `{name}`, whose values are {values}"
            )));
        }
        self.at += 1;
        Ok(operator)
    }

    /// One value, or several in parentheses.
    fn items(&mut self, asked: &Asked) -> Result<Vec<Item>, FilterError> {
        if !self.take_sign(TokenKind::Open) {
            return Ok(vec![self.item(asked)?]);
        }
        let mut items = vec![self.item(asked)?];
        loop {
            if self.take_sign(TokenKind::Close) {
                return Ok(items);
            }
            if !self.take_sign(TokenKind::Comma) {
                return Err(self.unexpected("`,` or `)` in the list"));
            }
            if items.len() == ITEMS_MAX {
                return Err(self.unexpected(format!("at most {ITEMS_MAX} values in a list")));
            }
            items.push(self.item(asked)?);
        }
    }

    fn item(&mut self, asked: &Asked) -> Result<Item, FilterError> {
        let start = self.at;
        if matches!(self.peek(), Some(TokenKind::Word("-"))) {
            if !asked.scope.sees_absence() {
                return Err(self.unexpected(self.expected_value(asked)));
            }
            self.at += 1;
            return Ok(Item::Absent);
        }
        let item = self.value(asked, value::item)?;
        if !matches!(self.peek(), Some(TokenKind::To)) {
            return Ok(item);
        }
        let Item::Number(first) = item else {
            return Err(self.unexpected(match asked.scope.kind() {
                FieldKind::Address => "a prefix such as 10.0.0.0/8, as there are no ranges of addresses",
                _ => "quotes around a text with `..` in it",
            }));
        };
        self.at += 1;
        let last = self.number(asked)?;
        if first > last {
            let span = Span { end: self.tokens[self.at - 1].span.end, ..self.tokens[start].span };
            return Err(FilterError::at(self.text, span, "a range from the smaller to the larger value"));
        }
        Ok(Item::NumberRange(first, last))
    }

    fn number(&mut self, asked: &Asked) -> Result<u64, FilterError> {
        self.value(asked, |scope, text| value::number(scope.kind(), text))
    }

    /// A word or a quoted text that `read` can read.
    fn value<T>(
        &mut self,
        asked: &Asked,
        read: impl Fn(&Scope, &str) -> Option<T>,
    ) -> Result<T, FilterError> {
        let text = match self.peek() {
            Some(TokenKind::Word(word)) if !is_keyword(word) => word,
            Some(TokenKind::Quoted(content)) => &**content,
            _ => return Err(self.unexpected(self.expected_value(asked))),
        };
        let Some(value) = read(&asked.scope, text) else {
            let meant = value::meant(&asked.scope, text);
            return Err(self.unexpected(self.expected_value(asked)).suggesting(meant));
        };
        self.at += 1;
        Ok(value)
    }

    fn contained(&mut self, asked: &Asked) -> Result<String, FilterError> {
        let text = match self.peek() {
            Some(TokenKind::Word(word)) if !is_keyword(word) => (*word).to_owned(),
            Some(TokenKind::Quoted(content)) => content.clone().into_owned(),
            _ => return Err(self.unexpected(format!("a text after {}", self.so_far(asked)))),
        };
        self.at += 1;
        Ok(text)
    }

    fn expected_value(&self, asked: &Asked) -> String {
        format!("{} after {}", value::expected(&asked.scope), self.so_far(asked))
    }

    /// From the name of the scope to the operator, in one line.
    fn so_far(&self, asked: &Asked) -> String {
        let first = self.tokens.partition_point(|token| token.span.start < asked.name.start);
        let is_operator = |token: &&Token<'_>| match token.kind {
            TokenKind::Compare(_) => true,
            TokenKind::Word(word) => is_keyword(word),
            _ => false,
        };
        let operator = self.tokens[first + 1..].iter().take_while(is_operator);
        // `srcaddr not in` is three tokens; a keyword in the place of a value is no part of it.
        let words: Vec<&str> = self.tokens[first..=first]
            .iter()
            .chain(operator)
            .take(self.at - first)
            .map(|token| token.span.text(self.text))
            .collect();
        format!("`{}`", words.join(" "))
    }

    fn scope(&self, word: &str) -> Option<Scope> {
        match word.to_ascii_lowercase().as_str() {
            "addr" => return Some(Scope::AnyAddress),
            "port" => return Some(Scope::AnyPort),
            "any" => return Some(Scope::AnyColumn),
            _ => {}
        }
        let derived = Subject::DERIVED.into_iter().find(|subject| subject.name().eq_ignore_ascii_case(word));
        derived.or_else(|| self.column(word).map(Subject::Column)).map(Scope::One)
    }

    /// The column that is called `name`: an AWS field, or one of the log's own in any case of its letters.
    fn column(&self, name: &str) -> Option<ColumnKey> {
        if let Some(field) = Field::from_name(name) {
            return Some(ColumnKey::Known(field));
        }
        let spelt = self.columns.iter().find(|column| *column == name);
        spelt
            .or_else(|| self.columns.iter().find(|column| column.eq_ignore_ascii_case(name)))
            .map(|column| ColumnKey::Other(column.clone()))
    }

    fn unknown_name(&self, name: &str, span: Span) -> FilterError {
        let known = FIELDS
            .iter()
            .map(|info| info.name)
            .chain(Subject::DERIVED.iter().map(Subject::name))
            .chain(["addr", "port", "any"])
            .chain(self.columns.iter().map(String::as_str));
        FilterError::at(self.text, span, "the name of a field").suggesting(nearest(name, known))
    }

    fn peek(&self) -> Option<&TokenKind<'a>> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn is_at_end(&self) -> bool {
        self.at == self.tokens.len()
    }

    fn is_at_operator(&self) -> bool {
        let is_word = |at: usize, expected: &[&str]| match self.tokens.get(at).map(|token| &token.kind) {
            Some(TokenKind::Word(word)) => expected.iter().any(|known| known.eq_ignore_ascii_case(word)),
            _ => false,
        };
        matches!(self.peek(), Some(TokenKind::Compare(_)))
            || is_word(self.at, &["in", "contains"])
            || (is_word(self.at, &["not"]) && is_word(self.at + 1, &["in", "contains"]))
    }

    fn take_sign(&mut self, sign: TokenKind<'static>) -> bool {
        let is_next = self.peek() == Some(&sign);
        self.at += usize::from(is_next);
        is_next
    }

    fn take_word(&mut self, expected: &str) -> bool {
        let is_next =
            matches!(self.peek(), Some(TokenKind::Word(word)) if word.eq_ignore_ascii_case(expected));
        self.at += usize::from(is_next);
        is_next
    }

    /// An error about the next token, or about why there is none.
    fn unexpected(&self, expected: impl Into<String>) -> FilterError {
        match (self.tokens.get(self.at), &self.unreadable) {
            (Some(token), _) => FilterError::at(self.text, token.span, expected),
            (None, Some(unreadable)) => unreadable.clone(),
            (None, None) => FilterError::at(self.text, Span::new(self.text.len(), self.text.len()), expected),
        }
    }
}
