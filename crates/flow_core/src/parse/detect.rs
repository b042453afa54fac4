//! The layout of records without a header, by what their values look like.
//!
//! Only layouts that many files have are tried: AWS's own orders. In an order of somebody's own, source and destination
//! or packets and bytes look alike, and a guess would be wrong without showing it; then [`guesses`] says what can be told
//! and a person says the rest.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Layout;
use crate::record::shape::{Fit, fit};
use crate::record::{ColumnKey, Field, TRANSIT_GATEWAY_LAYOUT, VPC_VERSIONS, fields_up_to};

/// How sure a layout is that was told by its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Confidence {
    Medium,
    High,
}

/// Columns with values in a form that few fields have, for a layout to be taken at all, and to be sure of it.
const TELLING_MIN: usize = 4;
const TELLING_SURE_MIN: usize = 7;

/// One record in so many may have a value that does not fit: files have damaged lines.
const DAMAGED_PART_MAX: usize = 10;

/// Values of a column that are shown to the person who is asked.
const EXAMPLES_MAX: usize = 3;

/// The layout that these records have, each a list of values. Records of another length than most are not looked at.
pub fn detect(records: &[Vec<&str>]) -> Option<(Layout, Confidence)> {
    let records = of_usual_length(records);
    let n_values = records.first()?.len();
    let fields = known_orders().find(|fields| fields.len() == n_values)?;
    let n_fitting = records.iter().filter(|record| fits(&fields, record)).count();
    if (records.len() - n_fitting) * DAMAGED_PART_MAX > records.len() {
        return None;
    }
    let is_telling = |at: usize| {
        records
            .iter()
            .any(|record| fits(&fields, record) && fit_of(fields[at], record[at]) == Some(Fit::Telling))
    };
    let n_telling = (0..n_values).filter(|at| is_telling(*at)).count();
    let confidence = if n_telling >= TELLING_SURE_MIN { Confidence::High } else { Confidence::Medium };
    (n_telling >= TELLING_MIN).then(|| (Layout::of_fields(&fields), confidence))
}

/// What can be told of one column of records whose layout nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnGuess {
    /// Different values, the first that came.
    pub examples: Vec<String>,
    /// The field that the values can be of, where there is one: of those that look alike, none.
    pub field: Option<Field>,
}

/// What can be told of each column, from records as [`detect`] takes them.
pub fn guesses(records: &[Vec<&str>]) -> Vec<ColumnGuess> {
    let records = of_usual_length(records);
    let n_values = records.first().map_or(0, |record| record.len());
    let mut guesses: Vec<ColumnGuess> = (0..n_values)
        .map(|at| {
            let values = || records.iter().map(|record| record[at]).filter(|value| *value != "-");
            let mut examples: Vec<String> = Vec::new();
            for value in values() {
                if examples.len() < EXAMPLES_MAX && !examples.iter().any(|known| known == value) {
                    examples.push(value.to_owned());
                }
            }
            let is_candidate = |field: &Field| values().all(|value| fit(*field, value) == Fit::Telling);
            let candidates: Vec<Field> = Field::all().filter(is_candidate).collect();
            // An interface is rather the record's own than that of the next hop, which few logs have.
            let oldest = candidates.iter().map(|field| field.info().version).min();
            let mut oldest = candidates.iter().filter(|field| Some(field.info().version) == oldest);
            let field = oldest.next().copied().filter(|_| oldest.next().is_none() && !examples.is_empty());
            ColumnGuess { examples, field }
        })
        .collect();
    // A field that two columns could be is neither's.
    let mut n_times: HashMap<Field, usize> = HashMap::new();
    guesses.iter().filter_map(|guess| guess.field).for_each(|field| *n_times.entry(field).or_default() += 1);
    for guess in &mut guesses {
        guess.field = guess.field.filter(|field| n_times[field] == 1);
    }
    guesses
}

/// AWS's own orders; no two are of one length.
fn known_orders() -> impl Iterator<Item = Vec<Field>> {
    VPC_VERSIONS.into_iter().map(fields_up_to).chain([TRANSIT_GATEWAY_LAYOUT.to_vec()])
}

/// The layouts that a person can be offered by the number of values: names for people, and the layouts.
pub fn known_layouts() -> Vec<(String, Layout)> {
    let vpc = VPC_VERSIONS.map(|version| {
        let name = match version {
            2 => "the default format (version 2)".to_owned(),
            _ => format!("all fields up to version {version}"),
        };
        (name, Layout::of_fields(&fields_up_to(version)))
    });
    let transit_gateway =
        ("the Transit Gateway default format".to_owned(), Layout::of_fields(&TRANSIT_GATEWAY_LAYOUT));
    vpc.into_iter().chain([transit_gateway]).collect()
}

/// The records that have as many values as most of them, if these are more than half.
fn of_usual_length<'a>(records: &'a [Vec<&'a str>]) -> Vec<&'a [&'a str]> {
    let mut n_times: HashMap<usize, usize> = HashMap::new();
    for record in records {
        *n_times.entry(record.len()).or_default() += 1;
    }
    let usual = n_times.into_iter().find(|(_, n)| 2 * n > records.len());
    let is_usual = |record: &&Vec<&str>| usual.is_some_and(|(length, _)| record.len() == length);
    records.iter().filter(is_usual).map(Vec::as_slice).collect()
}

fn fits(fields: &[Field], record: &[&str]) -> bool {
    fields.iter().zip(record).all(|(field, value)| fit_of(*field, value) != Some(Fit::No))
}

/// `None` for an absent value, which any field can have.
fn fit_of(field: Field, value: &str) -> Option<Fit> {
    (value != "-").then(|| fit(field, value))
}

/// Whether a layout, of whatever order, can be that of a record: as many values, none of which speaks against it.
pub fn can_be_of(layout: &Layout, record: &[&str]) -> bool {
    let speaks_against = |(key, value): (&ColumnKey, &&str)| match key {
        ColumnKey::Known(field) => fit_of(*field, value) == Some(Fit::No),
        ColumnKey::Other(_) => false,
    };
    layout.columns().len() == record.len() && !layout.columns().iter().zip(record).any(speaks_against)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(text: &str) -> Vec<Vec<&str>> {
        text.lines().map(|line| line.split(' ').collect()).collect()
    }

    fn samples(fields: &[Field]) -> Vec<&'static str> {
        fields.iter().map(|field| field.info().sample).collect()
    }

    #[test]
    fn each_order_of_aws_is_told_by_one_record() {
        for fields in known_orders() {
            let record = samples(&fields);
            assert_eq!(
                detect(&[record]),
                Some((Layout::of_fields(&fields), Confidence::High)),
                "{}",
                fields.len()
            );
        }
    }

    #[test]
    fn no_two_orders_of_aws_are_of_one_length() {
        let mut lengths: Vec<usize> = known_orders().map(|fields| fields.len()).collect();
        lengths.sort_unstable();
        assert!(lengths.windows(2).all(|pair| pair[0] < pair[1]), "{lengths:?}");
    }

    #[test]
    fn records_without_data_say_less() {
        let no_data = split("2 123456789010 eni-1235b8ca - - - - - - - 1431280876 1431280934 - NODATA");
        assert_eq!(detect(&no_data), Some((Layout::aws_default(), Confidence::Medium)));
        assert_eq!(detect(&split("- - - - - - - - - - - - - -")), None);
        assert_eq!(detect(&[]), None);
    }

    #[test]
    fn the_version_says_nothing() {
        let mut record = samples(&fields_up_to(5));
        record[0] = "2";
        assert_eq!(detect(&[record]).unwrap().0, Layout::of_fields(&fields_up_to(5)));
    }

    #[test]
    fn a_few_damaged_lines_change_nothing_and_many_do() {
        let good = samples(&fields_up_to(3));
        let mut bad = good.clone();
        bad[3] = "oops";
        let records =
            |n_good: usize, n_bad: usize| [vec![good.clone(); n_good], vec![bad.clone(); n_bad]].concat();
        assert!(detect(&records(20, 1)).is_some());
        assert_eq!(detect(&records(20, 5)), None);
        assert!(detect(&[records(20, 0), vec![vec!["short"]; 5]].concat()).is_some());
    }

    #[test]
    fn an_order_of_ones_own_is_asked_for_with_what_can_be_told() {
        let records = split(
            "eni-1235b8ca 10.0.0.1 10.0.0.2 443 50000 6 ACCEPT 1418530010 1418530070\n\
             eni-1235b8ca 10.0.0.3 10.0.0.2 443 - 6 REJECT 1418530010 1418530070",
        );
        assert_eq!(detect(&records), None);
        let guesses = guesses(&records);
        let fields: Vec<Option<&str>> = guesses.iter().map(|guess| guess.field.map(Field::name)).collect();
        assert_eq!(fields, [Some("interface-id"), None, None, None, None, None, Some("action"), None, None]);
        assert_eq!(guesses[1].examples, ["10.0.0.1", "10.0.0.3"]);
        assert_eq!(guesses[4].examples, ["50000"]);
    }

    #[test]
    fn a_layout_can_be_of_records_that_do_not_speak_against_it() {
        let layout = Layout::from_names(["srcaddr", "dstaddr", "mine", "action"]);
        assert!(can_be_of(&layout, &["10.0.0.1", "-", "anything", "REJECT"]));
        assert!(!can_be_of(&layout, &["10.0.0.1", "-", "anything", "OK"]));
        assert!(!can_be_of(&layout, &["10.0.0.1", "-", "anything"]));
    }

    proptest! {
        /// A record in another order of the same length is not taken for AWS's, if any telling value has moved.
        #[test]
        fn moved_columns_are_not_taken_for_the_usual_order(first in 0usize..29, second in 0usize..29) {
            let fields = fields_up_to(5);
            let mut record = samples(&fields);
            record.swap(first, second);
            if let Some((layout, _)) = detect(&[record.clone()]) {
                prop_assert!(can_be_of(&layout, &record), "{} {}", fields[first].name(), fields[second].name());
                let looks_alike = fit(fields[first], record[first]) != Fit::No
                    && fit(fields[second], record[second]) != Fit::No;
                prop_assert!(looks_alike);
            }
        }
    }
}
