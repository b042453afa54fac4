//! Lines with something in front of each record: what it is, and in which layout the records are.

use super::lines::{self, looks_like_record};
use super::{Form, Verdict, wrapped};
use crate::parse::row::{RowBuffers, RowReader};
use crate::parse::unwrap::{Prefix, Wrapping, begins_with_time, without_colours};
use crate::parse::{Layout, LayoutFrom, container::Container, values::Values};

/// How names of streams of flow logs end: the interface, and what traffic it logs.
const STREAM_ENDS: [&str; 3] = ["-all", "-accept", "-reject"];

/// What to do with lines that begin with times; `None` where the first does not, or they are no flow log.
pub fn times(lines: &[&str], given: &[Layout]) -> Option<Verdict> {
    let plain = |line: &&str| {
        let mut plain = Vec::new();
        let line = without_colours(line.as_bytes(), &mut plain);
        String::from_utf8_lossy(line).into_owned()
    };
    if !begins_with_time(plain(lines.first()?).as_bytes()) {
        return None;
    }
    let mut dated: Vec<String> = lines.iter().map(plain).collect();
    dated.retain(|line| begins_with_time(line.as_bytes()));
    let mut first = Values::of(&dated[0]);
    // CloudWatch Logs writes `Z` when it exports, `aws logs tail` an offset or nothing.
    let time = first.next().unwrap_or_default();
    let is_export = time.ends_with('Z');
    // `aws logs tail` writes seconds only where it leaves the stream out.
    let has_fraction = time.contains('.');
    let container = if is_export { Container::CloudWatchExport } else { Container::LogsTail };
    // `aws logs tail` may write the stream behind the time.
    let has_stream = first.next().is_some_and(|value| STREAM_ENDS.iter().any(|end| value.ends_with(end)));
    for n_values in if has_stream { [2, 1] } else { [1, 2] } {
        let prefix = Prefix { n_values, is_dated: true };
        let records = cut(prefix, &dated);
        let records: Vec<&str> = records.iter().map(String::as_str).collect();
        if let Some((layout, from)) = lines::layout(&records, given) {
            let form = Form { container, wrapping: Some(Wrapping::Prefix(prefix)) };
            return Some(Verdict::Records { form, layout, from });
        }
    }
    // The time is no column: who is asked what the columns are is asked for those of the record.
    let n_values = if has_stream || (!is_export && has_fraction) { 2 } else { 1 };
    let records = cut(Prefix { n_values, is_dated: true }, &dated);
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    records.iter().any(|line| looks_like_record(line)).then(|| wrapped::refuse_lines(container, &records))
}

/// What to do with lines that begin with what a shipper of logs adds, which ends with a colon: `Nov 14 host flow: …`.
pub fn tags(lines: &[&str], given: &[Layout]) -> Option<Verdict> {
    lines.iter().find_map(|line| {
        let values: Vec<&str> = Values::of(line).collect();
        let of_given = given.iter().find_map(|layout| {
            let n_before = values.len().checked_sub(layout.columns().len())?;
            let fits = fits(layout, &values[n_before..].join(" "));
            fits.then(|| (n_before, layout.clone(), LayoutFrom::Given))
        });
        let of_default =
            || Some((lines::n_before_default_record(&values)?, Layout::aws_default(), LayoutFrom::Assumed));
        let (n_before, layout, from) = of_given.or_else(of_default)?;
        // Without the colon, they could be fields of a layout that nobody has told.
        let is_tagged = n_before > 0 && values[n_before - 1].ends_with(':');
        let prefix = Prefix { n_values: n_before as u32, is_dated: false };
        let form = Form { container: Container::Text, wrapping: Some(Wrapping::Prefix(prefix)) };
        is_tagged.then_some(Verdict::Records { form, layout, from })
    })
}

fn fits(layout: &Layout, record: &str) -> bool {
    RowReader::new(layout).read(record, &mut RowBuffers::default()).is_ok()
}

fn cut(prefix: Prefix, lines: &[String]) -> Vec<String> {
    let record = |line: &String| {
        let mut plain = Vec::new();
        String::from_utf8_lossy(prefix.cut(line.as_bytes(), &mut plain).0).into_owned()
    };
    lines.iter().map(record).collect()
}
