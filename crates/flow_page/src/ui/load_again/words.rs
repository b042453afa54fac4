//! What is said of a load that was cut short, and of one that keeps less than all. Pure.

use flow_core::query::{Filter, Predicate, Scope, Subject, Test};
use flow_core::record::Field;
use flow_core::session::message::Progress;

use crate::state::TimeRange;
use crate::ui::format;

/// `12,204,331 rows from 48.3 % of 11.2 GB, 2025-11-18 09:00:00 to 2025-11-18 10:12:00 UTC`.
pub fn loaded(progress: &Progress) -> String {
    let read = format!(
        "{} from {} of {}",
        format::counted(progress.n_records, "row"),
        format::percent(progress.n_bytes_parsed, progress.coverage.n_bytes),
        format::bytes(progress.coverage.n_bytes)
    );
    match progress.time {
        Some((start, end)) => format!("{read}, {} to {} UTC", format::utc(start), format::utc(end)),
        None => read,
    }
}

/// `1,204 of 1,000,000 rows kept: dstport = 443`; `None` where all are.
pub fn kept(progress: &Progress) -> Option<String> {
    let keep = &progress.options.keep;
    (!keep.is_everything()).then(|| {
        format!(
            "{} of {} kept: {keep}",
            format::count(progress.n_records),
            format::counted(progress.n_records_read, "row")
        )
    })
}

/// `1,000,000 rows rolled up into 120,331`; `None` where rows are records.
pub fn rolled_up(progress: &Progress) -> Option<String> {
    progress.options.roll_up.then(|| {
        format!(
            "{} rolled up into {}",
            format::counted(progress.n_records, "row"),
            format::count(progress.n_rows)
        )
    })
}

/// What to keep for this range and nothing else of the time: conditions on the time that are there go.
pub fn within(keep: &Filter, range: TimeRange, recorded: &[flow_core::record::ColumnKey]) -> Filter {
    let others: Vec<Filter> =
        keep.conjuncts().into_iter().filter(|part| !is_about_time(part)).cloned().collect();
    Filter::And(others).and(range.to_filter(recorded))
}

fn is_about_time(part: &Filter) -> bool {
    let is_time = |subject: &Subject| *subject == Field::START.into() || *subject == Field::END.into();
    matches!(
        part,
        Filter::Test(Test {
            scope: Scope::One(subject),
            predicate: Predicate::GreaterOrEqual(_) | Predicate::Less(_),
        }) if is_time(subject)
    )
}

#[cfg(test)]
mod tests {
    use flow_core::intake::LoadOptions;
    use flow_core::query::parse_filter;
    use flow_core::record::ColumnKey;
    use flow_core::session::message::Coverage;

    use super::*;

    fn progress(keep: &str, roll_up: bool) -> Progress {
        Progress {
            coverage: Coverage { generation: 1, n_bytes_read: 900, n_bytes: 1_000_000 },
            n_bytes_parsed: 483_000,
            options: LoadOptions { keep: parse_filter(keep).unwrap(), roll_up, ..LoadOptions::default() },
            n_records_read: 1_000_000,
            n_records: 1_204,
            n_rows: 120,
            time: Some((1_763_456_400, 1_763_460_000)),
            ..Progress::default()
        }
    }

    #[test]
    fn a_load_cut_short_says_how_far_it_came() {
        assert_eq!(
            loaded(&progress("", false)),
            "1,204 rows from 48.3 % of 1.00 MB, 2025-11-18 09:00:00 to 2025-11-18 10:00:00 UTC"
        );
    }

    #[test]
    fn what_is_kept_is_said_only_where_it_is_not_all() {
        assert_eq!(kept(&progress("", false)), None);
        assert_eq!(
            kept(&progress("dstport = 443", false)).unwrap(),
            "1,204 of 1,000,000 rows kept: dstport = 443"
        );
        assert_eq!(rolled_up(&progress("", false)), None);
        assert_eq!(rolled_up(&progress("", true)).unwrap(), "1,204 rows rolled up into 120");
    }

    #[test]
    fn another_time_range_takes_the_place_of_the_one_before() {
        let recorded = [ColumnKey::from_name("start")];
        let range = TimeRange::new(60, 120).unwrap();
        let keep = parse_filter("dstport = 22").unwrap();
        let first = within(&keep, TimeRange::new(0, 60).unwrap(), &recorded);
        assert_eq!(first.conjuncts().len(), 3);
        assert_eq!(within(&first, range, &recorded), within(&keep, range, &recorded));
    }
}
