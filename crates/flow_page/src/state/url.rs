//! The view in the URL's fragment, and back.
//!
//! `#v1/records?filter=dstport%20=%20443&from=1700000000&to=1700003600&sort=-bytes`
//!
//! What is as usual is left out. Links live longer than the page that made them: parts that are unknown,
//! broken or missing are as usual, and nothing here fails. A change that would read an old link wrongly needs
//! a new version and a reader for the old one.

use flow_core::analysis::Metric;
use flow_core::query::{SortSpec, Subject};

use super::{Tab, TimeRange, ViewSpec};

const VERSION: &str = "v1";

/// What stands after the `#`.
pub fn to_fragment(spec: &ViewSpec) -> String {
    let usual = ViewSpec::default();
    let mut parts = Vec::new();
    if spec.filter_text != usual.filter_text {
        parts.push(format!("filter={}", encode(&spec.filter_text)));
    }
    if let Some(range) = spec.range {
        parts.push(format!("from={}&to={}", range.from_secs, range.to_secs));
    }
    if spec.metric != usual.metric {
        parts.push(format!("metric={}", spec.metric.name()));
    }
    if let Some(sort) = &spec.sort {
        let sign = if sort.descending { "-" } else { "" };
        parts.push(format!("sort={sign}{}", encode_subject(&sort.subject)));
    }
    if let Some(columns) = &spec.columns {
        parts.push(format!("columns={}", columns_to(columns)));
    }
    let path = format!("{VERSION}/{}", spec.tab.name());
    if parts.is_empty() { path } else { format!("{path}?{}", parts.join("&")) }
}

/// The view that a fragment, without its `#`, asks for.
pub fn from_fragment(fragment: &str) -> ViewSpec {
    let mut spec = ViewSpec::default();
    let Some(rest) = fragment.strip_prefix(VERSION).and_then(|rest| rest.strip_prefix('/')) else {
        return spec;
    };
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    spec.tab = Tab::from_name(path).unwrap_or_default();
    let (mut from_secs, mut to_secs) = (None, None);
    for part in query.split('&') {
        let Some((key, value)) = part.split_once('=') else { continue };
        match key {
            "filter" => spec.filter_text = decode(value),
            "from" => from_secs = value.parse().ok(),
            "to" => to_secs = value.parse().ok(),
            "metric" => {
                let named = Metric::ALL.into_iter().find(|metric| metric.name() == value);
                spec.metric = named.unwrap_or(spec.metric);
            }
            "sort" => spec.sort = sort_from(value),
            "columns" => spec.columns = columns_from(value),
            _ => {}
        }
    }
    spec.range = from_secs.zip(to_secs).and_then(|(from, to)| TimeRange::new(from, to));
    spec
}

fn sort_from(value: &str) -> Option<SortSpec> {
    let (name, descending) = match value.strip_prefix('-') {
        Some(name) => (name, true),
        None => (value, false),
    };
    (!name.is_empty()).then(|| SortSpec { subject: decode_subject(name), descending })
}

/// Columns in order, as a fragment and the browser's storage write them.
fn columns_to(columns: &[Subject]) -> String {
    columns.iter().map(encode_subject).collect::<Vec<_>>().join(",")
}

/// Each column once; `None` where none is named.
fn columns_from(value: &str) -> Option<Vec<Subject>> {
    let mut columns = Vec::new();
    for name in value.split(',').filter(|name| !name.is_empty()) {
        let subject = decode_subject(name);
        if !columns.contains(&subject) {
            columns.push(subject);
        }
    }
    (!columns.is_empty()).then_some(columns)
}

/// A name that begins with `-` may not look like a descending order.
fn encode_subject(subject: &Subject) -> String {
    let encoded = encode(subject.name());
    match encoded.strip_prefix('-') {
        Some(rest) => format!("%2D{rest}"),
        None => encoded,
    }
}

fn decode_subject(name: &str) -> Subject {
    Subject::from_name(&decode(name))
}

/// Whether a byte may stand in a value as it is. `=` may: a part is cut at its first one; filters have many,
/// and a link should be readable. Not `,`: it parts columns.
fn stands_for_itself(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/()*=!".contains(&byte)
}

fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if stands_for_itself(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// A `%` that no byte follows is a `%`; bytes that are no text are replaced.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = (*first == b'%').then(|| hex_byte(tail)).flatten();
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_byte(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use flow_core::record::Field;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_link_is_readable() {
        let spec = ViewSpec {
            tab: Tab::Records,
            filter_text: "dstport = 443 and srcaddr in 10.0.0.0/8".to_owned(),
            range: TimeRange::new(1_700_000_000, 1_700_003_600),
            metric: Metric::Packets,
            sort: Some(SortSpec { subject: Field::BYTES.into(), descending: true }),
            columns: Some(vec![Field::SRCADDR.into(), Subject::Direction]),
        };
        assert_eq!(
            to_fragment(&spec),
            "v1/records?filter=dstport%20=%20443%20and%20srcaddr%20in%2010.0.0.0/8&from=1700000000\
             &to=1700003600&metric=packets&sort=-bytes&columns=srcaddr,direction"
        );
    }

    #[test]
    fn what_is_as_usual_is_left_out() {
        assert_eq!(to_fragment(&ViewSpec::default()), "v1/overview");
        let rejected = ViewSpec { tab: Tab::Rejected, ..ViewSpec::default() };
        assert_eq!(to_fragment(&rejected), "v1/rejected");
    }

    #[test]
    fn unknown_and_broken_parts_are_as_usual() {
        for fragment in [
            "",
            "section-3",
            "v0/records?filter=x",
            "v2/records?filter=x",
            "v1",
            "v1/",
            "v1/conversations",
            "v1/overview?",
            "v1/overview?&&=&filter&shape=round&metric=flows&sort=-&sort=&columns=,,",
            "v1/overview?from=5",
            "v1/overview?from=5&to=5",
            "v1/overview?from=9&to=5",
            "v1/overview?from=-1&to=99999999999999999999999",
        ] {
            assert_eq!(from_fragment(fragment), ViewSpec::default(), "{fragment}");
        }
        // What is left is still read.
        let spec = from_fragment("v1/conversations?peer=me&filter=a%20=%20b&to=9&from=x");
        assert_eq!(spec, ViewSpec { filter_text: "a = b".to_owned(), ..ViewSpec::default() });
    }

    #[test]
    fn a_percent_that_escapes_nothing_is_a_percent() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%4"), "%zz%4");
        assert_eq!(decode("%é"), "%é");
        assert_eq!(decode("%FF"), "\u{fffd}");
    }

    #[test]
    fn a_column_is_named_once() {
        let columns = from_fragment("v1/records?columns=bytes,srcaddr,Bytes").columns;
        assert_eq!(columns, Some(vec![Field::BYTES.into(), Field::SRCADDR.into()]));
    }

    fn any_subject() -> impl Strategy<Value = Subject> {
        prop_oneof![
            prop::sample::select(Field::all().map(Subject::from).collect::<Vec<_>>()),
            prop::sample::select(Subject::DERIVED.to_vec()),
            ".{1,8}".prop_map(|name| Subject::from_name(&name)),
            "-{1,2}[a-z,&=%]{0,4}".prop_map(|name| Subject::from_name(&name)),
        ]
    }

    prop_compose! {
        fn any_spec()(
            tab in prop::sample::select(Tab::ALL.to_vec()),
            filter_text in ".*",
            range in prop::option::of((0..u64::MAX - 1, 1..u64::MAX)),
            metric in prop::sample::select(Metric::ALL.to_vec()),
            sort in prop::option::of((any_subject(), any::<bool>())),
            columns in prop::option::of(prop::collection::hash_set(any_subject(), 1..6)),
        ) -> ViewSpec {
            ViewSpec {
                tab,
                filter_text,
                range: range.and_then(|(from, to)| TimeRange::new(from, to)),
                metric,
                sort: sort.map(|(subject, descending)| SortSpec { subject, descending }),
                columns: columns.map(|columns| columns.into_iter().collect()),
            }
        }
    }

    proptest! {
        #[test]
        fn a_view_survives_the_trip_through_the_url(spec in any_spec()) {
            let fragment = to_fragment(&spec);
            prop_assert!(fragment.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'));
            prop_assert_eq!(from_fragment(&fragment), spec);
        }

        #[test]
        fn no_fragment_breaks_the_page(fragment in "(v1/)?.*") {
            let spec = from_fragment(&fragment);
            prop_assert_eq!(from_fragment(&to_fragment(&spec)), spec);
        }
    }
}
