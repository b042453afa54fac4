//! What the headline numbers mean, in sentences. Pure.

use flow_core::analysis::overview::Aggregation;

use crate::ui::format;

/// How long the flow log gathers before it writes a record, as far as the windows tell.
pub fn aggregation(seen: Option<Aggregation>) -> String {
    match seen {
        None => "No row has both start and end, so the aggregation interval cannot be told".to_owned(),
        Some(Aggregation { longest_secs, n_over_minute: 0 }) => format!(
            "No window is longer than a minute (longest {}): a 1-minute interval, or interfaces of Nitro instances",
            format::duration(longest_secs)
        ),
        Some(Aggregation { longest_secs, n_over_minute }) => format!(
            "{} longer than a minute (longest {}): a 10-minute interval. One long connection is a row in each \
             interval, so rows are not connections",
            match n_over_minute {
                1 => "1 window is".to_owned(),
                many => format!("{} windows are", format::count(many)),
            },
            format::duration(longest_secs)
        ),
    }
}

/// What a log-status says about the records around it; empty for one that AWS does not document.
pub fn status_meaning(log_status: &str) -> &'static str {
    match log_status {
        "NODATA" => "no traffic at an interface during the window",
        "SKIPDATA" => {
            "AWS skipped records, for lack of capacity or by an error of its own: there are holes, and each can \
             stand for many flows. Traffic that is missing there is not proven absent"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_tell_the_interval() {
        let words =
            |longest_secs, n_over_minute| aggregation(Some(Aggregation { longest_secs, n_over_minute }));
        assert!(words(59, 0).contains("1-minute"));
        assert!(
            words(598, 7).starts_with("7 windows are longer than a minute (longest 9 min 58 s): a 10-minute")
        );
        assert!(words(61, 1).starts_with("1 window is"));
        assert!(aggregation(None).contains("cannot be told"));
    }

    #[test]
    fn skipped_records_are_explained_and_unknown_ones_are_not() {
        assert!(status_meaning("SKIPDATA").contains("holes"));
        assert_eq!(status_meaning("NEW"), "");
    }
}
