//! A filter as text: the explicit form of each test, in the order of the filter.

use std::fmt::{self, Display, Formatter, Write};

use super::is_keyword;
use crate::query::{Filter, Item, Predicate, Scope, Subject, Test};
use crate::record::name::protocol_name;
use crate::record::{ColumnKey, Field, FieldKind, iso_time};

impl Display for Filter {
    /// Text that parses to the filter's canonical form.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let canonical = self.clone().canonical();
        if canonical.is_everything() { Ok(()) } else { print(&canonical, f) }
    }
}

fn print(filter: &Filter, f: &mut Formatter<'_>) -> fmt::Result {
    match filter {
        Filter::And(parts) if parts.is_empty() => f.write_str("()"),
        Filter::Or(parts) if parts.is_empty() => f.write_str("not ()"),
        Filter::And(parts) => print_joined(parts, " and ", f),
        Filter::Or(parts) => print_joined(parts, " or ", f),
        Filter::Test(test) => print_test(test, false, f),
        Filter::Not(part) => match &**part {
            Filter::Test(test) => print_test(test, true, f),
            part => {
                f.write_str("not ")?;
                print_part(part, f)
            }
        },
    }
}

fn print_joined(parts: &[Filter], word: &str, f: &mut Formatter<'_>) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(word)?;
        }
        print_part(part, f)?;
    }
    Ok(())
}

/// Parentheses around all that is joined, even where `and` binds closer: nobody has to remember that.
fn print_part(part: &Filter, f: &mut Formatter<'_>) -> fmt::Result {
    if matches!(part, Filter::And(parts) | Filter::Or(parts) if !parts.is_empty()) {
        f.write_char('(')?;
        print(part, f)?;
        f.write_char(')')
    } else {
        print(part, f)
    }
}

fn print_test(test: &Test, is_negated: bool, f: &mut Formatter<'_>) -> fmt::Result {
    let kind = test.scope.kind();
    let (sign, bound) = match &test.predicate {
        Predicate::In(items) => {
            print_scope(&test.scope, f)?;
            return print_items(items, kind, is_negated, f);
        }
        Predicate::Contains(text) => {
            print_scope(&test.scope, f)?;
            f.write_str(if is_negated { " not contains " } else { " contains " })?;
            return print_quoted(text, f);
        }
        Predicate::Less(bound) => ("<", bound),
        Predicate::LessOrEqual(bound) => ("<=", bound),
        Predicate::Greater(bound) => (">", bound),
        Predicate::GreaterOrEqual(bound) => (">=", bound),
    };
    // Not turned into the opposite sign: an absent value is neither below nor above.
    f.write_str(if is_negated { "not " } else { "" })?;
    print_scope(&test.scope, f)?;
    write!(f, " {sign} ")?;
    print_bound(*bound, kind, f)
}

fn print_scope(scope: &Scope, f: &mut Formatter<'_>) -> fmt::Result {
    match scope {
        Scope::AnyAddress => f.write_str("addr"),
        Scope::AnyPort => f.write_str("port"),
        Scope::AnyColumn => f.write_str("any"),
        // Quotes say that the log's own column is meant, whatever else has that name.
        Scope::One(Subject::Column(ColumnKey::Other(name))) if needs_quotes(name) || has_meaning(name) => {
            print_quoted(name, f)
        }
        Scope::One(subject) => f.write_str(subject.name()),
    }
}

fn has_meaning(name: &str) -> bool {
    Field::from_name(name).is_some()
        || ["addr", "port", "any"].iter().any(|known| known.eq_ignore_ascii_case(name))
        || Subject::DERIVED.iter().any(|subject| subject.name().eq_ignore_ascii_case(name))
}

fn print_items(items: &[Item], kind: FieldKind, is_negated: bool, f: &mut Formatter<'_>) -> fmt::Result {
    let is_set = !matches!(items, [Item::Absent | Item::Number(_) | Item::Address(_) | Item::Text(_)]);
    f.write_str(match (is_set, is_negated) {
        (false, false) => " = ",
        (false, true) => " != ",
        (true, false) => " in ",
        (true, true) => " not in ",
    })?;
    if let [item] = items {
        return print_item(item, kind, f);
    }
    for (at, item) in items.iter().enumerate() {
        f.write_str(if at == 0 { "(" } else { ", " })?;
        print_item(item, kind, f)?;
    }
    f.write_char(')')
}

fn print_item(item: &Item, kind: FieldKind, f: &mut Formatter<'_>) -> fmt::Result {
    match item {
        Item::Absent => f.write_char('-'),
        Item::Number(number) => match (kind, protocol_name(*number)) {
            (FieldKind::Protocol, Some(name)) => f.write_str(name),
            _ => print_bound(*number, kind, f),
        },
        Item::NumberRange(first, last) => {
            print_bound(*first, kind, f)?;
            f.write_str("..")?;
            print_bound(*last, kind, f)
        }
        Item::Address(address) => address.fmt(f),
        Item::Prefix(prefix) => prefix.fmt(f),
        Item::Text(text) if needs_quotes(text) => print_quoted(text, f),
        Item::Text(text) => f.write_str(text),
    }
}

/// A number that is compared by size: a protocol's name would say nothing there.
fn print_bound(number: u64, kind: FieldKind, f: &mut Formatter<'_>) -> fmt::Result {
    match (kind, iso_time::to_iso(number)) {
        (FieldKind::Seconds, Some(time)) => f.write_str(&time),
        _ => write!(f, "{number}"),
    }
}

/// Whether a word without quotes would be read as anything but this text.
fn needs_quotes(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+%@#*$".contains(&byte);
    !text.bytes().any(|byte| byte.is_ascii_alphanumeric())
        || !text.bytes().all(is_plain)
        || text.contains("..")
        || is_keyword(text)
}

fn print_quoted(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for char in text.chars() {
        if matches!(char, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(char)?;
    }
    f.write_char('"')
}
