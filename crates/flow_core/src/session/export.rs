//! An export under way: text of the shards put together in order, a part with each turn, so that nothing else has to
//! wait for it.

use std::collections::VecDeque;

use super::inquiry::{Asks, Turn};
use super::shard_message::{RowOrder, ShardAnswer, ShardAsk};
use crate::analysis::export::{CsvText, Format};
use crate::arrange::Arrange;
use crate::query::{SortKey, Subject};

/// Rows of a table asked of a shard at once.
const TABLE_ROWS_AT_ONCE: u32 = 1_024;

/// All records as JSON lines in load order: every stretch of a file is in one shard, so it is a shard at a time.
pub struct LinesExport {
    /// The shard that has the next records, and how many of them come before another's turn.
    turns: VecDeque<(u16, u64)>,
    has_begun: bool,
}

/// A sorted table as CSV: shards take turns row by row.
pub struct TableExport {
    descending: bool,
    head: Vec<u8>,
    sides: Vec<TableSide>,
}

struct TableSide {
    shard: u16,
    /// Lines of it that are not written yet.
    lines: VecDeque<(SortKey, Vec<u8>)>,
    has_more: bool,
}

/// What an export that cannot go on says.
const GONE: &str = "Rows were taken back while the export was written, because a file changes its layout further down. \
                    Export again.";

impl LinesExport {
    pub fn new() -> LinesExport {
        LinesExport { turns: VecDeque::new(), has_begun: false }
    }

    pub fn resume(&mut self, answers: Vec<(u16, ShardAnswer)>) -> Turn {
        let mut part = Vec::new();
        let mut counts = Vec::new();
        for (shard, answer) in answers {
            match answer {
                ShardAnswer::Lines(sources) => {
                    counts.extend(sources.into_iter().map(|(source, n_records)| (source, shard, n_records)));
                }
                ShardAnswer::Text { bytes, n_records } => {
                    part = bytes;
                    if let Some((_, n_left)) = self.turns.front_mut() {
                        *n_left -= n_records;
                    }
                }
                _ => return Turn::End(Err(GONE.to_owned())),
            }
        }
        if !self.has_begun {
            self.has_begun = true;
            counts.arrange();
            for (_, shard, n_records) in counts {
                match self.turns.back_mut() {
                    Some((last, n_left)) if *last == shard => *n_left += n_records,
                    _ => self.turns.push_back((shard, n_records)),
                }
            }
        }
        while self.turns.front().is_some_and(|(_, n_left)| *n_left == 0) {
            self.turns.pop_front();
        }
        let asks: Asks = self
            .turns
            .front()
            .map(|(shard, n_left)| (*shard, ShardAsk::ExportNext(u32::try_from(*n_left).unwrap_or(u32::MAX))))
            .into_iter()
            .collect();
        turn(part, asks, "flowglass-records.jsonl", "application/jsonl")
    }
}

impl TableExport {
    pub fn new(order: &RowOrder, subjects: &[Subject]) -> TableExport {
        let mut head = Vec::new();
        CsvText::new(subjects.to_vec()).begin(&mut head);
        let descending = order.sort.as_ref().is_some_and(|sort| sort.descending);
        TableExport { descending, head, sides: Vec::new() }
    }

    pub fn resume(&mut self, answers: Vec<(u16, ShardAnswer)>) -> Turn {
        let mut part = std::mem::take(&mut self.head);
        for (shard, answer) in answers {
            match answer {
                ShardAnswer::Order { n_rows, .. } => {
                    self.sides.push(TableSide { shard, lines: VecDeque::new(), has_more: n_rows > 0 });
                }
                ShardAnswer::Table(lines) => {
                    let side = self.sides.iter_mut().find(|side| side.shard == shard);
                    let side = side.expect("only shards that have begun are asked on");
                    side.has_more = lines.len() == TABLE_ROWS_AT_ONCE as usize;
                    side.lines.extend(lines);
                }
                _ => return Turn::End(Err(GONE.to_owned())),
            }
        }
        self.write_what_is_certain(&mut part);
        let asks = self
            .sides
            .iter()
            .filter(|side| side.has_more && side.lines.is_empty())
            .map(|side| (side.shard, ShardAsk::ExportNext(TABLE_ROWS_AT_ONCE)))
            .collect();
        turn(part, asks, "flowglass-rows.csv", "text/csv")
    }

    /// Lines in order, until a shard has none left and may have more.
    fn write_what_is_certain(&mut self, out: &mut Vec<u8>) {
        while self.sides.iter().all(|side| !side.has_more || !side.lines.is_empty()) {
            let first = self
                .sides
                .iter_mut()
                .filter(|side| !side.lines.is_empty())
                .min_by(|a, b| a.lines[0].0.compare(&b.lines[0].0, self.descending));
            let Some((_, line)) = first.and_then(|side| side.lines.pop_front()) else { return };
            out.extend_from_slice(&line);
        }
    }
}

fn turn(part: Vec<u8>, asks: Asks, file_name: &str, media_type: &str) -> Turn {
    if asks.is_empty() { Turn::last_part(part, file_name, media_type) } else { Turn::Part(part, asks) }
}
