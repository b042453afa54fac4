//! What speaks against taking a file as it is: its rows against its name, and against the rows of other files.

use serde::{Deserialize, Serialize};

use super::scan::{Names, SourceFacts};
use super::sketch;
use crate::parse::log_streams::{StreamCapture, of_stream};
use crate::parse::{LogStreams, file_name};
use crate::record::Value;

/// Something odd about a file, for a person to judge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Warning {
    /// The same rows as an earlier file has: they count twice.
    SameRowsAs { file: String },
    /// About so many of a hundred rows are in an earlier file, too, and count twice.
    SharesRowsWith { file: String, percent: u8 },
    /// The name says when the rows are from, in seconds since 1970, and some are from another time.
    OutsideTimeOfName { start_secs: u64, end_secs: u64 },
    /// The name says another account than all rows do.
    OtherAccount { in_name: String },
    /// The name says another region than all rows do.
    OtherRegion { in_name: String },
    /// Its log streams are of other interfaces than this one, of which it has rows.
    OtherInterface { in_rows: String },
    /// Its log streams capture only accepted traffic, and there are rejected rows; or the other way round.
    OtherCapture { is_accepted_only: bool },
    /// So many rows end before they start.
    EndBeforeStart { n_rows: u64 },
}

/// Records come up to ten minutes of aggregation and as many of delivery before the time in the name, and sometimes late.
const SLACK_SECS: u64 = 3_600;

/// The warnings of each file.
pub fn of(names: &[&str], log_streams: &[LogStreams], facts: &[SourceFacts]) -> Vec<Vec<Warning>> {
    let sketches: Vec<_> = facts.iter().map(|facts| &facts.sketch).collect();
    let of_files = names.iter().zip(log_streams).zip(facts);
    let mut all: Vec<Vec<Warning>> =
        of_files.map(|((name, streams), facts)| by_itself(name, streams, facts)).collect();
    for (at, overlap) in sketch::overlaps(&sketches).into_iter().enumerate() {
        let Some(overlap) = overlap else { continue };
        let file = names[overlap.with].to_owned();
        let is_same =
            overlap.share >= 1.0 && overlap.is_mutual && facts[at].n_rows == facts[overlap.with].n_rows;
        all[at].insert(
            0,
            if is_same {
                Warning::SameRowsAs { file }
            } else {
                Warning::SharesRowsWith { file, percent: (overlap.share * 100.0) as u8 }
            },
        );
    }
    all
}

fn by_itself(name: &str, streams: &LogStreams, facts: &SourceFacts) -> Vec<Warning> {
    let named = file_name::facts(name);
    let mut warnings = Vec::new();
    if let (Some((start_secs, end_secs)), Some(time)) = (named.time, facts.time)
        && (time.start_secs + SLACK_SECS < start_secs || time.end_secs > end_secs + SLACK_SECS)
    {
        warnings.push(Warning::OutsideTimeOfName { start_secs, end_secs });
    }
    if let Some(in_name) = named.account.filter(|account| is_of_none(account, &facts.accounts)) {
        warnings.push(Warning::OtherAccount { in_name });
    }
    if let Some(in_name) = named.region.filter(|region| is_of_none(region, &facts.regions)) {
        warnings.push(Warning::OtherRegion { in_name });
    }
    warnings.extend(against_streams(name, streams, facts));
    if facts.n_end_before_start > 0 {
        warnings.push(Warning::EndBeforeStart { n_rows: facts.n_end_before_start });
    }
    warnings
}

/// Whether the rows say something, and all of them something else.
fn is_of_none(in_name: &str, in_rows: &Names) -> bool {
    !in_rows.names.is_empty() && !in_rows.is_cut && !in_rows.names.contains(&Value::Text(in_name.to_owned()))
}

/// The rows against the names of their log streams, where AWS gave all of those. An export to S3 has the stream in its
/// path.
fn against_streams(name: &str, streams: &LogStreams, facts: &SourceFacts) -> Vec<Warning> {
    let in_path = name.split('/').filter(|part| of_stream(part).is_some());
    let names: Vec<&str> = match streams.streams.is_empty() {
        true => in_path.collect(),
        false => streams.streams.iter().map(String::as_str).collect(),
    };
    let Some(said) = names.iter().map(|name| of_stream(name)).collect::<Option<Vec<_>>>() else {
        return Vec::new();
    };
    if said.is_empty() || streams.is_cut {
        return Vec::new();
    }
    let is_named =
        |interface: &Value| said.iter().any(|(named, _)| *interface == Value::Text((*named).to_owned()));
    let other = facts.interfaces.names.iter().find(|interface| !is_named(interface));
    let mut warnings: Vec<Warning> =
        other.map(|other| Warning::OtherInterface { in_rows: other.to_string() }).into_iter().collect();
    let all_are = |wanted| said.iter().all(|(_, capture)| *capture == wanted);
    if all_are(StreamCapture::Accepted) && facts.n_rejected > 0 {
        warnings.push(Warning::OtherCapture { is_accepted_only: true });
    }
    if all_are(StreamCapture::Rejected) && facts.n_accepted > 0 {
        warnings.push(Warning::OtherCapture { is_accepted_only: false });
    }
    warnings
}
