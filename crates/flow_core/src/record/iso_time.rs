//! Seconds since 1970 as people write them: `2026-01-02T03:04:05Z`, always UTC.
//!
//! Own code because a date library brings time zones and a clock, and the engine may have neither.

/// The last second that has a four-digit year.
pub const ISO_SECS_MAX: u64 = 253_402_300_799;

const DAY_SECS: u64 = 86_400;

/// `2026-01-02T03:04:05Z`; `None` past the year 9999.
pub fn to_iso(secs: u64) -> Option<String> {
    if secs > ISO_SECS_MAX {
        return None;
    }
    let (year, month, day) = date_from_days(secs / DAY_SECS);
    let (hour, minute, second) = (secs / 3600 % 24, secs / 60 % 60, secs % 60);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// Reads a date, or a date and a time to the minute or the second, with or without `Z`; `None` where it is
/// neither, or before 1970.
pub fn from_iso(text: &str) -> Option<u64> {
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let [year, month, day] = parts(date, '-', [4, 2, 2])?;
    if year < 1970 || !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day) {
        return None;
    }
    let time = match time {
        None => [0, 0, 0],
        Some(time) => {
            let time = time.strip_suffix(['Z', 'z']).unwrap_or(time);
            parts(time, ':', [2, 2, 2]).or_else(|| parts(time, ':', [2, 2]).map(|[h, m]| [h, m, 0]))?
        }
    };
    let [hour, minute, second] = time;
    (hour < 24 && minute < 60 && second < 60)
        .then(|| days_from_date(year, month, day) * DAY_SECS + hour * 3600 + minute * 60 + second)
}

/// Numbers of exactly so many digits.
fn parts<const N: usize>(text: &str, separator: char, n_digits: [usize; N]) -> Option<[u64; N]> {
    let mut numbers = [0; N];
    let mut pieces = text.split(separator);
    for (number, n_digits) in numbers.iter_mut().zip(n_digits) {
        let piece = pieces.next()?;
        if piece.len() != n_digits || !piece.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = piece.parse().ok()?;
    }
    pieces.next().is_none().then_some(numbers)
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days before 1970-01-01 in a calendar that starts on 0000-03-01. Years that start in March have the leap
/// day at their end, so months have fixed places.
const DAYS_TO_1970: u64 = 719_468;
const DAYS_IN_400_YEARS: u64 = 146_097;

fn days_from_date(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - DAYS_TO_1970
}

fn date_from_days(days: u64) -> (u64, u64, u64) {
    let days = days + DAYS_TO_1970;
    let (era, day_of_era) = (days / DAYS_IN_400_YEARS, days % DAYS_IN_400_YEARS);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let year = era * 400 + year_of_era;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_seconds_have_known_names() {
        for (secs, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_418_530_010, "2014-12-14T04:06:50Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (ISO_SECS_MAX, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(to_iso(secs).as_deref(), Some(text));
            assert_eq!(from_iso(text), Some(secs));
        }
        assert_eq!(to_iso(ISO_SECS_MAX + 1), None);
    }

    #[test]
    fn every_day_of_eight_centuries_comes_back() {
        let mut expected = (1970, 1, 1);
        for days in 0..800 * 365 {
            assert_eq!(date_from_days(days), expected);
            let (year, month, day) = expected;
            assert_eq!(days_from_date(year, month, day), days);
            expected = match (month, day == days_in_month(year, month)) {
                (_, false) => (year, month, day + 1),
                (12, true) => (year + 1, 1, 1),
                (_, true) => (year, month + 1, 1),
            };
        }
    }

    #[test]
    fn shorter_forms_are_read_and_others_refused() {
        assert_eq!(from_iso("2026-01-02"), from_iso("2026-01-02T00:00:00Z"));
        assert_eq!(from_iso("2026-01-02T03:04Z"), from_iso("2026-01-02t03:04:00"));
        for text in [
            "",
            "T",
            "2026",
            "2026-1-2",
            "2026-02-29",
            "2026-13-01",
            "2026-01-00",
            "1969-12-31",
            "2026-01-02T24:00Z",
            "2026-01-02T03Z",
            "2026-01-02T03:04:60Z",
            "2026-01-02T",
            "2026-01-02Z",
            "2026-01-02T03:04:05+01:00",
            "+026-01-02",
        ] {
            assert_eq!(from_iso(text), None, "{text}");
        }
    }
}
