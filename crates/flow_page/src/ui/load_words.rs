//! The load in words: what was read, how fast, what is left, what came of it. Pure.

use flow_core::session::message::{LoadPhase, Progress};

use super::format;
use crate::state::load_state::LoadPace;

/// `12.3 MB of 1.10 GB · 204,331 rows · 512 MB/s · about 2 s left`.
pub fn while_loading(progress: &Progress, pace: LoadPace) -> String {
    let coverage = progress.coverage;
    let mut parts = vec![
        format!("{} of {}", format::bytes(coverage.n_bytes_read), format::bytes(coverage.n_bytes)),
        format::counted(progress.n_records, "row"),
    ];
    if let Some(rate) = rate(pace) {
        parts.push(rate);
    }
    if let Some(secs) = pace.secs_left() {
        parts.push(format!("about {} left", format::duration(secs.max(1))));
    }
    parts.join(" · ")
}

/// `Read 1.10 GB in 1.6 s (690 MB/s)` of the last load, or why not all was read.
pub fn when_settled(progress: &Progress, pace: LoadPace) -> String {
    match &progress.phase {
        LoadPhase::Idle | LoadPhase::Loading => String::new(),
        LoadPhase::Loaded => match rate(pace) {
            Some(rate) => {
                format!(
                    "Read {} in {} ({rate})",
                    format::bytes(pace.n_bytes_of_load()),
                    elapsed(progress.elapsed_ms)
                )
            }
            None => format!("Read {}", format::bytes(pace.n_bytes_of_load())),
        },
        // Not so many bytes of so many: to the engine, what will never be read is done with. The report says how
        // far each file was read.
        LoadPhase::Cancelled => {
            format!("Cancelled; the {} read so far stay", format::counted(progress.n_records, "row"))
        }
        LoadPhase::OutOfBudget(sentence) => sentence.clone(),
    }
}

/// `3 files · 1,204,331 rows · 2 problems`.
pub fn counts(progress: &Progress) -> String {
    let mut parts = vec![
        format::counted(u64::from(progress.n_files), "file"),
        format::counted(progress.n_records, "row"),
    ];
    if progress.n_files_refused > 0 {
        parts.push(format!("{} refused", format::count(progress.n_files_refused.into())));
    }
    if progress.n_problems > 0 {
        parts.push(format::counted(progress.n_problems, "problem"));
    }
    parts.join(" · ")
}

/// What the browser shows on its tab: `1.2 M rows · Flowglass`.
pub fn page_title(progress: &Progress) -> Option<String> {
    (progress.n_files > 0).then(|| {
        let rows = match progress.n_records {
            1 => "1 row".to_owned(),
            n_rows => format!("{} rows", short_count(n_rows)),
        };
        format!("{rows} · Flowglass")
    })
}

/// `999`, `1.2 k`, `12 M`: two digits are enough for a title.
fn short_count(number: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")];
    let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| number >= *unit) else {
        return number.to_string();
    };
    // Rounded down: a title that says a million has a million.
    let (whole, tenth) = (number / unit, number % unit * 10 / unit);
    if whole < 10 && tenth > 0 { format!("{whole}.{tenth} {name}") } else { format!("{whole} {name}") }
}

fn rate(pace: LoadPace) -> Option<String> {
    pace.bytes_per_sec().map(|rate| format!("{}/s", format::bytes(rate as u64)))
}

fn elapsed(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..10_000 => format!("{:.1} s", ms as f64 / 1000.0),
        _ => format::duration(ms / 1000),
    }
}

#[cfg(test)]
mod tests {
    use flow_core::session::message::Coverage;

    use super::*;

    fn progress(phase: LoadPhase, n_bytes_read: u64, elapsed_ms: u64) -> Progress {
        let coverage = Coverage { generation: 1, n_bytes_read, n_bytes: 2_000_000 };
        Progress { phase, coverage, elapsed_ms, n_files: 3, n_records: 1_204_331, ..Progress::default() }
    }

    fn words(phase: LoadPhase, n_bytes_read: u64, elapsed_ms: u64) -> String {
        let progress = progress(phase, n_bytes_read, elapsed_ms);
        let pace = LoadPace::after(LoadPace::default(), &progress);
        if pace.secs_left().is_some() || progress.phase == LoadPhase::Loading {
            while_loading(&progress, pace)
        } else {
            when_settled(&progress, pace)
        }
    }

    #[test]
    fn a_load_says_how_much_how_fast_and_how_long() {
        let loading = words(LoadPhase::Loading, 1_000_000, 1_000);
        assert_eq!(loading, "1.00 MB of 2.00 MB · 1,204,331 rows · 1.00 MB/s · about 1 s left");
        assert_eq!(words(LoadPhase::Loading, 0, 10), "0 B of 2.00 MB · 1,204,331 rows");
    }

    #[test]
    fn the_end_of_a_load_is_told_once_and_honestly() {
        assert_eq!(words(LoadPhase::Loaded, 2_000_000, 500), "Read 2.00 MB in 500 ms (4.00 MB/s)");
        let cancelled = words(LoadPhase::Cancelled, 500_000, 500);
        assert_eq!(cancelled, "Cancelled; the 1,204,331 rows read so far stay");
        let full = words(LoadPhase::OutOfBudget("The memory is nearly full".to_owned()), 500_000, 500);
        assert_eq!(full, "The memory is nearly full");
    }

    #[test]
    fn counts_name_only_what_is_there() {
        let fine = progress(LoadPhase::Loaded, 0, 0);
        assert_eq!(counts(&fine), "3 files · 1,204,331 rows");
        let bad = Progress { n_problems: 1, n_files_refused: 2, ..fine };
        assert_eq!(counts(&bad), "3 files · 1,204,331 rows · 2 refused · 1 problem");
    }

    #[test]
    fn the_title_is_short_and_never_says_too_much() {
        let title =
            |n_rows| page_title(&Progress { n_records: n_rows, n_files: 1, ..Progress::default() }).unwrap();
        assert_eq!(title(1), "1 row · Flowglass");
        assert_eq!(title(999), "999 rows · Flowglass");
        assert_eq!(title(1_999), "1.9 k rows · Flowglass");
        assert_eq!(title(2_000_000), "2 M rows · Flowglass");
        assert_eq!(title(12_900_000), "12 M rows · Flowglass");
        assert_eq!(page_title(&Progress::default()), None);
    }
}
