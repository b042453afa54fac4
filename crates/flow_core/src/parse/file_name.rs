//! What the name of a file says of its records: account, region, flow log and time, as AWS puts them into the keys of
//! objects. Names are shown and compared with the records; nothing is read otherwise because of them.

use serde::{Deserialize, Serialize};

use crate::record::iso_time;

/// What a name says; each part only where it is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameFacts {
    pub account: Option<String>,
    pub region: Option<String>,
    /// `fl-0123456789abcdef0`.
    pub flow_log_id: Option<String>,
    /// Seconds since 1970 that the records' windows end about: five minutes from the time in the name, or the hour or
    /// day of the folder.
    pub time: Option<(u64, u64)>,
}

/// A flow log delivers every five minutes.
const DELIVERY_SECS: u64 = 300;
const HOUR_SECS: u64 = 3_600;
const DAY_SECS: u64 = 86_400;

/// Reads `AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/11/20/123456789012_vpcflowlogs_us-east-1_fl-…_20261120T2315Z_….log.gz`,
/// with or without folders, and their Hive-compatible form (`aws-account-id=…/year=…`).
pub fn facts(name: &str) -> NameFacts {
    let mut facts = NameFacts::default();
    let parts: Vec<&str> = name.split('/').collect();
    let (file, folders) = parts.split_last().expect("a split has parts");
    let is_ours = |part: &&str| matches!(*part, "vpcflowlogs" | "transitgatewayflowlogs");
    // 123456789012/vpcflowlogs/us-east-1/2026/11/20[/23]
    if let Some(at) = folders.iter().position(&is_ours) {
        facts.account =
            at.checked_sub(1).map(|at| folders[at]).filter(|text| is_account(text)).map(String::from);
        facts.region = folders.get(at + 1).map(|region| (*region).to_owned());
        facts.time = folders.get(at + 2..).and_then(day_and_hour);
    }
    let mut date = [None; 4];
    for (key, value) in folders.iter().filter_map(|part| part.split_once('=')) {
        match key {
            "aws-account-id" if is_account(value) => facts.account = Some(value.to_owned()),
            "aws-region" => facts.region = Some(value.to_owned()),
            "year" => date[0] = Some(value),
            "month" => date[1] = Some(value),
            "day" => date[2] = Some(value),
            "hour" => date[3] = Some(value),
            _ => {}
        }
    }
    let date: Vec<&str> = date.into_iter().map_while(|part| part).collect();
    facts.time = day_and_hour(&date).or(facts.time);
    // 123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T1620Z_fe123456.log.gz
    if let [account, service, region, flow_log_id, time, _hash, ..] = file.split('_').collect::<Vec<_>>()[..]
        && is_account(account)
        && is_ours(&service)
    {
        facts.account = Some(account.to_owned());
        facts.region = Some(region.to_owned());
        facts.flow_log_id = flow_log_id.starts_with("fl-").then(|| flow_log_id.to_owned());
        facts.time = minute(time).map(|start| (start, start + DELIVERY_SECS)).or(facts.time);
    }
    facts
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `20180620T1620Z`.
fn minute(text: &str) -> Option<u64> {
    if text.len() != 14 || !text.is_ascii() {
        return None;
    }
    let [year, month, day, hour, minute] = [0..4, 4..6, 6..8, 9..11, 11..13].map(|range| &text[range]);
    (&text[8..9] == "T" && &text[13..] == "Z").then_some(())?;
    iso_time::from_iso(&format!("{year}-{month}-{day}T{hour}:{minute}Z"))
}

/// `["2026", "11", "20"]` and perhaps the hour.
fn day_and_hour(parts: &[&str]) -> Option<(u64, u64)> {
    let [year, month, day, hour @ ..] = parts else { return None };
    let day_start = iso_time::from_iso(&format!("{year}-{month}-{day}"))?;
    match hour.first().and_then(|hour| hour.parse::<u64>().ok()).filter(|hour| *hour < 24) {
        Some(hour) => Some((day_start + hour * HOUR_SECS, day_start + (hour + 1) * HOUR_SECS)),
        None => Some((day_start, day_start + DAY_SECS)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, account: &str, region: &str, flow_log_id: &str, start: &str, n_secs: u64) {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let start = iso_time::from_iso(start);
        let expected = NameFacts {
            account: text(account),
            region: text(region),
            flow_log_id: text(flow_log_id),
            time: start.map(|start| (start, start + n_secs)),
        };
        assert_eq!(facts(name), expected, "{name}");
    }

    #[test]
    fn keys_of_s3_say_account_region_flow_log_and_time() {
        let file = "123456789012_vpcflowlogs_us-east-1_fl-1234abcd_20180620T1620Z_fe123456.log.gz";
        check(file, "123456789012", "us-east-1", "fl-1234abcd", "2018-06-20T16:20", 300);
        let folder = "mine/AWSLogs/123456789012/vpcflowlogs/us-east-1/2018/06/20";
        check(
            &format!("{folder}/{file}"),
            "123456789012",
            "us-east-1",
            "fl-1234abcd",
            "2018-06-20T16:20",
            300,
        );
        check(&format!("{folder}/a.log"), "123456789012", "us-east-1", "", "2018-06-20", 86_400);
        check(&format!("{folder}/16/a.log"), "123456789012", "us-east-1", "", "2018-06-20T16:00", 3_600);
        let hive = "AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=eu-west-1/year=2018/month=06/day=20";
        check(&format!("{hive}/a.parquet"), "123456789012", "eu-west-1", "", "2018-06-20", 86_400);
        check(
            &format!("{hive}/hour=07/a.parquet"),
            "123456789012",
            "eu-west-1",
            "",
            "2018-06-20T07:00",
            3_600,
        );
    }

    #[test]
    fn other_names_say_nothing() {
        for name in [
            "",
            "a.log",
            "flow_logs_of_last_week_in_may.log",
            "2018/06/20/a.log",
            "vpcflowlogs/a.log",
            "é_vpcflowlogs_b_c_d_e",
        ] {
            check(name, "", "", "", "", 0);
        }
        check("vpcflowlogs/us-east-1/99/99/99/a.log", "", "us-east-1", "", "", 0);
        let file = "123456789012_vpcflowlogs_us-east-1_fl-1234abcd_2018é620T1620_fe123456.log.gz";
        check(file, "123456789012", "us-east-1", "fl-1234abcd", "", 0);
    }
}
