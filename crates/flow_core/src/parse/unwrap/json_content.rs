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
        let (text, members) = match members(element) {
            Ok(found) => found,
            Err(unreadable) => return each(unreadable),
        };
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

/// The element as it is written, and its members.
pub fn members(element: Element<'_>) -> Result<(&[u8], Members<'_>), Found<'_>> {
    match element {
        Element::Whole(text) => match Members::of(text) {
            Some(members) => Ok((text, members)),
            None => Err(Found::Unreadable(ProblemKind::Malformed, text)),
        },
        Element::Broken(start) => Err(Found::Unreadable(ProblemKind::Malformed, start)),
        Element::TooLong(start) => Err(Found::Unreadable(ProblemKind::LineTooLong, start)),
    }
}
