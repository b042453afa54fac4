//! Times between the first and the last file of a flow log for which there is no file, as the names say: files that were
//! not opened, or that AWS did not write. Nothing is known of the rows here.

use std::collections::{BTreeMap, BTreeSet};

use crate::parse::file_name;

/// A flow log writes a file every five minutes in which it has records, and with records of ten minutes not in every one.
/// What is further apart than both together is a gap.
const APART_SECS_MAX: u64 = 900;

/// The files of one flow log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deliveries {
    pub flow_log_id: String,
    pub n_files: u64,
    /// From the first to the last file, in seconds since 1970.
    pub time: (u64, u64),
    /// Times without a file, in seconds since 1970, in order.
    pub gaps: Vec<(u64, u64)>,
}

/// Of each flow log that is in the name of more than one file, by its id. Names that say no time say nothing here.
pub fn deliveries<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Deliveries> {
    let mut times: BTreeMap<String, (u64, BTreeSet<(u64, u64)>)> = BTreeMap::new();
    for facts in names.into_iter().map(file_name::facts) {
        if let (Some(flow_log_id), Some(time)) = (facts.flow_log_id, facts.time) {
            let (n_files, times) = times.entry(flow_log_id).or_default();
            *n_files += 1;
            times.insert(time);
        }
    }
    let of_flow_log = |(flow_log_id, (n_files, times)): (String, (u64, BTreeSet<(u64, u64)>))| {
        let (first, last) = (times.first()?.0, times.last()?.1);
        let pairs = times.iter().zip(times.iter().skip(1));
        let apart = pairs.filter(|(before, after)| after.0 - before.0 > APART_SECS_MAX);
        // A name may say no more than its day.
        let gaps =
            apart.map(|(before, after)| (before.1, after.0)).filter(|(start, end)| start < end).collect();
        (n_files > 1).then_some(Deliveries { flow_log_id, n_files, time: (first, last), gaps })
    };
    times.into_iter().filter_map(of_flow_log).collect()
}

/// Times for which one flow log or another has no file, in seconds since 1970.
pub fn times_without_file<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<(u64, u64)> {
    deliveries(names).into_iter().flat_map(|of| of.gaps).collect()
}

/// Times of which no file is, ascending: what is missing then is missing for certain. `names` are those of all files that have
/// records. One that does not say its flow log and time may be of any time, and one flow log may write what another does not: a
/// time counts where no file of any flow log is of it.
pub fn times_without_any_file<'a>(names: impl IntoIterator<Item = &'a str> + Clone) -> Vec<(u64, u64)> {
    let n_names = names.clone().into_iter().count() as u64;
    let all = deliveries(names);
    if all.iter().map(|of| of.n_files).sum::<u64>() < n_names {
        return Vec::new();
    }
    let mut gaps: Vec<(u64, u64)> = all.iter().flat_map(|of| of.gaps.iter().copied()).collect();
    gaps.retain(|gap| all.iter().all(|of| of.is_silent(*gap)));
    gaps.sort_unstable();
    gaps.dedup();
    gaps
}

impl Deliveries {
    fn is_silent(&self, (start, end): (u64, u64)) -> bool {
        let is_outside = end <= self.time.0 || self.time.1 <= start;
        is_outside || self.gaps.iter().any(|gap| gap.0 <= start && end <= gap.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(flow_log: &str, time: &str) -> String {
        format!("AWSLogs/123456789012_vpcflowlogs_us-east-1_{flow_log}_20231114T{time}Z_fe123456.log.gz")
    }

    fn gaps(flow_log: &str, times: &[&str]) -> Vec<(u64, u64)> {
        let names: Vec<String> = times.iter().map(|time| name(flow_log, time)).collect();
        deliveries(names.iter().map(String::as_str)).into_iter().flat_map(|of| of.gaps).collect()
    }

    /// 2023-11-14.
    const DAY: u64 = 1_699_920_000;

    #[test]
    fn a_time_without_a_file_is_a_gap_in_whatever_order_they_come() {
        let gap = (DAY + 10 * 3_600 + 600, DAY + 11 * 3_600);
        assert_eq!(gaps("fl-0a", &["1000", "1005", "1100", "1105"]), [gap]);
        assert_eq!(gaps("fl-0a", &["1105", "1005", "1100", "1000", "1005"]), [gap]);
    }

    #[test]
    fn files_of_every_ten_or_fifteen_minutes_have_no_gap() {
        assert_eq!(gaps("fl-0a", &["1000", "1010", "1015", "1030"]), []);
        assert_eq!(gaps("fl-0a", &["1000", "1020"]).len(), 1);
    }

    #[test]
    fn names_that_say_only_the_day_have_no_gap_between_two_days() {
        let of_day = |day: u32| {
            let folder = format!("AWSLogs/123456789012/vpcflowlogs/us-east-1/2023/11/{day}");
            format!("{folder}/123456789012_vpcflowlogs_us-east-1_fl-0a_part_fe123456.log.gz")
        };
        let gaps = |days: &[u32]| {
            let names: Vec<String> = days.iter().map(|day| of_day(*day)).collect();
            deliveries(names.iter().map(String::as_str))
                .into_iter()
                .flat_map(|of| of.gaps)
                .collect::<Vec<_>>()
        };
        assert_eq!(gaps(&[14, 15]), []);
        assert_eq!(gaps(&[14, 16]), [(DAY + 86_400, DAY + 2 * 86_400)]);
    }

    #[test]
    fn each_flow_log_has_its_own_files_and_one_alone_has_no_gap() {
        let names = [name("fl-0a", "1000"), name("fl-0b", "1200"), name("fl-0b", "1400"), "a.log".to_owned()];
        let found = deliveries(names.iter().map(String::as_str));
        assert_eq!(found.len(), 1);
        assert_eq!((&*found[0].flow_log_id, found[0].n_files, found[0].gaps.len()), ("fl-0b", 2, 1));
        assert_eq!(found[0].time, (DAY + 12 * 3_600, DAY + 14 * 3_600 + 300));
    }

    /// Begins and ends of times that no file is of, in minutes of the day.
    fn without_any(names: &[String]) -> Vec<(u64, u64)> {
        let times = times_without_any_file(names.iter().map(String::as_str));
        times.iter().map(|(start, end)| ((start - DAY) / 60, (end - DAY) / 60)).collect()
    }

    #[test]
    fn a_time_of_no_file_is_certain_to_be_missing() {
        let names = ["1000", "1005", "1100", "1105"].map(|time| name("fl-0a", time));
        assert_eq!(without_any(&names), [(610, 660)]);
        // A file of any time may have what is missing.
        let with_another = [&names[..], &["a.log".to_owned()]].concat();
        assert_eq!(without_any(&with_another), []);
    }

    #[test]
    fn what_another_flow_log_delivered_is_not_missing_of_all() {
        let one = ["1000", "1005", "1100", "1105"].map(|time| name("fl-0a", time));
        let silent_too = ["0955", "1005", "1100"].map(|time| name("fl-0b", time));
        assert_eq!(without_any(&[&one[..], &silent_too[..]].concat()), [(610, 660)]);
        let earlier = ["0800", "0805"].map(|time| name("fl-0b", time));
        assert_eq!(without_any(&[&one[..], &earlier[..]].concat()), [(610, 660)]);
        let meanwhile = ["1020", "1025"].map(|time| name("fl-0b", time));
        assert_eq!(without_any(&[&one[..], &meanwhile[..]].concat()), []);
    }
}
