//! Which JSON is this? By the keys that its first part holds; it need not be valid or whole.
//!
//! Keys are looked for anywhere in the head, as what is wanted may be a few lists deep. That can be wrong for JSON made
//! to deceive; the records themselves are then looked for where they are and not found.

use super::lines::looks_like_record;
use super::table::OF_OTHER_CLOUD;
use crate::parse::container::Container;
use crate::parse::unwrap;

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
    let has_list = |key: &str| values_of(&text, key).any(|value| value.starts_with('['));
    // Lists may be empty, and then only what stands around them says what they are.
    let has_events = has("message") || has("searchedLogStreams") || has("nextForwardToken");
    let has_results = (has("field") && has("value")) || has("statistics");
    let has_data = has("data") || has("kinesis");
    Some(if has("messageType") && (has("logEvents") || text.contains("CONTROL_MESSAGE")) {
        Container::SubscriptionJson
    } else if has("class_uid") {
        Container::Ocsf
    } else if has_list("events") && has_events {
        Container::EventsJson
    } else if has_list("results") && has_results {
        Container::InsightsResultsJson
    } else if has("@timestamp") || has("@message") || has("@ptr") {
        Container::InsightsJson
    } else if DESCRIPTIONS.iter().any(|key| has(key)) {
        Container::AwsDescription
    } else if OTHER_CLOUDS.iter().chain(&OF_OTHER_CLOUD).any(|key| has(key)) {
        Container::OtherCloud
    } else if (has_list("records") || has_list("Records")) && has_data || has("awslogs") && has("data") {
        Container::FirehoseEvent
    } else {
        of_objects(&text)
    })
}

/// JSON that says what it is only by the names in its objects.
fn of_objects(text: &str) -> Container {
    let columns = unwrap::json_names_of(text.as_bytes());
    let are_of_records = columns.are_of_records();
    let holds_record = || values_of(text, "message").any(|value| looks_like_record(unquoted(value)));
    if columns.names.iter().any(|name| name == "message") && (!are_of_records || holds_record()) {
        Container::FirehoseJson
    } else if are_of_records {
        Container::FieldsJson
    } else if columns.has_computed() {
        Container::InsightsJson
    } else {
        Container::OtherJson
    }
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
