//! Where each row came from: file, line and layout.
//!
//! Rows mostly come from line after line, so runs of them say it in next to no room. Where rows are picked out of
//! their files (a load that keeps only some), runs are as short as a row and larger than one; then a segment has a
//! packed column of line numbers instead, and its runs only say where file or layout change. A row that
//! stands alone takes 4 bytes for that, where its run took 24.

use std::ops::Range;

use super::Column;
use super::segment::SEGMENT_ROWS;
use crate::parse::SourceId;

/// Where a row came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    pub source: SourceId,
    /// 1 for the first line of the file.
    pub line: u64,
    /// Index into the store's layouts.
    pub layout: u32,
}

/// Consecutive rows from one file in one layout: from consecutive lines, or with ascending line numbers in the
/// segment's own column.
#[derive(Clone, Copy, Debug)]
struct Run {
    first_row: u32,
    first: Origin,
}

/// A line number of a segment takes at most this much, as lines of one segment are never 4 thousand million apart.
const LINE_BYTES: usize = size_of::<u32>();

#[derive(Clone, Debug, Default)]
pub(super) struct Origins {
    n_rows: u32,
    runs: Vec<Run>,
    /// By segment; `None` where runs say it all.
    lines: Vec<Option<Column>>,
}

impl Origins {
    /// Rows begin that come from this line and those after it; [`Origins::end`] says how many.
    pub fn begin(&mut self, origin: Origin) {
        let row = self.n_rows;
        // A run that goes on behind a segment with line numbers of its own could not be counted through.
        let is_behind_lines =
            row.is_multiple_of(SEGMENT_ROWS) && self.lines_of(row.wrapping_sub(1)).is_some();
        let follows = !is_behind_lines
            && self.runs.last().is_some_and(|run| {
                (run.first.source, run.first.layout) == (origin.source, origin.layout)
                    && run.first.line + u64::from(row - run.first_row) == origin.line
            });
        if !follows {
            self.runs.push(Run { first_row: row, first: origin });
        }
    }

    /// The rows that were begun are there.
    pub fn end(&mut self, n_rows: u32) {
        self.n_rows += n_rows;
    }

    pub fn get(&self, row: u32) -> Origin {
        self.get_in(self.runs.partition_point(|run| run.first_row <= row) - 1, row)
    }

    /// All rows of the segment are there: from here on they take the less room of the two.
    pub fn freeze(&mut self, first_row: u32) {
        let first_run = self.runs.partition_point(|run| run.first_row < first_row);
        let (n_runs, n_rows) = (self.runs.len() - first_run, (self.n_rows - first_row) as usize);
        if n_runs * size_of::<Run>() <= n_rows * LINE_BYTES {
            return;
        }
        let lines: Vec<u64> = (first_row..self.n_rows).map(|row| self.get(row).line).collect();
        let mut kept = first_run;
        for at in first_run..self.runs.len() {
            let run = self.runs[at];
            let goes_on = kept > first_run && {
                let before = self.runs[kept - 1].first;
                (before.source, before.layout) == (run.first.source, run.first.layout)
                    && lines[(run.first_row - first_row) as usize - 1] < run.first.line
            };
            if !goes_on {
                self.runs[kept] = run;
                kept += 1;
            }
        }
        self.runs.truncate(kept);
        self.runs.shrink_to_fit();
        self.lines.resize((first_row / SEGMENT_ROWS) as usize, None);
        self.lines.push(Some(Column::freeze(&lines)));
    }

    /// Forgets the rows from `n_rows` on, where a segment begins.
    pub fn truncate(&mut self, n_rows: u32) {
        debug_assert!(n_rows.is_multiple_of(SEGMENT_ROWS));
        self.n_rows = n_rows;
        self.lines.truncate((n_rows / SEGMENT_ROWS) as usize);
        self.runs.truncate(self.runs.partition_point(|run| run.first_row < n_rows));
    }

    /// Stretches of the first `n_rows` rows in the order of their origins, which is the order of the files and
    /// their lines; `None` where rows are stored in that order.
    pub fn stretches(&self, n_rows: u32) -> Option<Vec<Range<u32>>> {
        let ends = self.runs.iter().skip(1).map(|run| run.first_row).chain([self.n_rows]);
        let mut stretches: Vec<(usize, Range<u32>)> = (self.runs.iter().zip(ends))
            .map(|(run, end)| run.first_row..end.min(n_rows))
            .enumerate()
            .filter(|(_, rows)| !rows.is_empty())
            .collect();
        let place = |run: usize, row: u32| {
            let origin = self.get_in(run, row);
            (origin.source, origin.line)
        };
        let is_in_order = |stretches: &[(usize, Range<u32>)]| {
            stretches.windows(2).all(|pair| {
                let [(before, rows), (after, later)] = pair else { return true };
                place(*before, rows.end - 1) < place(*after, later.start)
            })
        };
        if is_in_order(&stretches) {
            return None;
        }
        stretches.sort_by_key(|(run, rows)| place(*run, rows.start));
        if is_in_order(&stretches) {
            return Some(stretches.into_iter().map(|(_, rows)| rows).collect());
        }
        // Rows picked out of parts of a file that were read out of order.
        let mut rows: Vec<u32> = (0..n_rows).collect();
        rows.sort_by_cached_key(|&row| {
            let origin = self.get(row);
            (origin.source, origin.line)
        });
        Some(rows.into_iter().map(|row| row..row + 1).collect())
    }

    /// The sources of these rows in their order, each with rows that follow each other; a source can come again.
    pub fn sources(&self, rows: Range<u32>) -> impl Iterator<Item = (SourceId, Range<u32>)> {
        let first = self.runs.partition_point(|run| run.first_row <= rows.start).saturating_sub(1);
        let ends = self.runs.iter().skip(first + 1).map(|run| run.first_row).chain([self.n_rows]);
        (self.runs[first..].iter().zip(ends))
            .map(move |(run, end)| (run.first.source, run.first_row.max(rows.start)..end.min(rows.end)))
            .filter(|(_, part)| !part.is_empty())
    }

    pub fn n_heap_bytes(&self) -> usize {
        self.runs.capacity() * size_of::<Run>()
            + self.lines.capacity() * size_of::<Option<Column>>()
            + self.lines.iter().flatten().map(Column::n_heap_bytes).sum::<usize>()
    }

    fn get_in(&self, run: usize, row: u32) -> Origin {
        let Run { first_row, first } = self.runs[run];
        let line = match self.lines_of(row) {
            Some(lines) => lines.get(row % SEGMENT_ROWS).expect("every row has a line"),
            None => first.line + u64::from(row - first_row),
        };
        Origin { line, ..first }
    }

    fn lines_of(&self, row: u32) -> Option<&Column> {
        self.lines.get((row / SEGMENT_ROWS) as usize)?.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(given: &[Origin]) -> Origins {
        let mut origins = Origins::default();
        for (row, &origin) in (0u32..).zip(given) {
            if row.is_multiple_of(SEGMENT_ROWS) && row > 0 {
                origins.freeze(row - SEGMENT_ROWS);
            }
            origins.begin(origin);
            origins.end(1);
        }
        origins
    }

    fn check(given: &[Origin]) -> Origins {
        let origins = origins(given);
        for (row, origin) in (0u32..).zip(given) {
            assert_eq!(origins.get(row), *origin, "row {row}");
        }
        let mut rows: Vec<u32> = (0..given.len() as u32).collect();
        rows.sort_by_key(|&row| (given[row as usize].source, given[row as usize].line));
        let ordered: Vec<u32> = match origins.stretches(given.len() as u32) {
            None => (0..given.len() as u32).collect(),
            Some(stretches) => stretches.into_iter().flatten().collect(),
        };
        assert_eq!(ordered, rows);
        origins
    }

    /// Lines of one file, each `step` after the one before.
    fn stepping(source: u32, first_line: u64, step: u64, n_rows: u32) -> impl Iterator<Item = Origin> {
        (0..u64::from(n_rows)).map(move |at| Origin {
            source: SourceId(source),
            line: first_line + at * step,
            layout: 0,
        })
    }

    #[test]
    fn line_after_line_takes_no_room() {
        let origins = check(&stepping(0, 2, 1, 3 * SEGMENT_ROWS + 5).collect::<Vec<_>>());
        assert_eq!((origins.runs.len(), origins.lines.len()), (1, 0));
    }

    #[test]
    fn rows_picked_out_take_four_bytes_each() {
        let given: Vec<Origin> = stepping(0, 2, 10, 2 * SEGMENT_ROWS + 1).collect();
        let origins = check(&given);
        assert!(origins.n_heap_bytes() < given.len() * LINE_BYTES + SEGMENT_ROWS as usize * size_of::<Run>());
    }

    #[test]
    fn a_segment_may_begin_and_end_anywhere_in_a_file() {
        // Dense, sparse, dense again across segments, several files, two layouts.
        let mut given: Vec<Origin> = stepping(0, 2, 1, SEGMENT_ROWS + 100).collect();
        given.extend(stepping(0, 1_000_000, 7, SEGMENT_ROWS - 100));
        given.extend(stepping(0, 3_000_000, 1, SEGMENT_ROWS + 10));
        given.extend(stepping(1, 5, 3, SEGMENT_ROWS).map(|origin| Origin { layout: 1, ..origin }));
        given.extend(stepping(2, 1, 2, 9));
        check(&given);
    }

    #[test]
    fn parts_of_a_file_out_of_order_are_put_in_order() {
        let mut given: Vec<Origin> = stepping(0, 1, 5, 20_000).collect();
        given.extend(stepping(0, 400_000, 5, 20_000));
        given.extend(stepping(0, 200_000, 5, 20_000));
        given.extend(stepping(1, 1, 5, SEGMENT_ROWS));
        given.extend(stepping(0, 600_000, 1, 10));
        check(&given);
    }

    #[test]
    fn what_was_open_can_be_forgotten() {
        let mut origins = origins(&stepping(0, 1, 3, SEGMENT_ROWS + 50).collect::<Vec<_>>());
        origins.truncate(SEGMENT_ROWS);
        for origin in stepping(4, 7, 1, 30) {
            origins.begin(origin);
            origins.end(1);
        }
        assert_eq!(origins.get(SEGMENT_ROWS - 1).line, 1 + 3 * u64::from(SEGMENT_ROWS - 1));
        assert_eq!(origins.get(SEGMENT_ROWS + 29), Origin { source: SourceId(4), line: 36, layout: 0 });
    }
}
