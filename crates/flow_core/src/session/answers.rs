//! Questions to answers: which rows, which analysis.

use super::export_job::{ExportJob, Work};
use super::message::{
    Answer, Event, ExportKind, Question, RecordRow, RecordsPage, RequestId, RowDetail, RowRef,
};
use super::selection::{Selection, page_of};
use super::shard::time_extent;
use super::{Emit, SELECTIONS_KEPT, Session};
use crate::analysis::direction::DirectionQuestion;
use crate::analysis::interface::InterfaceKnowledge;
use crate::analysis::overview::OverviewQuestion;
use crate::analysis::rejected::RejectedQuestion;
use crate::analysis::summary::SummaryQuestion;
use crate::analysis::timeline::TimelineQuestion;
use crate::analysis::{self, Analysis};
use crate::intake::MINUTE_SECS;
use crate::parse::FileReport;
use crate::query::{Filter, SortSpec, Subject};
use crate::record::Orientation;

/// Rows in one answer, whatever was asked for: more than any screen shows, and few enough to answer at once.
const PAGE_ROWS_MAX: u32 = 1_000;

impl Session {
    pub(super) fn answer(&mut self, id: RequestId, question: Question, emit: Emit<'_>) {
        self.orient();
        let answer = match question {
            Question::Timeline { filter, n_buckets_max } => {
                let extent = time_extent(&self.shards);
                let bucket_secs_min = if self.load.options().is_exact() { 1 } else { MINUTE_SECS };
                Answer::Timeline(self.analyse(&filter, |_| TimelineQuestion {
                    extent,
                    n_buckets_max,
                    bucket_secs_min,
                }))
            }
            Question::Overview { filter, metric } => {
                Answer::Overview(self.analyse(&filter, |_| OverviewQuestion { metric }))
            }
            Question::Direction { filter } => {
                Answer::Direction(self.analyse(&filter, |knowledge| DirectionQuestion { knowledge }))
            }
            Question::Rejected { filter } => {
                let extent = time_extent(&self.shards);
                Answer::Rejected(self.analyse(&filter, |knowledge| RejectedQuestion { knowledge, extent }))
            }
            Question::Records { filter, sort, subjects, offset, n_rows } => {
                Answer::Records(self.records(&filter, sort.as_ref(), &subjects, offset, n_rows))
            }
            Question::Detail { row } => match self.detail(row) {
                Some(detail) => Answer::Detail(detail),
                None => {
                    let message = "That row is not loaded any more. Open another one.".to_owned();
                    emit(Event::Failed { id, message });
                    return;
                }
            },
            Question::Report => Answer::Report(self.load.reports(&self.shards).cloned().collect()),
            Question::Export { kind, filter, sort } => {
                self.begin_export(id, kind, &filter, sort, emit);
                return;
            }
        };
        emit(Event::Answered { id, answer, coverage: self.coverage() });
    }

    /// Asks every shard about the rows that the filter leaves.
    fn analyse<'a, A: Analysis>(
        &'a mut self,
        filter: &Filter,
        question: impl FnOnce(&'a InterfaceKnowledge) -> A,
    ) -> A::Answer {
        let at = self.select(filter);
        let question = question(&self.knowledge);
        self.shards.iter_mut().for_each(|shard| shard.remember(&question));
        let rows = self.selections[at].rows();
        let views = self.shards.iter().zip(rows).map(|(shard, rows)| shard.view(rows));
        analysis::answer(&question, views).expect("a session has at least one shard")
    }

    /// Where in `selections` the rows are that a filter leaves.
    fn select(&mut self, filter: &Filter) -> usize {
        if let Some(at) = self.selections.iter().position(|selection| selection.is_of(filter)) {
            return at;
        }
        self.selections.truncate(SELECTIONS_KEPT - 1);
        self.selections.push_front(Selection::new(filter, &self.shards));
        0
    }

    fn records(
        &mut self,
        filter: &Filter,
        sort: Option<&SortSpec>,
        subjects: &[Subject],
        offset: u64,
        n_rows: u32,
    ) -> RecordsPage {
        let at = self.select(filter);
        let sorted = self.selections[at].sorted(sort, &self.shards);
        let page = page_of(&self.shards, sorted, sort, offset, n_rows.min(PAGE_ROWS_MAX));
        let n_rows = sorted.iter().map(|rows| u64::from(rows.len())).sum();
        let row = |row: RowRef| {
            let store = self.shards[usize::from(row.shard)].store();
            let cell = |subject: &Subject| subject.value(store, store.rows(), row.row);
            RecordRow { row, cells: subjects.iter().map(cell).collect() }
        };
        RecordsPage { n_rows, offset, rows: page.into_iter().map(row).collect() }
    }

    fn detail(&self, row: RowRef) -> Option<RowDetail> {
        let store = self.shards.get(usize::from(row.shard))?.store();
        let table = store.rows();
        if row.row >= table.n_readable() {
            return None;
        }
        let origin = table.origin(row.row);
        let columns = store.layout(origin.layout).columns();
        let fields = columns.iter().map(|key| (key.clone(), store.cell(table, row.row, key))).collect();
        let value = |subject: Subject| subject.value(store, table, row.row);
        let (segment, at) = table.locate(row.row);
        let code = segment.orientation().get(at as usize);
        Some(RowDetail {
            row,
            file: self.load.file_name(origin.source).to_owned(),
            line: origin.line,
            n_records: segment.n_records().get(at).filter(|_| store.is_rolled_up()),
            text: store.line(table, row.row),
            fields,
            orientation: code.map_or(Orientation::UNKNOWN, |&code| Orientation::from_code(code)),
            local: (value(Subject::LocalAddress), value(Subject::LocalPort)),
            remote: (value(Subject::RemoteAddress), value(Subject::RemotePort)),
        })
    }

    fn begin_export(
        &mut self,
        id: RequestId,
        kind: ExportKind,
        filter: &Filter,
        sort: Option<SortSpec>,
        emit: Emit<'_>,
    ) {
        if let Some(older) = self.export.take() {
            emit(Event::Superseded { id: older.id() });
        }
        let work = match kind {
            ExportKind::Summary => {
                let files: Vec<FileReport> = self.load.reports(&self.shards).cloned().collect();
                Work::summary(&self.analyse(filter, |_| SummaryQuestion { files: &files }))
            }
            ExportKind::Records => {
                let at = self.select(filter);
                // A status record is about no flow, so a filter on flows leaves none.
                Work::records(&self.shards, self.selections[at].rows(), filter.is_everything())
            }
            ExportKind::Csv(subjects) => {
                let at = self.select(filter);
                let sorted = self.selections[at].sorted(sort.as_ref(), &self.shards).to_vec();
                Work::csv(subjects, sorted, sort)
            }
        };
        self.export = Some(ExportJob::new(id, work));
    }
}
