//! What a Lambda function gets as the data of a record: base64 of a flow log record, of JSON that holds some, or of
//! either compressed with gzip.
//!
//! Compressed data is inflated in pieces and never held.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::json_content::MessageAt;
use super::json_elements::JsonElements;
use super::json_object::{self, Members};
use super::messages::Found;
use crate::parse::ProblemKind;
use crate::parse::gzip::{self, GzipReader};
use crate::parse::lines::{Line, LineSplitter, Piece};

/// The encoded data of one element: of Firehose and tests of functions `data`, of Kinesis and CloudWatch Logs the
/// same below another name.
pub fn data<'a>(members: &Members<'a>) -> Option<Cow<'a, str>> {
    if let Some(data) = members.get("data") {
        return json_object::text(data);
    }
    let outer = members.get("kinesis").or_else(|| members.get("awslogs"))?;
    json_object::text(Members::of(outer.get().as_bytes())?.get("data")?)
}

/// Calls `each` with what the data holds; `text` is the element that it is in.
pub fn find(data: &str, text: &[u8], each: &mut dyn FnMut(Found<'_>)) {
    let Ok(bytes) = BASE64_STANDARD.decode(data) else {
        return each(Found::Unreadable(ProblemKind::Malformed, text));
    };
    let mut content = Content::Undecided;
    if bytes.starts_with(&gzip::MAGIC) {
        let mut gzip = GzipReader::default();
        let result = gzip.push(&bytes, |piece| content.push(piece, each)).and_then(|()| gzip.finish());
        if result.is_err() {
            // It stands for what was cut off.
            return each(Found::Unreadable(ProblemKind::Damaged, content.carried()));
        }
    } else {
        content.push(&bytes, each);
    }
    content.finish(each);
}

/// The data, decoded.
enum Content {
    /// Nothing but blanks so far.
    Undecided,
    Json(JsonElements),
    Lines(LineSplitter),
}

impl Content {
    fn push(&mut self, bytes: &[u8], each: &mut dyn FnMut(Found<'_>)) {
        if let Content::Undecided = self {
            *self = match bytes.trim_ascii_start().first() {
                None => return,
                Some(b'{' | b'[') => Content::Json(JsonElements::default()),
                Some(_) => Content::Lines(LineSplitter::default()),
            };
        }
        match self {
            Content::Undecided => {}
            Content::Json(elements) => elements.push(bytes, |element| MessageAt::Message.find(element, each)),
            Content::Lines(lines) => lines.push(bytes, |piece| match piece {
                Piece::Lines(lines) => each(Found::Message(lines)),
                Piece::Line(line) => each(found(line)),
            }),
        }
    }

    fn finish(&mut self, each: &mut dyn FnMut(Found<'_>)) {
        match self {
            Content::Undecided => {}
            Content::Json(elements) => elements.finish(|element| MessageAt::Message.find(element, each)),
            Content::Lines(lines) => lines.finish(|line| each(found(line))),
        }
    }

    fn carried(&self) -> &[u8] {
        match self {
            Content::Undecided => b"",
            Content::Json(elements) => elements.carried(),
            Content::Lines(lines) => lines.carried(),
        }
    }
}

fn found(line: Line<'_>) -> Found<'_> {
    match line {
        Line::Whole(bytes) => Found::Message(bytes),
        Line::TooLong(start) => Found::Unreadable(ProblemKind::LineTooLong, start),
    }
}
