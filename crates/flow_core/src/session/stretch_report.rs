//! What became of a file, from what became of its stretches.

use crate::parse::problem::PROBLEMS_KEPT_PER_FILE;
use crate::parse::report::LAYOUTS_KEPT_PER_FILE;
use crate::parse::{FileReport, FileState};

/// Adds the reports of all stretches in their order; `None` for those of which nothing is known.
///
/// The first problems are kept, as everywhere. Which those are, and on which line, is known as far as the stretches
/// before them were read to their end; problems behind a gap are counted only.
pub fn join<'a>(into: &mut FileReport, stretches: impl Iterator<Item = Option<&'a FileReport>>) {
    let mut n_lines_before = Some(0);
    for (at, stretch) in stretches.enumerate() {
        let Some(stretch) = stretch else {
            n_lines_before = None;
            continue;
        };
        if at == 0 {
            into.container.clone_from(&stretch.container);
            into.compression.clone_from(&stretch.compression);
            into.layout_from = stretch.layout_from;
            into.columns.clone_from(&stretch.columns);
        }
        for layout in &stretch.layouts {
            if into.layouts.len() < LAYOUTS_KEPT_PER_FILE && !into.layouts.contains(layout) {
                into.layouts.push(layout.clone());
            }
        }
        into.log_streams.join(&stretch.log_streams);
        into.n_bytes_read += stretch.n_bytes_read;
        into.lines.add(&stretch.lines);
        if let Some(n_lines) = n_lines_before {
            let n_missing = PROBLEMS_KEPT_PER_FILE - into.problems.len();
            into.problems.extend(stretch.problems.iter().take(n_missing).cloned().map(|mut problem| {
                problem.line += n_lines;
                problem
            }));
        }
        n_lines_before = n_lines_before
            .filter(|_| stretch.state == FileState::Read)
            .map(|n_lines| n_lines + stretch.lines.total());
    }
}

/// How far a file came whose stretches came so far: what went wrong counts before what is under way.
pub fn joined_state(stretches: impl Iterator<Item = FileState>) -> FileState {
    stretches
        .reduce(|one, other| {
            if one == other {
                return one;
            }
            let rank = |state: &FileState| match state {
                FileState::Failed(_) => 0,
                FileState::Refused(_) | FileState::Ignored(_) | FileState::Described(_) => 1,
                FileState::Cancelled => 2,
                FileState::Reading | FileState::Waiting | FileState::Read => 3,
            };
            match rank(&one).cmp(&rank(&other)) {
                std::cmp::Ordering::Less => one,
                std::cmp::Ordering::Greater => other,
                // Some of it was read, and some not yet.
                std::cmp::Ordering::Equal if rank(&one) == 3 => FileState::Reading,
                std::cmp::Ordering::Equal => one,
            }
        })
        .unwrap_or(FileState::Waiting)
}
