//! Questions to answers: which rows, which analysis.

use super::message::{Answer, Event, Question, RecordRow, RecordsPage, RequestId, RowDetail, RowRef};
use super::shard::Shard;
use super::{Emit, ExportJob, SELECTIONS_KEPT, Session};
use crate::analysis::direction::DirectionQuestion;
use crate::analysis::overview::OverviewQuestion;
use crate::analysis::rejected::RejectedQuestion;
use crate::analysis::timeline::{TimelineQuestion, time_extent};
use crate::analysis::{self, Analysis};
use crate::query::{Filter, RowSet, SortSpec, SortedRows, Subject, merge_page, sort_rows};
use crate::record::Orientation;

/// Rows in one answer, whatever was asked for: more than any screen shows, and few enough to answer at once.
const PAGE_ROWS_MAX: u32 = 1_000;

/// The rows that a filter leaves, and their order where somebody asked for one.
pub struct Selection {
    filter: Filter,
    /// One for each shard.
    rows: Vec<RowSet>,
    sorted: Option<(Option<SortSpec>, Vec<SortedRows>)>,
}

impl Session {
    pub(super) fn answer(&mut self, id: RequestId, question: Question, emit: Emit<'_>) {
        self.orient();
        let answer = match question {
            Question::Timeline { filter, n_buckets_max } => {
                let extent = time_extent(self.shards.iter().map(Shard::store));
                Answer::Timeline(self.analyse(&filter, &TimelineQuestion { extent, n_buckets_max }))
            }
            Question::Overview { filter, metric } => {
                Answer::Overview(self.analyse(&filter, &OverviewQuestion { metric }))
            }
            Question::Direction { filter } => {
                let knowledge = self.knowledge.clone();
                Answer::Direction(self.analyse(&filter, &DirectionQuestion { knowledge: &knowledge }))
            }
            Question::Rejected { filter } => {
                let extent = time_extent(self.shards.iter().map(Shard::store));
                let knowledge = self.knowledge.clone();
                Answer::Rejected(self.analyse(&filter, &RejectedQuestion { extent, knowledge: &knowledge }))
            }
            Question::Records { filter, sort, subjects, offset, n_rows } => {
                Answer::Records(self.records(&filter, sort.as_ref(), &subjects, offset, n_rows))
            }
            Question::Detail { row } => match self.detail(row) {
                Some(detail) => Answer::Detail(detail),
                None => {
                    emit(Event::Failed { id, message: "That row is not loaded any more.".to_owned() });
                    return;
                }
            },
            Question::Report => Answer::Report(self.load.reports(&self.shards).cloned().collect()),
            Question::Export { kind, filter, sort } => {
                if let Some(older) = self.export.take() {
                    emit(Event::Superseded { id: older.id() });
                }
                let summary = super::export_job::needs_summary(&kind).then(|| self.summary(&filter));
                let selection = self.sorted_selection(&filter, sort.as_ref());
                let sorted = selection.1.to_vec();
                self.export = Some(ExportJob::new(id, kind, sort, sorted, summary));
                return;
            }
        };
        emit(Event::Answered { id, answer, coverage: self.coverage() });
    }
}
