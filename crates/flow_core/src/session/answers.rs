//! Questions to answers: which rows, which analysis.

use super::export_job::{ExportJob, Work};
use super::message::{
    Answer, Event, ExportKind, Question, RecordRow, RecordsPage, RequestId, RowDetail, RowRef,
};
use super::shard::{Shard, time_extent};
use super::{Emit, SELECTIONS_KEPT, Session};
use crate::analysis::direction::DirectionQuestion;
use crate::analysis::interface::InterfaceKnowledge;
use crate::analysis::overview::OverviewQuestion;
use crate::analysis::rejected::RejectedQuestion;
use crate::analysis::summary::SummaryQuestion;
use crate::analysis::timeline::TimelineQuestion;
use crate::analysis::{self, Analysis};
use crate::parse::FileReport;
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
                let extent = time_extent(&self.shards);
                Answer::Timeline(self.analyse(&filter, |_| TimelineQuestion { extent, n_buckets_max }))
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
        let rows = &self.selections[at].rows;
        let views = self.shards.iter().zip(rows).map(|(shard, rows)| shard.view(rows));
        analysis::answer(&question(&self.knowledge), views).expect("a session has at least one shard")
    }

    /// Where in `selections` the rows are that a filter leaves.
    fn select(&mut self, filter: &Filter) -> usize {
        if let Some(at) = self.selections.iter().position(|selection| selection.filter == *filter) {
            return at;
        }
        let select = |shard: &Shard| RowSet::select(filter, shard.store(), shard.store().rows());
        let rows = self.shards.iter().map(select).collect();
        self.selections.truncate(SELECTIONS_KEPT - 1);
        self.selections.push_front(Selection { filter: filter.clone(), rows, sorted: None });
        0
    }

    /// The same with the rows in order.
    fn select_sorted(&mut self, filter: &Filter, sort: Option<&SortSpec>) -> &[SortedRows] {
        let at = self.select(filter);
        let selection = &mut self.selections[at];
        if selection.sorted.as_ref().is_none_or(|(known, _)| known.as_ref() != sort) {
            let sorted = self
                .shards
                .iter()
                .zip(&selection.rows)
                .map(|(shard, rows)| sort_rows(shard.store(), shard.store().rows(), rows, sort))
                .collect();
            selection.sorted = Some((sort.cloned(), sorted));
        }
        selection.sorted.as_ref().map(|(_, sorted)| &**sorted).unwrap_or_default()
    }

    fn records(
        &mut self,
        filter: &Filter,
        sort: Option<&SortSpec>,
        subjects: &[Subject],
        offset: u64,
        n_rows: u32,
    ) -> RecordsPage {
        let sorted = self.select_sorted(filter, sort).to_vec();
        let page = page_of(&self.shards, &sorted, sort, offset, n_rows.min(PAGE_ROWS_MAX));
        let row = |row: RowRef| {
            let store = self.shards[usize::from(row.shard)].store();
            let cell = |subject: &Subject| subject.value(store, store.rows(), row.row);
            RecordRow { row, cells: subjects.iter().map(cell).collect() }
        };
        RecordsPage {
            n_rows: sorted.iter().map(|rows| u64::from(rows.len())).sum(),
            offset,
            rows: page.into_iter().map(row).collect(),
        }
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
                Work::records(&self.shards, &self.selections[at].rows, filter.is_everything())
            }
            ExportKind::Csv(subjects) => {
                Work::csv(subjects, self.select_sorted(filter, sort.as_ref()).to_vec(), sort)
            }
        };
        self.export = Some(ExportJob::new(id, work));
    }
}

/// Rows of all shards together, in one order.
pub fn page_of(
    shards: &[Shard],
    sorted: &[SortedRows],
    sort: Option<&SortSpec>,
    offset: u64,
    n_rows: u32,
) -> Vec<RowRef> {
    let sides: Vec<_> =
        shards.iter().zip(sorted).map(|(shard, rows)| (shard.store(), shard.store().rows(), rows)).collect();
    let row_ref = |(shard, row): (usize, u32)| RowRef { shard: shard as u16, row };
    merge_page(&sides, sort, offset, n_rows).into_iter().map(row_ref).collect()
}
