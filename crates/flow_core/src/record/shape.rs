//! What the values of each field look like, so that the columns of a file without a header can be told by their values.
//!
//! A shape is about form, never about the parser: a value that does not fit here is still read where a header says what
//! it is. Identifiers take their form from the sample in [`super::field`].

use super::{Address, Field, FieldKind};

/// How well a value fits a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    No,
    /// As many others would.
    Possible,
    /// In a form that few fields have: the prefix of an id, one of a few words.
    Telling,
}

/// The first and last second that a record can plausibly be of: from before flow logs existed, for AWS's own examples,
/// to when nobody reads this any more.
const SECS_PLAUSIBLE: std::ops::RangeInclusive<u64> = 1_262_304_000..=4_102_444_800;

/// Flow log versions so far and those of the next decades.
const VERSION_RANGE: std::ops::RangeInclusive<u64> = 2..=30;

/// Digits of an account number; documentation has shorter ones.
const ACCOUNT_DIGITS: std::ops::RangeInclusive<usize> = 9..=12;

/// The shortest hexadecimal part of an id.
const ID_DIGITS_MIN: usize = 8;

/// How well `text`, which is not `-`, fits `field`.
pub fn fit(field: Field, text: &str) -> Fit {
    match field {
        Field::VERSION => possible(number(text).is_some_and(|number| VERSION_RANGE.contains(&number))),
        Field::ACCOUNT_ID | Field::TGW_SRC_VPC_ACCOUNT_ID | Field::TGW_DST_VPC_ACCOUNT_ID => account(text),
        Field::ACTION => one_of(text, &["ACCEPT", "REJECT"]),
        Field::LOG_STATUS => one_of(text, &["OK", "NODATA", "SKIPDATA", "INCOMPLETEDATA"]),
        Field::TYPE => one_of(text, &["IPv4", "IPv6", "EFA"]),
        Field::FLOW_DIRECTION => one_of(text, &["ingress", "egress"]),
        Field::SUBLOCATION_TYPE => one_of(text, &["wavelength", "outpost", "localzone"]),
        Field::RESOURCE_TYPE => telling(text.starts_with("TransitGateway")),
        Field::REGION => telling(is_region(text)),
        Field::AZ_ID | Field::TGW_SRC_AZ_ID | Field::TGW_DST_AZ_ID | Field::NEXT_HOP_AZ_ID => {
            telling(is_zone_id(text))
        }
        Field::PKT_SRC_AWS_SERVICE | Field::PKT_DST_AWS_SERVICE | Field::REJECT_REASON => possible(
            text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'),
        ),
        Field::TRAFFIC_PATH | Field::ENCRYPTION_STATUS => {
            possible(matches!(text.len(), 1 | 2) && is_digits(text))
        }
        _ => fit_of_kind(field, text),
    }
}

fn fit_of_kind(field: Field, text: &str) -> Fit {
    match field.kind() {
        FieldKind::Address => telling(Address::parse(text.as_bytes()).is_some()),
        FieldKind::Seconds => telling(number(text).is_some_and(|number| SECS_PLAUSIBLE.contains(&number))),
        FieldKind::Text => match id_prefix(field.info().sample) {
            Some(prefix) => telling(id_prefix(text) == Some(prefix)),
            None if field.info().sample.starts_with(ARN) => telling(text.starts_with(ARN)),
            // Names and tags may be anything, but hardly what every record has elsewhere.
            None => possible(!is_common_word(text)),
        },
        kind => possible(number(text).is_some_and(|number| kind.max().is_some_and(|max| number <= max))),
    }
}

const ARN: &str = "arn:aws";

fn telling(fits: bool) -> Fit {
    if fits { Fit::Telling } else { Fit::No }
}

fn possible(fits: bool) -> Fit {
    if fits { Fit::Possible } else { Fit::No }
}

fn one_of(text: &str, words: &[&str]) -> Fit {
    telling(words.contains(&text))
}

fn account(text: &str) -> Fit {
    if ACCOUNT_DIGITS.contains(&text.len()) && is_digits(text) {
        // Ten digits may be a time.
        if text.len() == 12 { Fit::Telling } else { Fit::Possible }
    } else {
        possible(text == "unknown")
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(text: &str) -> Option<u64> {
    is_digits(text).then(|| text.parse().ok()).flatten()
}

/// `eni-` of `eni-1235b8ca123456789`: what stands before the hexadecimal part of an id.
fn id_prefix(text: &str) -> Option<&str> {
    let at = text.rfind('-')?;
    let (prefix, rest) = text.split_at(at + 1);
    let is_id = rest.len() >= ID_DIGITS_MIN
        && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
        && prefix.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    is_id.then_some(prefix)
}

/// `us-east-1`, `us-gov-west-1`.
fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let is_word = |part: &str| part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let last = parts.next_back().unwrap_or_default();
    last.len() == 1 && is_digits(last) && parts.clone().count() >= 2 && parts.all(is_word)
}

/// `use1-az4`, `usw2-lax1-az1`.
fn is_zone_id(text: &str) -> bool {
    let Some((place, zone)) = text.rsplit_once("-az") else { return false };
    is_digits(zone)
        && place.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Words that one field has and no name or tag is likely to be.
fn is_common_word(text: &str) -> bool {
    [Field::ACTION, Field::LOG_STATUS, Field::TYPE, Field::FLOW_DIRECTION, Field::SRCADDR]
        .into_iter()
        .any(|field| fit(field, text) == Fit::Telling)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_takes_its_own_sample() {
        for field in Field::all() {
            assert_ne!(fit(field, field.info().sample), Fit::No, "{field:?}");
        }
    }

    #[test]
    fn forms_that_few_fields_have_are_telling() {
        let telling = |text: &str| {
            Field::all()
                .filter(|field| fit(*field, text) == Fit::Telling)
                .map(Field::name)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            telling("eni-1235b8ca"),
            ["interface-id", "next-hop-interface-id", "tgw-src-eni", "tgw-dst-eni"]
        );
        assert_eq!(telling("tgw-attach-0123456789abcdef0"), ["tgw-attachment-id", "tgw-pair-attachment-id"]);
        assert_eq!(telling("ACCEPT"), ["action"]);
        assert_eq!(telling("ingress"), ["flow-direction"]);
        assert_eq!(telling("us-gov-west-1"), ["region"]);
        assert_eq!(telling("1418530010"), ["start", "end"]);
        assert_eq!(telling("443"), Vec::<&str>::new());
    }

    #[test]
    fn values_of_other_fields_do_not_fit() {
        for (field, text) in [
            (Field::VERSION, "1"),
            (Field::VERSION, "172.31.16.139"),
            (Field::ACCOUNT_ID, "eni-1235b8ca"),
            (Field::INTERFACE_ID, "subnet-aaaaaaaa012345678"),
            (Field::SRCPORT, "65536"),
            (Field::PROTOCOL, "1418530010"),
            (Field::START, "22"),
            (Field::ACTION, "OK"),
            (Field::REGION, "use1-az4"),
            (Field::AZ_ID, "us-east-1"),
            (Field::TRAFFIC_PATH, "443"),
            (Field::ECS_SERVICE_NAME, "ACCEPT"),
        ] {
            assert_eq!(fit(field, text), Fit::No, "{field:?} {text}");
        }
    }
}
