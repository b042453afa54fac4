//! What is on screen, as one value.

use flow_core::analysis::Metric;
use flow_core::query::{Filter, Predicate, SortSpec, Subject};
use flow_core::record::{ColumnKey, Field};

/// One of the views under the timeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tab {
    #[default]
    Overview,
    Rejected,
    Diagnosis,
    Rules,
    Exposure,
    Direction,
    Records,
    Files,
}

impl Tab {
    /// As they stand on screen, left to right; the keys 1 to 8 choose them.
    pub const ALL: [Tab; 8] = [
        Tab::Overview,
        Tab::Rejected,
        Tab::Diagnosis,
        Tab::Rules,
        Tab::Exposure,
        Tab::Direction,
        Tab::Records,
        Tab::Files,
    ];

    /// As the URL spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Tab::Overview => "overview",
            Tab::Rejected => "rejected",
            Tab::Diagnosis => "diagnosis",
            Tab::Rules => "rules",
            Tab::Exposure => "exposure",
            Tab::Direction => "direction",
            Tab::Records => "records",
            Tab::Files => "files",
        }
    }

    /// As the reader sees it.
    pub const fn title(self) -> &'static str {
        match self {
            Tab::Overview => "Overview",
            Tab::Rejected => "Rejected",
            Tab::Diagnosis => "Diagnosis",
            Tab::Rules => "Rules",
            Tab::Exposure => "Exposure",
            Tab::Direction => "Direction",
            Tab::Records => "Records",
            Tab::Files => "Files",
        }
    }

    pub fn from_name(name: &str) -> Option<Tab> {
        Tab::ALL.into_iter().find(|tab| tab.name() == name)
    }

    /// The tab `steps` to the right, round the end.
    pub fn step(self, steps: isize) -> Tab {
        let n_tabs = Tab::ALL.len() as isize;
        Tab::ALL[(self as isize + steps).rem_euclid(n_tabs) as usize]
    }
}

/// A stretch of time, seconds since 1970: rows whose window starts in it. The end is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeRange {
    pub from_secs: u64,
    pub to_secs: u64,
}

impl TimeRange {
    /// `None` where nothing lies between.
    pub fn new(from_secs: u64, to_secs: u64) -> Option<TimeRange> {
        (from_secs < to_secs).then_some(TimeRange { from_secs, to_secs })
    }

    /// Rows whose window starts in the range; where the files record no start, those whose window ends in it,
    /// as the timeline counts them.
    pub fn to_filter(self, recorded: &[ColumnKey]) -> Filter {
        let has = |field: Field| recorded.contains(&field.into());
        let time = if has(Field::END) && !has(Field::START) { Field::END } else { Field::START };
        Filter::And(vec![
            Filter::test(time, Predicate::GreaterOrEqual(self.from_secs)),
            Filter::test(time, Predicate::Less(self.to_secs)),
        ])
    }
}

/// What decides the screen; survives the trip through the URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ViewSpec {
    pub tab: Tab,
    /// As the reader wrote it, mistakes and all.
    pub filter_text: String,
    /// `None` for all of the time that the files cover.
    pub range: Option<TimeRange>,
    pub metric: Metric,
    /// The order of the records; `None` for load order.
    pub sort: Option<SortSpec>,
    /// The columns of the records, in order; `None` for those that the page chooses.
    pub columns: Option<Vec<Subject>>,
}

impl ViewSpec {
    /// Orders by a subject; asked again, turns the order round; asked a third time, goes back to load order.
    /// Large numbers are what people look for, so the first order is descending.
    pub fn sort_by(&mut self, subject: Subject) {
        self.sort = match self.sort.take() {
            Some(sort) if sort.subject == subject => {
                sort.descending.then_some(SortSpec { subject, descending: false })
            }
            _ => Some(SortSpec { subject, descending: true }),
        };
    }

    pub fn is_filtered(&self) -> bool {
        self.range.is_some() || !self.filter_text.trim().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorting_three_times_comes_back_to_load_order() {
        let mut spec = ViewSpec::default();
        let bytes = Subject::from(Field::BYTES);
        spec.sort_by(bytes.clone());
        assert_eq!(spec.sort, Some(SortSpec { subject: bytes.clone(), descending: true }));
        spec.sort_by(bytes.clone());
        assert_eq!(spec.sort, Some(SortSpec { subject: bytes.clone(), descending: false }));
        spec.sort_by(bytes);
        assert_eq!(spec.sort, None);
    }

    #[test]
    fn sorting_by_another_subject_starts_descending_again() {
        let mut spec = ViewSpec::default();
        spec.sort_by(Field::BYTES.into());
        spec.sort_by(Field::BYTES.into());
        spec.sort_by(Field::START.into());
        assert_eq!(spec.sort, Some(SortSpec { subject: Field::START.into(), descending: true }));
    }

    #[test]
    fn tabs_go_round_both_ways() {
        assert_eq!(Tab::Overview.step(-1), Tab::Files);
        assert_eq!(Tab::Files.step(1), Tab::Overview);
        assert_eq!(Tab::Rejected.step(1), Tab::Diagnosis);
        for (place, tab) in Tab::ALL.into_iter().enumerate() {
            assert_eq!(tab as usize, place);
        }
    }

    #[test]
    fn a_time_range_holds_its_start_and_not_its_end() {
        let range = TimeRange::new(10, 20).unwrap();
        let text = |fields: &[Field]| {
            let recorded: Vec<ColumnKey> = fields.iter().map(|field| (*field).into()).collect();
            range.to_filter(&recorded).to_string()
        };
        assert_eq!(
            text(&[Field::START, Field::END]),
            "start >= 1970-01-01T00:00:10Z and start < 1970-01-01T00:00:20Z"
        );
        assert!(text(&[Field::END]).starts_with("end >= "));
        assert!(text(&[]).starts_with("start >= "));
        assert_eq!(TimeRange::new(20, 20), None);
    }
}
