//! Values as a filter spells them, by the kind of the field they are compared with.

use crate::query::{Item, Scope};
use crate::record::name::{protocol_number, protocols, service_port, services};
use crate::record::{Address, FieldKind, Prefix, iso_time};

use super::suggestion::nearest;

/// The value that `text` names in `scope`; `None` where it names none.
pub(super) fn item(scope: &Scope, text: &str) -> Option<Item> {
    match scope.kind() {
        FieldKind::Address => Address::parse(text.as_bytes())
            .map(Item::Address)
            .or_else(|| Prefix::parse(text).map(Item::Prefix)),
        FieldKind::Text => match scope.names() {
            [] => Some(Item::Text(text.to_owned())),
            names => names
                .iter()
                .find(|name| name.eq_ignore_ascii_case(text))
                .map(|name| Item::Text((*name).to_owned())),
        },
        kind => number(kind, text).map(Item::Number),
    }
}

/// The number that `text` names: digits, or what people say instead for numbers of this kind.
pub(super) fn number(kind: FieldKind, text: &str) -> Option<u64> {
    let number = digits(text).or_else(|| match kind {
        FieldKind::Port => service_port(text).map(u64::from),
        FieldKind::Protocol => protocol_number(text).map(u64::from),
        FieldKind::Bytes => scaled(text.strip_suffix(['b', 'B']).unwrap_or(text)),
        FieldKind::Packets => scaled(text),
        FieldKind::Seconds => iso_time::from_iso(text),
        FieldKind::Address | FieldKind::Text | FieldKind::TcpFlags | FieldKind::Number => None,
    })?;
    (number <= kind.max()?).then_some(number)
}

/// What may stand where a value of `scope` is missing or cannot be read.
pub(super) fn expected(scope: &Scope) -> String {
    match scope.kind() {
        FieldKind::Address => "an address or a prefix such as 10.0.0.0/8",
        FieldKind::Port => "a port up to 65535 or a name such as https",
        FieldKind::Protocol => "a protocol number up to 255 or a name such as tcp",
        FieldKind::Packets => "a number of packets such as 20 or 10k",
        FieldKind::Bytes => "a number of bytes such as 1500 or 10k",
        FieldKind::Seconds => "a time such as 2026-01-02T03:04:05Z or seconds since 1970",
        FieldKind::TcpFlags => "a number up to 255",
        FieldKind::Number => "a number",
        FieldKind::Text => match scope.names().split_last() {
            Some((last, others)) => return format!("{} or {last}", others.join(", ")),
            None => "a word or a text in quotes",
        },
    }
    .to_owned()
}

/// The name of a value of `scope` that `text` may have been meant to be.
pub(super) fn meant(scope: &Scope, text: &str) -> Option<&'static str> {
    match scope.kind() {
        FieldKind::Port => nearest(text, services().map(|(_, name)| name)),
        FieldKind::Protocol => nearest(text, protocols().map(|(_, name)| name)),
        _ => nearest(text, scope.names().iter().copied()),
    }
}

fn digits(text: &str) -> Option<u64> {
    // A plus sign, which `parse` takes, is no digit.
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// `10k`, `1.5M`: powers of 1000, the units that AWS bills in. Only whole results are numbers.
fn scaled(text: &str) -> Option<u64> {
    let (amount, exponent) = match text.as_bytes().last()?.to_ascii_lowercase() {
        b'k' => (&text[..text.len() - 1], 3),
        b'm' => (&text[..text.len() - 1], 6),
        b'g' => (&text[..text.len() - 1], 9),
        b't' => (&text[..text.len() - 1], 12),
        _ => (text, 0),
    };
    let (whole, fraction) = match amount.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (amount, None),
    };
    let mut number = digits(whole)?.checked_mul(10u64.pow(exponent))?;
    if let Some(fraction) = fraction {
        let exponent = exponent.checked_sub(u32::try_from(fraction.len()).ok()?)?;
        number = number.checked_add(digits(fraction)?.checked_mul(10u64.pow(exponent))?)?;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_units_of_a_thousand() {
        let bytes = |text| number(FieldKind::Bytes, text);
        for (text, expected) in [
            ("0", 0),
            ("1500", 1_500),
            ("1500B", 1_500),
            ("10k", 10_000),
            ("1.5M", 1_500_000),
            ("1MB", 1_000_000),
            ("2g", 2_000_000_000),
            ("0.001k", 1),
            ("3T", 3_000_000_000_000),
        ] {
            assert_eq!(bytes(text), Some(expected), "{text}");
        }
        for text in
            ["", "k", "B", "1.5", "1.2345k", "-1", "+1", "1e3", "1KiB", ".5k", "1.k", "99999999T", "1é"]
        {
            assert_eq!(bytes(text), None, "{text}");
        }
        assert_eq!(number(FieldKind::Packets, "1kB"), None);
        assert_eq!(number(FieldKind::Number, "1k"), None);
    }

    #[test]
    fn numbers_stay_within_their_kind() {
        assert_eq!(number(FieldKind::Port, "65535"), Some(65_535));
        assert_eq!(number(FieldKind::Port, "65536"), None);
        assert_eq!(number(FieldKind::Protocol, "256"), None);
        assert_eq!(number(FieldKind::Bytes, &u64::MAX.to_string()), None, "it stands for absence");
        assert_eq!(number(FieldKind::Bytes, "18446744073709551614"), Some(u64::MAX - 1));
        assert_eq!(number(FieldKind::Bytes, "99999999999999999999999"), None);
    }
}
