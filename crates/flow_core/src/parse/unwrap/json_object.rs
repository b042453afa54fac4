//! Reads one element of a JSON file: names and values, without knowing what they mean.
//!
//! An object's members are its names and values. A list of `{"field": …, "value": …}`, as `aws logs get-query-results`
//! has one for each row, means the same. Values are kept as they are written until somebody asks for them.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::csv_records::TABLE_COLUMNS_MAX;

/// Names and values in the order they are written.
pub struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// `None` where the text is not valid JSON, is no object, or has very many members: none of these can be a
    /// flow log record.
    pub fn of(text: &'a [u8]) -> Option<Members<'a>> {
        serde_json::from_slice(text).ok()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, value)| (&**name, *value))
    }

    /// The value of the first member of this name.
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// A value as the text of a cell: texts without their quotes, all else as it is written; `None` for `null`.
pub fn cell(value: &RawValue) -> Option<Cow<'_, str>> {
    match value.get() {
        "null" => None,
        written if written.starts_with('"') => text(value),
        written => Some(Cow::Borrowed(written)),
    }
}

/// What a text says; `None` where the value is none, or has half of a surrogate pair.
pub fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    let inside = value.get().strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inside.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inside));
    }
    serde_json::from_str(value.get()).ok().map(Cow::Owned)
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Members<'a>, D::Error> {
        deserializer.deserialize_any(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, or a list of fields and values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some((Name(name), value)) = map.next_entry()? {
            if members.len() == TABLE_COLUMNS_MAX {
                return Err(serde::de::Error::custom("more members than a record can have"));
            }
            members.push((name, value));
        }
        Ok(Members(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(pair) = list.next_element::<FieldAndValue<'de>>()? {
            if members.len() == TABLE_COLUMNS_MAX {
                return Err(serde::de::Error::custom("more fields than a record can have"));
            }
            members.push((pair.field.0, pair.value));
        }
        Ok(Members(members))
    }
}

#[derive(Deserialize)]
struct FieldAndValue<'a> {
    #[serde(borrow)]
    field: Name<'a>,
    #[serde(borrow)]
    value: &'a RawValue,
}

/// A name that is borrowed where it has no escapes, which serde does for a `Cow` only if told so.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn members(text: &str) -> Option<Vec<(String, Option<String>)>> {
        let members = Members::of(text.as_bytes())?;
        let owned = |(name, value): (&str, _)| (name.to_owned(), cell(value).map(Cow::into_owned));
        Some(members.iter().map(owned).collect())
    }

    #[test]
    fn values_are_cells_as_they_are_written() {
        let text =
            r#"{"a":"x\t\"y\"","b":null,"c":443.0,"d":18446744073709551615,"e":true,"\u0066":{"g":[1, 2]}}"#;
        let expected = [
            ("a", Some("x\t\"y\"")),
            ("b", None),
            ("c", Some("443.0")),
            ("d", Some("18446744073709551615")),
            ("e", Some("true")),
            ("f", Some(r#"{"g":[1, 2]}"#)),
        ];
        let owned = |(name, cell): &(&str, Option<&str>)| ((*name).to_owned(), cell.map(str::to_owned));
        assert_eq!(members(text), Some(expected.iter().map(owned).collect()));
    }

    #[test]
    fn fields_and_values_are_members() {
        let pairs =
            members(r#"[{"field":"@message","value":"a"},{"field":"n","value":"1","more":[]}]"#).unwrap();
        assert_eq!(
            pairs,
            [("@message".to_owned(), Some("a".to_owned())), ("n".to_owned(), Some("1".to_owned()))]
        );
    }

    #[test]
    fn what_is_no_object_has_no_members() {
        let deep = format!("{}{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
        let deep_list = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let wide = format!("{{{}\"a\":1}}", "\"a\":1,".repeat(TABLE_COLUMNS_MAX));
        for text in ["", "1", "\"a\"", "[1]", "{\"a\":1,}", "{a:1}", "{\"a\":1} x", &deep, &deep_list, &wide]
        {
            assert_eq!(members(text), None);
        }
        let closed_deep = format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(members(&closed_deep).unwrap().len(), 1, "what is deep inside is only passed over");
        assert_eq!(text(Members::of(br#"{"a":"\ud800"}"#).unwrap().get("a").unwrap()), None);
    }
}
