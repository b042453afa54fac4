//! What is found in an element of a JSON file: where containers put the text of a record.
//!
//! Used for reading a file and for recognising it by its head, so that both find the same.

use super::json_elements::Element;
use super::json_object::{self, Members};
use super::messages::Found;
use super::payload;
use crate::parse::ProblemKind;

/// How the message of CloudWatch Logs begins that says that a subscription works, and holds no record.
const CONTROL_MESSAGE: &str = "CWL CONTROL MESSAGE";

/// Where the text of a record is in an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageAt {
    /// `message`, as CloudWatch Logs and Firehose call it.
    Message,
    /// `@message`, as Logs Insights calls it.
    InsightsMessage,
    /// In what a Lambda function gets, encoded: `data`, or below `kinesis` or `awslogs`.
    Payload,
}

impl MessageAt {
    /// Calls `each` with what the element holds.
    pub fn find(self, element: Element<'_>, each: &mut dyn FnMut(Found<'_>)) {
        if let Element::BeforeList(start) = element {
            return document_origin(start, each);
        }
        let (text, members) = match members(element) {
            Ok(found) => found,
            Err(unreadable) => return each(unreadable),
        };
        origin(&members, each);
        let key = match self {
            MessageAt::Message => "message",
            MessageAt::InsightsMessage => "@message",
            MessageAt::Payload => {
                return match payload::data(&members) {
                    Some(data) => payload::find(&data, text, each),
                    None => each(Found::Unreadable(ProblemKind::NoRecord, text)),
                };
            }
        };
        match members.get(key).and_then(json_object::text) {
            Some(message) if message.starts_with(CONTROL_MESSAGE) => each(Found::Ignored),
            Some(message) => each(Found::Message(message.as_bytes())),
            None => each(Found::Unreadable(ProblemKind::NoRecord, text)),
        }
    }
}

/// The names that a document of a subscription says before its list of events.
fn document_origin(start: &[u8], each: &mut dyn FnMut(Found<'_>)) {
    let document = [start, b"]}"].concat();
    if let Some(members) = Members::of(&document) {
        origin(&members, each);
    }
}

/// The log group and log stream that an element or a document names: as a subscription does, as `filter-log-events`
/// does, and as Logs Insights does, which puts the account before the group.
pub fn origin(members: &Members<'_>, each: &mut dyn FnMut(Found<'_>)) {
    let text = |keys: &[&str]| keys.iter().find_map(|key| json_object::text(members.get(key)?));
    let group = text(&["logGroup", "@log"]);
    let stream = text(&["logStream", "logStreamName", "@logStream"]);
    if group.is_some() || stream.is_some() {
        let group = group.as_deref().map(without_account);
        each(Found::Origin { group, stream: stream.as_deref() });
    }
}

/// `123456789012:group` without the account.
pub fn without_account(log: &str) -> &str {
    log.split_once(':').map_or(log, |(_, group)| group)
}

/// The element as it is written, and its members; or what there is to say of one that has none.
pub fn members(element: Element<'_>) -> Result<(&[u8], Members<'_>), Found<'_>> {
    match element {
        Element::Whole(text) => match Members::of(text) {
            Some(members) => Ok((text, members)),
            None => Err(Found::Unreadable(ProblemKind::Malformed, text)),
        },
        Element::Broken(start) => Err(Found::Unreadable(ProblemKind::Malformed, start)),
        Element::TooLong(start) => Err(Found::Unreadable(ProblemKind::LineTooLong, start)),
        Element::BeforeList(_) => Err(Found::Origin { group: None, stream: None }),
    }
}
