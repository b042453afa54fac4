//! Which JSON is this? By the keys that its first part holds; it need not be valid or whole.
//!
//! Keys are looked for anywhere in the head. That can be wrong for JSON made to deceive, and then only the
//! words of a refusal are.

use super::lines::looks_like_record;
use crate::parse::container::Container;
use crate::record::Field;

/// What `aws ec2 describe-…` puts at the top of its answers.
const DESCRIPTIONS: &[&str] = &[
    "FlowLogs",
    "SecurityGroups",
    "SecurityGroupRules",
    "NetworkAcls",
    "NetworkInterfaces",
    "Subnets",
    "Vpcs",
    "VpcEndpoints",
    "Reservations",
    "RouteTables",
    "NatGateways",
    "PrefixLists",
];

/// Keys of the flow logs of Azure, Google Cloud, IBM Cloud and Oracle Cloud.
const OTHER_CLOUDS: &[&str] = &[
    "flowTuples",
    "flowRecords",
    "src_gke_details",
    "dest_instance",
    "src_instance",
    "collector_crn",
    "oracle",
];

/// So many fields that AWS knows make an object a record; `type` or `region` alone says nothing.
const FIELDS_MIN: usize = 4;

/// `None` where the text is not JSON.
pub fn of(text: &[u8]) -> Option<Container> {
    let opens = match text.first()? {
        b'{' => b"\"}".as_slice(),
        b'[' => b"{[\"]",
        _ => return None,
    };
    let inside = text[1..].trim_ascii_start();
    if !inside.first().is_none_or(|first| opens.contains(first)) {
        return None;
    }
    let text = String::from_utf8_lossy(text);
    let has = |key: &str| values_of(&text, key).next().is_some();
    Some(if has("messageType") && (has("logEvents") || text.contains("CONTROL_MESSAGE")) {
        Container::SubscriptionJson
    } else if has("class_uid") {
        Container::Ocsf
    } else if has("events") && has("message") {
        Container::EventsJson
    } else if has("results") && has("field") && has("value") {
        Container::InsightsResultsJson
    } else if has("@timestamp") || has("@message") || has("@ptr") {
        Container::InsightsJson
    } else if has("records") && (has("data") || has("kinesis")) {
        Container::FirehoseEvent
    } else if DESCRIPTIONS.iter().any(|key| has(key)) {
        Container::AwsDescription
    } else if OTHER_CLOUDS.iter().any(|key| has(key)) {
        Container::OtherCloud
    } else if values_of(&text, "message").next().is_some_and(|value| looks_like_record(unquoted(value))) {
        Container::FirehoseJson
    } else if Field::all().filter(|field| has_field(&text, *field)).take(FIELDS_MIN).count() == FIELDS_MIN {
        Container::FieldsJson
    } else {
        Container::OtherJson
    })
}

/// What follows each `"key":`.
fn values_of<'a>(text: &'a str, key: &str) -> impl Iterator<Item = &'a str> {
    text.match_indices(key).filter_map(move |(at, found)| {
        let after = text[at + found.len()..].strip_prefix('"')?.trim_start().strip_prefix(':')?;
        text[..at].ends_with('"').then(|| after.trim_start())
    })
}

/// The inside of the string that `value` begins with.
fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|rest| rest.split('"').next()).unwrap_or("")
}

/// Whether there is a key that means `field`: as AWS writes it, with underscores, or in camelCase.
fn has_field(text: &str, field: Field) -> bool {
    let name = field.name();
    let camel: String = name
        .split('-')
        .enumerate()
        .map(|(at, part)| if at == 0 { part.to_owned() } else { part[..1].to_uppercase() + &part[1..] })
        .collect();
    let aliases = ["srcAddr", "dstAddr", "srcPort", "dstPort"]
        .into_iter()
        .filter(|alias| Field::from_name(alias) == Some(field));
    let mut spellings =
        [name.to_owned(), name.replace('-', "_"), camel].into_iter().chain(aliases.map(String::from));
    spellings.any(|spelling| values_of(text, &spelling).next().is_some())
}
