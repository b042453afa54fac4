//! Numbers, sizes, times and values as the screen writes them.
//!
//! Every function is pure and gives plain text. Grouping, units and rounding are decided here and nowhere
//! else, so that one number reads the same in a list, a bar and a title.

use flow_core::analysis::Metric;
use flow_core::query::Subject;
use flow_core::record::name::{protocol_name, service_name, tcp_flag_names, traffic_path_name};
pub use flow_core::record::name::{protocol_words as protocol, service_words as service};
use flow_core::record::{ColumnKey, Field, FieldKind, Value};

/// `1,204,331`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 row`, `1,204 rows`: the plural is the singular with an s.
pub fn counted(number: u64, singular: &str) -> String {
    format!("{} {singular}{}", count(number), if number == 1 { "" } else { "s" })
}

/// `999 B`, `4.25 kB`, `12.3 MB`: powers of 1,000 as AWS bills, three digits.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if number < 1_000 {
        return format!("{number} B");
    }
    let mut scaled = number as f64 / 1_000.0;
    let mut unit = 0;
    // 999.5 and more would be written with four digits.
    while scaled >= 999.5 && unit + 1 < UNITS.len() {
        scaled /= 1_000.0;
        unit += 1;
    }
    let n_decimals = match scaled {
        small if small < 9.995 => 2,
        middle if middle < 99.95 => 1,
        _ => 0,
    };
    format!("{scaled:.n_decimals$} {}", UNITS[unit])
}

/// A sum of `metric`: bytes with their unit, packets and rows grouped.
pub fn amount(metric: Metric, number: u64) -> String {
    match metric {
        Metric::Bytes => bytes(number),
        Metric::Rows | Metric::Packets => count(number),
    }
}

/// The same where nothing beside it says what is counted: `1.20 GB`, `1,204 rows`.
pub fn amount_with_unit(metric: Metric, number: u64) -> String {
    match metric {
        Metric::Bytes => bytes(number),
        Metric::Rows | Metric::Packets => amount_exact(metric, number),
    }
}

/// The exact sum with its unit, for titles: `1,204,331 bytes`.
pub fn amount_exact(metric: Metric, number: u64) -> String {
    counted(number, metric.name().trim_end_matches('s'))
}

/// `12.3 %`. Only nothing is `0 %` and only everything is `100 %`: what is nearly so says `< 0.1 %` or
/// `> 99.9 %`.
pub fn percent(part: u64, whole: u64) -> String {
    if part == 0 || whole == 0 {
        return "0 %".to_owned();
    }
    if part >= whole {
        return "100 %".to_owned();
    }
    match part as f64 / whole as f64 * 100.0 {
        small if small < 0.1 => "< 0.1 %".to_owned(),
        large if large > 99.9 => "> 99.9 %".to_owned(),
        share => format!("{share:.1} %"),
    }
}

/// How much is done, in whole percent, rounded down: `100 %` only at the end.
pub fn percent_done(part: u64, whole: u64) -> String {
    let share = if whole == 0 { 100 } else { u128::from(part.min(whole)) * 100 / u128::from(whole) };
    format!("{share} %")
}

/// `45 s`, `10 min`, `1 h 5 min`, `3 d 4 h`: the two largest units.
pub fn duration(secs: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let Some(largest) = UNITS.iter().position(|(unit_secs, _)| secs >= *unit_secs) else {
        return "0 s".to_owned();
    };
    let mut rest = secs;
    let mut parts = Vec::new();
    for (unit_secs, name) in UNITS.iter().skip(largest).take(2) {
        let n_units = rest / unit_secs;
        rest %= unit_secs;
        if n_units > 0 {
            parts.push(format!("{n_units} {name}"));
        }
    }
    parts.join(" ")
}

/// `2026-01-02 03:04:05`, always UTC. Seconds past the year 9999 are no time that a log means; they are
/// written as the number they are.
pub fn utc(secs: u64) -> String {
    const SECS_MAX: u64 = 253_402_300_799;
    if secs > SECS_MAX {
        return secs.to_string();
    }
    let (year, month, day) = civil_from_days(secs / 86_400);
    let second_of_day = secs % 86_400;
    let (hour, minute, second) = (second_of_day / 3_600, second_of_day / 60 % 60, second_of_day % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// Year, month and day of a number of days since 1970-01-01, by Howard Hinnant's algorithm: years begin in
/// March, so that the leap day is the last of its year and months have a regular pattern.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    const DAYS_PER_400_YEARS: u64 = 146_097;
    // From 0000-03-01 to 1970-01-01.
    let shifted = days + 719_468;
    let era = shifted / DAYS_PER_400_YEARS;
    let day_of_era = shifted % DAYS_PER_400_YEARS;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

/// One value as a table shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub text: String,
    /// The name people use for a number: `https` for port 443.
    pub name: Option<String>,
    /// What the text alone does not say: the raw seconds, the size with its unit.
    pub note: Option<String>,
}

/// What `-` stands for.
pub const ABSENT_NOTE: &str =
    "Absent: the record has - here, or the file has no such field. It is not zero and not empty";

/// `value` of `subject`, with the name and the note that belong to it.
pub fn shown(subject: &Subject, value: &Value) -> Shown {
    let plain = |note| Shown { text: value.to_string(), name: None, note };
    let number = match value {
        Value::Absent => return plain(Some(ABSENT_NOTE.to_owned())),
        Value::Address(_) | Value::Text(_) => return plain(None),
        Value::Number(number) => *number,
    };
    let named = |name: Option<String>| Shown { text: number.to_string(), name, note: None };
    match subject.kind() {
        FieldKind::Port => named(service_name(number).map(str::to_owned)),
        FieldKind::Protocol => named(protocol_name(number).map(str::to_owned)),
        FieldKind::TcpFlags => named(Some(tcp_flag_names(number))),
        FieldKind::Seconds => Shown {
            text: utc(number),
            name: None,
            note: Some(format!("{number} seconds since 1970-01-01 00:00:00 UTC")),
        },
        FieldKind::Bytes if number >= 1_000 => {
            Shown { text: count(number), name: None, note: Some(bytes(number)) }
        }
        FieldKind::Bytes | FieldKind::Packets => Shown { text: count(number), name: None, note: None },
        FieldKind::Number if *subject == Subject::Column(ColumnKey::Known(Field::TRAFFIC_PATH)) => {
            named(traffic_path_name(number).map(str::to_owned))
        }
        FieldKind::Number | FieldKind::Address | FieldKind::Text => named(None),
    }
}

/// An address with a port, or alone where there is none: `10.0.0.5:443`, `[2001:db8::1]:443`.
pub fn endpoint(address: &Value, port: &Value) -> String {
    let address = address.to_string();
    match port {
        Value::Number(port) if address.contains(':') => format!("[{address}]:{port}"),
        Value::Number(port) => format!("{address}:{port}"),
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow_core::record::Address;

    #[test]
    fn thousands_are_grouped() {
        let written = [0, 7, 999, 1_000, 12_345, 123_456, 1_204_331, u64::MAX].map(count);
        let expected =
            ["0", "7", "999", "1,000", "12,345", "123,456", "1,204,331", "18,446,744,073,709,551,615"];
        assert_eq!(written, expected);
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(0, "row"), "0 rows");
        assert_eq!(counted(1_200, "row"), "1,200 rows");
    }

    #[test]
    fn sizes_have_three_digits_and_the_right_unit() {
        let numbers =
            [0, 999, 1_000, 4_249, 12_345, 999_499, 999_500, 9_994_000, 9_996_000, 123_456_789, u64::MAX];
        let expected = [
            "0 B", "999 B", "1.00 kB", "4.25 kB", "12.3 kB", "999 kB", "1.00 MB", "9.99 MB", "10.0 MB",
            "123 MB", "18.4 EB",
        ];
        assert_eq!(numbers.map(bytes), expected);
    }

    #[test]
    fn a_share_says_nothing_or_everything_only_where_it_is_so() {
        assert_eq!(percent(0, 10), "0 %");
        assert_eq!(percent(0, 0), "0 %");
        assert_eq!(percent(1, 1_000_000), "< 0.1 %");
        assert_eq!(percent(1, 8), "12.5 %");
        assert_eq!(percent(999_999, 1_000_000), "> 99.9 %");
        assert_eq!(percent(5, 5), "100 %");
        assert_eq!(percent_done(999, 1_000), "99 %");
        assert_eq!(percent_done(u64::MAX, u64::MAX), "100 %");
        assert_eq!(percent_done(0, 0), "100 %");
    }

    #[test]
    fn sums_say_their_unit_where_nothing_else_does() {
        assert_eq!(amount(Metric::Bytes, 1_204_331), "1.20 MB");
        assert_eq!(amount(Metric::Packets, 1_204_331), "1,204,331");
        assert_eq!(amount_with_unit(Metric::Rows, 1_204), "1,204 rows");
        assert_eq!(amount_with_unit(Metric::Bytes, 1_204), "1.20 kB");
        assert_eq!(amount_exact(Metric::Bytes, 1_204), "1,204 bytes");
        assert_eq!(amount_exact(Metric::Rows, 1), "1 row");
    }

    #[test]
    fn durations_keep_their_two_largest_units() {
        let written = [0, 45, 60, 61, 600, 3_600, 3_900, 3_605, 273_600, 86_400].map(duration);
        let expected =
            ["0 s", "45 s", "1 min", "1 min 1 s", "10 min", "1 h", "1 h 5 min", "1 h", "3 d 4 h", "1 d"];
        assert_eq!(written, expected);
    }

    #[test]
    fn times_are_utc_through_leap_years() {
        assert_eq!(utc(0), "1970-01-01 00:00:00");
        assert_eq!(utc(951_782_399), "2000-02-28 23:59:59");
        assert_eq!(utc(951_782_400), "2000-02-29 00:00:00");
        assert_eq!(utc(951_868_800), "2000-03-01 00:00:00");
        assert_eq!(utc(1_767_323_045), "2026-01-02 03:04:05");
        assert_eq!(utc(4_107_542_400), "2100-03-01 00:00:00", "2100 is no leap year");
        assert_eq!(utc(253_402_300_799), "9999-12-31 23:59:59");
        assert_eq!(utc(253_402_300_800), "253402300800");
    }

    #[test]
    fn each_day_follows_the_one_before() {
        let mut before = civil_from_days(0);
        for day in 1..60_000 {
            let after = civil_from_days(day);
            let next_day = after == (before.0, before.1, before.2 + 1);
            let next_month = after == (before.0, before.1 + 1, 1);
            let next_year = after == (before.0 + 1, 1, 1) && before.1 == 12 && before.2 == 31;
            assert!((next_day && after.2 <= 31) || next_month || next_year, "{before:?} then {after:?}");
            before = after;
        }
    }

    fn shows(subject: &str, value: Value) -> (String, Option<String>) {
        let shown = shown(&Subject::from_name(subject), &value);
        (shown.text, shown.name)
    }

    #[test]
    fn numbers_have_their_names_beside_them() {
        let named = |text: &str, name: &str| (text.to_owned(), Some(name.to_owned()));
        let plain = |text: &str| (text.to_owned(), None);
        assert_eq!(shows("dstport", Value::Number(443)), named("443", "https"));
        assert_eq!(shows("localport", Value::Number(51_000)), plain("51000"));
        assert_eq!(shows("protocol", Value::Number(6)), named("6", "tcp"));
        assert_eq!(shows("tcp-flags", Value::Number(18)), named("18", "SYN+ACK"));
        assert_eq!(shows("traffic-path", Value::Number(8)), named("8", "through an internet gateway"));
        assert_eq!(shows("version", Value::Number(2)), plain("2"));
        assert_eq!(shows("bytes", Value::Number(4_249)), plain("4,249"));
        assert_eq!(shows("start", Value::Number(1_767_323_045)), plain("2026-01-02 03:04:05"));
        assert_eq!(shows("srcaddr", Value::Absent), plain("-"));
        assert_eq!(shows("action", Value::Text("ACCEPT".to_owned())), plain("ACCEPT"));
    }

    #[test]
    fn services_and_ends_read_as_people_say_them() {
        assert_eq!(service(Some(443), Some(6)), "443/tcp https");
        assert_eq!(service(Some(4_711), Some(17)), "4711/udp");
        assert_eq!(service(None, Some(1)), "icmp");
        assert_eq!(service(None, Some(200)), "protocol 200");
        let v4 = Value::Address(Address::parse(b"10.0.0.5").unwrap());
        let v6 = Value::Address(Address::parse(b"2001:db8::1").unwrap());
        assert_eq!(endpoint(&v4, &Value::Number(443)), "10.0.0.5:443");
        assert_eq!(endpoint(&v6, &Value::Number(443)), "[2001:db8::1]:443");
        assert_eq!(endpoint(&v4, &Value::Absent), "10.0.0.5");
        assert_eq!(endpoint(&Value::Absent, &Value::Absent), "-");
    }
}
