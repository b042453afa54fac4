//! Generations: rows become readable in all shards at once, a few times a second while loading, and the page hears of it.

use super::message::{Coverage, Event, LoadPhase, Progress};
use super::shard_message::ShardRequest;
use super::{Emit, GENERATION_EVERY_MS, READING_TO_ANSWERING, Session, Settling};
use crate::analysis::TimeExtent;
use crate::arrange::Arrange;
use crate::record::ColumnKey;

impl Session {
    /// Makes all rows readable as a new generation, where it is time for it and no question is under way: all its turns
    /// are about one generation.
    pub(super) fn begin_settling(&mut self, now_ms: f64) {
        let is_asked = self.inquiries.iter().any(|inquiry| !inquiry.is_export());
        // How long answering took, which sets the pace, is known with the next step.
        let is_pace_known = self.answering_since_ms.is_none() || self.ending.is_some();
        if self.settling.is_some() || is_asked || !is_pace_known {
            return;
        }
        if self.ending.is_some() || self.is_generation_due(now_ms) {
            self.has_unsettled = false;
            self.last_begun_ms = now_ms;
            let is_last = self.ending.is_some() || self.load.is_over();
            self.settling = Some(Settling { n_awaited: self.ready().len(), is_last });
            self.send_all(&ShardRequest::Settle { is_last });
        }
    }

    fn is_generation_due(&self, now_ms: f64) -> bool {
        if !self.load.is_loading() || self.load.is_over() {
            return self.load.is_loading();
        }
        // The first rows are waited for.
        let is_first = self.tally.n_records_read == 0 && self.members.iter().any(|member| member.has_rows);
        let is_time = now_ms - self.last_begun_ms >= GENERATION_EVERY_MS;
        let has_read = now_ms - self.last_progress_ms >= READING_TO_ANSWERING * self.answering_ms;
        self.has_unsettled && (is_first || (is_time && has_read))
    }

    /// All shards have settled.
    pub(super) fn settled(&mut self, is_last: bool, now_ms: f64, emit: Emit<'_>) {
        self.generation += 1;
        self.tally = self.load.tally();
        if is_last && self.load.is_loading() {
            self.load.end(self.ending.take().unwrap_or(LoadPhase::Loaded), now_ms);
            if !self.load.is_over() {
                // More was opened meanwhile.
                self.load.begin(now_ms);
            }
        }
        self.emit_progress(now_ms, emit);
        if self.load.phase == LoadPhase::Loaded {
            self.use_described_layouts(now_ms, emit);
        }
    }

    pub(super) fn coverage(&self) -> Coverage {
        let tally = self.load.tally();
        // While loading, more has been read than can be asked for.
        let n_bytes_read = if self.load.is_loading() { self.tally.n_bytes_read } else { tally.n_bytes_read };
        Coverage { generation: self.generation, n_bytes_read, n_bytes: tally.n_bytes }
    }

    pub(super) fn emit_progress(&mut self, now_ms: f64, emit: Emit<'_>) {
        self.last_progress_ms = now_ms;
        self.answering_ms = 0.0;
        let now = self.load.tally();
        let elapsed_ms =
            if self.load.is_loading() { now_ms - self.load.began_ms } else { self.load.elapsed_ms };
        emit(Event::Progress(Progress {
            coverage: self.coverage(),
            phase: self.load.phase.clone(),
            elapsed_ms: elapsed_ms as u64,
            n_files: self.load.n_files(),
            n_files_done: now.n_done,
            n_files_refused: now.n_refused,
            n_bytes_parsed: self.tally.n_bytes_parsed,
            options: self.load.options().clone(),
            n_records_read: self.tally.n_records_read,
            n_records: self.members.iter().map(|member| member.settled.n_records).sum(),
            n_rows: self.members.iter().map(|member| member.settled.n_rows).sum(),
            n_status_records: self.tally.n_status_records,
            n_problems: self.tally.n_problems,
            columns: self.columns(),
            time: self.time_extent().map(|extent| (extent.start_secs, extent.end_secs)),
            n_heap_bytes: self.load.n_heap_bytes()
                + self.descriptions.n_heap_bytes()
                + self.members.iter().map(|member| member.settled.n_heap_bytes).sum::<u64>(),
        }));
    }

    /// The time of all readable rows.
    pub(super) fn time_extent(&self) -> Option<TimeExtent> {
        self.members.iter().map(|member| member.settled.time).fold(None, TimeExtent::joined)
    }

    /// Columns that any shard has: AWS fields in the order of the field table, then others by name.
    fn columns(&self) -> Vec<ColumnKey> {
        let mut columns: Vec<ColumnKey> =
            self.members.iter().flat_map(|member| &member.settled.columns).cloned().collect();
        columns.arrange();
        columns.dedup();
        columns
    }
}
