//! What the rows of each file say of it, as the engine answered last.

use std::collections::BTreeSet;
use std::sync::Arc;

use flow_core::analysis::files::{Capture, FileFacts, Names, Warning};
use flow_core::parse::file_name::{self, NameFacts};
use flow_core::parse::{LogStreams, SourceId};
use flow_core::record::Value;
use flow_core::session::message::Answer;

use crate::ui::format;

/// Cheap to clone and to compare: by address.
#[derive(Clone, Debug, Default)]
pub struct Facts(Option<Arc<Answer>>);

impl Facts {
    pub fn of(answer: Option<&Arc<Answer>>) -> Facts {
        Facts(answer.cloned())
    }

    /// `None` while nothing was answered, or the file came later.
    pub fn get(&self, file: SourceId) -> Option<&FileFacts> {
        self.all().get(file.0 as usize)
    }

    pub fn all(&self) -> &[FileFacts] {
        match self.0.as_deref() {
            Some(Answer::Files(facts)) => facts,
            _ => &[],
        }
    }
}

impl PartialEq for Facts {
    fn eq(&self, other: &Facts) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

/// Names that are spelt out; nobody reads more.
const NAMES_SHOWN: usize = 12;

/// What is known of a file, each with what it is called. What is not known is not listed.
pub fn in_words(name: &str, facts: &FileFacts) -> Vec<(&'static str, String)> {
    let named = file_name::facts(name);
    let time = facts
        .time
        .map(|time| format!("{} to {} UTC", format::utc(time.start_secs), format::utc(time.end_secs)));
    [
        ("Rows cover", time),
        ("Captures", capture_in_words(facts.capture).map(str::to_owned)),
        ("Longest window", facts.longest_secs.map(interval_in_words)),
        ("Skipped", skipped_in_words(facts.n_skipped)),
        ("Interfaces", names_in_words(&facts.interfaces)),
        ("Accounts", names_in_words(&facts.accounts)),
        ("The name says", name_in_words(&named)),
    ]
    .into_iter()
    .filter_map(|(term, words)| Some((term, words?)))
    .collect()
}

fn capture_in_words(capture: Capture) -> Option<&'static str> {
    match capture {
        Capture::Unknown => None,
        Capture::All => Some("accepted and rejected traffic"),
        Capture::AcceptedOnly => Some(
            "accepted traffic only, it seems: no row is rejected, which the flow log's filter may leave out",
        ),
        Capture::RejectedOnly => Some(
            "rejected traffic only, it seems: no row is accepted, which the flow log's filter may leave out",
        ),
    }
}

/// Only logs that aggregate over ten minutes have windows of more than one.
fn interval_in_words(longest_secs: u64) -> String {
    let interval = if longest_secs > 60 { "ten minutes" } else { "one minute, or little traffic in ten" };
    format!("{}: an aggregation interval of {interval}", format::duration(longest_secs))
}

fn skipped_in_words(n_skipped: u64) -> Option<String> {
    (n_skipped > 0).then(|| {
        let records = format::counted(n_skipped, "record");
        format!("{records} with log-status SKIPDATA, each for flows that AWS did not record: there are holes")
    })
}

fn names_in_words(names: &Names) -> Option<String> {
    let n_names = names.names.len();
    let shown: Vec<String> = names.names.iter().take(NAMES_SHOWN).map(ToString::to_string).collect();
    let n_more = n_names - shown.len();
    let more = match (n_more, names.is_cut) {
        (0, _) => String::new(),
        (_, true) => " and many more".to_owned(),
        (n_more, false) => format!(" and {n_more} more"),
    };
    (n_names > 0).then(|| format!("{}{more}", shown.join(", ")))
}

/// The log groups and log streams that CloudWatch Logs had the records in.
pub fn log_streams_in_words(log_streams: &LogStreams) -> Vec<(&'static str, String)> {
    let terms = [("Log groups", &log_streams.groups), ("Log streams", &log_streams.streams)];
    let words = |(term, names): (&'static str, &BTreeSet<String>)| {
        let names =
            Names { names: names.iter().cloned().map(Value::Text).collect(), is_cut: log_streams.is_cut };
        Some((term, names_in_words(&names)?))
    };
    terms.into_iter().filter_map(words).collect()
}

fn name_in_words(named: &NameFacts) -> Option<String> {
    let time = named.time.map(|(start, end)| format!("{} to {} UTC", format::utc(start), format::utc(end)));
    let parts = [
        named.account.as_ref().map(|account| format!("account {account}")),
        named.region.clone(),
        named.flow_log_id.as_ref().map(|id| format!("flow log {id}")),
        time,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A warning as a sentence about "it", the file.
pub fn warning_in_words(warning: &Warning) -> String {
    match warning {
        Warning::SameRowsAs { file } => {
            format!(
                "It holds the same rows as {file}: all of them count twice. Start over and open one of the two"
            )
        }
        Warning::SharesRowsWith { file, percent } => {
            format!("About {percent} % of its rows are in {file}, too, and count twice")
        }
        Warning::OutsideTimeOfName { start_secs, end_secs } => format!(
            "Some of its rows are from another time than its name says, {} to {} UTC",
            format::utc(*start_secs),
            format::utc(*end_secs)
        ),
        Warning::OtherAccount { in_name } => {
            format!("Its name says account {in_name}, and none of its rows does")
        }
        Warning::OtherRegion { in_name } => {
            format!("Its name says region {in_name}, and none of its rows does")
        }
        Warning::OtherInterface { in_rows } => {
            format!("Its log streams are named after other interfaces than {in_rows}, of which it has rows")
        }
        Warning::OtherCapture { is_accepted_only: true } => {
            "Its log streams are named as ones of accepted traffic, and some of its rows were rejected"
                .to_owned()
        }
        Warning::OtherCapture { is_accepted_only: false } => {
            "Its log streams are named as ones of rejected traffic, and some of its rows were accepted"
                .to_owned()
        }
        Warning::EndBeforeStart { n_rows } => {
            format!("It has {} whose end is before the start", format::counted(*n_rows, "row"))
        }
    }
}

#[cfg(test)]
mod tests {
    use flow_core::analysis::TimeExtent;

    use super::*;

    fn names(n_names: u32, is_cut: bool) -> Names {
        let name = |n| Value::Text(format!("eni-{n:02}"));
        Names { names: (0..n_names).map(name).collect::<BTreeSet<_>>(), is_cut }
    }

    #[test]
    fn only_what_is_known_is_said() {
        assert_eq!(in_words("a.log", &FileFacts::default()), []);
        let facts = FileFacts {
            n_rows: 100,
            capture: Capture::AcceptedOnly,
            time: Some(TimeExtent { start_secs: 1_700_000_000, end_secs: 1_700_000_600 }),
            longest_secs: Some(600),
            interfaces: names(2, false),
            ..FileFacts::default()
        };
        let words =
            in_words("123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20231114T2210Z_fe123456.log.gz", &facts);
        let terms: Vec<&str> = words.iter().map(|(term, _)| *term).collect();
        assert_eq!(terms, ["Rows cover", "Captures", "Longest window", "Interfaces", "The name says"]);
        assert_eq!(words[0].1, "2023-11-14 22:13:20 to 2023-11-14 22:23:20 UTC");
        assert_eq!(words[2].1, "10 min: an aggregation interval of ten minutes");
        assert_eq!(words[3].1, "eni-00, eni-01");
        assert!(
            words[4]
                .1
                .starts_with("account 123456789012, us-east-1, flow log fl-1234abcd, 2023-11-14 22:10:00")
        );
    }

    #[test]
    fn many_names_are_cut_and_that_is_said() {
        assert_eq!(names_in_words(&names(0, false)), None);
        assert!(names_in_words(&names(14, false)).unwrap().ends_with("eni-11 and 2 more"));
        assert!(names_in_words(&names(100, true)).unwrap().ends_with(" and many more"));
    }

    #[test]
    fn log_streams_are_named_where_there_are_any() {
        let mut log_streams = LogStreams::default();
        assert_eq!(log_streams_in_words(&log_streams), []);
        log_streams.add_stream("eni-0a1b-all");
        log_streams.add_stream("eni-0c-all");
        assert_eq!(
            log_streams_in_words(&log_streams),
            [("Log streams", "eni-0a1b-all, eni-0c-all".to_owned())]
        );
        log_streams.add_group("vpc/flow");
        assert_eq!(log_streams_in_words(&log_streams)[0], ("Log groups", "vpc/flow".to_owned()));
    }

    #[test]
    fn a_warning_says_what_counts_twice() {
        let words = warning_in_words(&Warning::SharesRowsWith { file: "a.log".into(), percent: 60 });
        assert_eq!(words, "About 60 % of its rows are in a.log, too, and count twice");
        assert_eq!(
            warning_in_words(&Warning::EndBeforeStart { n_rows: 1 }),
            "It has 1 row whose end is before the start"
        );
    }
}
