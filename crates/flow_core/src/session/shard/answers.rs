//! Questions about one store, answered.

use super::Shard;
use super::exporting::Exporting;
use crate::analysis::diagnosis::{DiagnosisQuestion, RejectedTuplesQuestion, Undelivered};
use crate::analysis::direction::DirectionQuestion;
use crate::analysis::files::FilesQuestion;
use crate::analysis::outcomes::{OneSidedTuplesQuestion, OutcomesQuestion};
use crate::analysis::overview::OverviewQuestion;
use crate::analysis::packets_lost::PacketsLostQuestion;
use crate::analysis::rejected::RejectedQuestion;
use crate::analysis::requests::RequestsQuestion;
use crate::analysis::summary::SummaryQuestion;
use crate::analysis::timeline::TimelineQuestion;
use crate::analysis::{Analysis, ShardView};
use crate::query::{Filter, SortKey, SortSpec, Subject, first_rows};
use crate::record::Orientation;
use crate::session::message::{RecordRow, RowDetail, RowRef};
use crate::session::shard_message::{InquiryId, OfStretch, RowOrder, ShardAnswer, ShardAsk};

impl Shard {
    pub(super) fn answer(&mut self, inquiry: InquiryId, ask: ShardAsk) -> ShardAnswer {
        match ask {
            ShardAsk::Timeline { filter, extent, n_buckets_max, bucket_secs_min } => {
                let question = TimelineQuestion { extent, n_buckets_max, bucket_secs_min };
                ShardAnswer::Timeline(self.scan(&question, &filter))
            }
            ShardAsk::Overview { filter, metric, hand_over } => {
                ShardAnswer::Overview(Box::new(self.scan(&OverviewQuestion { metric, hand_over }, &filter)))
            }
            ShardAsk::Direction { filter } => {
                let knowledge = self.knowledge.clone();
                let question = DirectionQuestion { knowledge: &knowledge };
                ShardAnswer::Direction(self.scan(&question, &filter))
            }
            ShardAsk::RejectedPeers { filter, question } => {
                ShardAnswer::RejectedPeers(self.scan(&question, &filter))
            }
            ShardAsk::Rejected { filter, extent, peers } => {
                let knowledge = self.knowledge.clone();
                let question = RejectedQuestion { knowledge: &knowledge, peers: &peers, extent };
                ShardAnswer::Rejected(self.scan(&question, &filter))
            }
            ShardAsk::OneSidedTuples => {
                ShardAnswer::OneSidedTuples(self.scan(&OneSidedTuplesQuestion, &Filter::everything()))
            }
            ShardAsk::Outcomes { filter, tuples } => {
                let knowledge = self.knowledge.clone();
                let question = OutcomesQuestion {
                    knowledge: &knowledge,
                    tuples: &tuples,
                    undelivered: &Undelivered::default(),
                };
                ShardAnswer::Outcomes(self.scan(&question, &filter))
            }
            ShardAsk::PacketsLost { filter } => {
                ShardAnswer::PacketsLost(self.scan(&PacketsLostQuestion, &filter))
            }
            ShardAsk::RejectedTuples { filter, n_tuples_max } => {
                let question = RejectedTuplesQuestion { n_tuples_max };
                ShardAnswer::RejectedTuples(self.scan(&question, &filter))
            }
            ShardAsk::Diagnosis { filter, tuples } => {
                let knowledge = self.knowledge.clone();
                // Rules are the lead's, who finishes.
                let question = DiagnosisQuestion {
                    knowledge: &knowledge,
                    tuples: &tuples,
                    evaluator: None,
                    undelivered: &Undelivered::default(),
                };
                ShardAnswer::Diagnosis(self.scan(&question, &filter))
            }
            ShardAsk::Requests { filter } => {
                ShardAnswer::Requests(self.scan(&RequestsQuestion::default(), &filter))
            }
            ShardAsk::Summary { filter } => {
                ShardAnswer::Summary(self.scan(&SummaryQuestion { files: &[] }, &filter))
            }
            ShardAsk::Order { order, n_keys } => self.order(&order, n_keys),
            ShardAsk::Keys { order, positions } => ShardAnswer::Keys(self.keys(&order, positions)),
            ShardAsk::Rows { order, offset, n_rows, subjects } => {
                ShardAnswer::Rows(self.rows(&order, offset, n_rows, &subjects))
            }
            ShardAsk::FirstRows { filter, sort, n_rows, subjects } => {
                let store = self.kept.store();
                let chosen = self.selections.of(&filter, store).rows();
                let first = first_rows(store, store.rows(), chosen, &sort, n_rows as usize);
                let n_rows = chosen.n_rows();
                let rows = first.into_iter().map(|row| self.row(row, Some(&sort), &subjects)).collect();
                ShardAnswer::FirstRows { n_rows, rows }
            }
            ShardAsk::Detail { row } => ShardAnswer::Detail(self.detail(row)),
            ShardAsk::Report => ShardAnswer::Report(self.report()),
            ShardAsk::Files => {
                ShardAnswer::Files(self.scan(&FilesQuestion::default(), &Filter::everything()))
            }
            ShardAsk::ExportLines(filter) => {
                // A status record is about no flow, so a filter on flows leaves none.
                let with_status_records = filter.is_everything();
                let (exporting, n_records) = Exporting::lines(self.view(&filter), with_status_records);
                self.exports.insert(inquiry, exporting);
                ShardAnswer::Lines(n_records)
            }
            ShardAsk::ExportTable { order, subjects } => {
                let RowOrder { filter, sort } = order;
                let rows = self
                    .selections
                    .of(&filter, self.kept.store())
                    .sorted(sort.as_ref(), self.kept.store())
                    .clone();
                let n_rows = rows.len();
                self.exports.insert(inquiry, Exporting::table(subjects, sort, rows));
                ShardAnswer::Order { n_rows, keys: Vec::new() }
            }
            ShardAsk::ExportNext(n_max) => match self.exports.get_mut(&inquiry) {
                Some(exporting) => exporting.next(self.kept.store(), n_max),
                None => ShardAnswer::Gone,
            },
        }
    }

    fn scan<A: Analysis>(&mut self, question: &A, filter: &Filter) -> A::Partial {
        let store = self.kept.store();
        let rows = self.selections.of(filter, store).rows();
        question.remember(store, rows, &mut self.memory);
        question.scan(ShardView { store, rows, memory: Some(&self.memory) })
    }

    fn view(&mut self, filter: &Filter) -> ShardView<'_> {
        let rows = self.selections.of(filter, self.kept.store()).rows();
        ShardView { store: self.kept.store(), rows, memory: Some(&self.memory) }
    }

    fn order(&mut self, order: &RowOrder, n_keys: u32) -> ShardAnswer {
        let selection = self.selections.of(&order.filter, self.kept.store());
        let n_rows = selection.sorted(order.sort.as_ref(), self.kept.store()).len();
        let positions = super::spread(0..n_rows, n_keys);
        ShardAnswer::Order { n_rows, keys: self.keys(order, positions) }
    }

    fn keys(&mut self, order: &RowOrder, positions: Vec<u32>) -> Vec<(u32, SortKey)> {
        let store = self.kept.store();
        let rows = self.selections.of(&order.filter, store).sorted(order.sort.as_ref(), store);
        let key = |at: u32| (at, SortKey::new(store, store.rows(), rows.get(at), order.sort.as_ref()));
        positions.into_iter().filter(|at| *at < rows.len()).map(key).collect()
    }

    fn rows(
        &mut self,
        order: &RowOrder,
        offset: u32,
        n_rows: u32,
        subjects: &[Subject],
    ) -> Vec<(SortKey, RecordRow)> {
        let store = self.kept.store();
        let rows = self.selections.of(&order.filter, store).sorted(order.sort.as_ref(), store);
        let rows = rows.slice(offset, n_rows);
        rows.into_iter().map(|row| self.row(row, order.sort.as_ref(), subjects)).collect()
    }

    /// A row with its place in an order.
    fn row(&self, row: u32, sort: Option<&SortSpec>, subjects: &[Subject]) -> (SortKey, RecordRow) {
        let store = self.kept.store();
        let table = store.rows();
        let cells = subjects.iter().map(|subject| subject.value(store, table, row)).collect();
        let key = SortKey::new(store, table, row, sort);
        (key, RecordRow { row: RowRef { shard: self.number, row }, cells })
    }

    fn detail(&self, row: u32) -> Option<OfStretch<RowDetail>> {
        let store = self.kept.store();
        let table = store.rows();
        if row >= table.n_readable() {
            return None;
        }
        let origin = table.origin(row);
        let columns = store.layout(origin.layout).columns();
        let fields = columns.iter().map(|key| (key.clone(), store.cell(table, row, key))).collect();
        let value = |subject: Subject| subject.value(store, table, row);
        let (segment, at) = table.locate(row);
        let code = segment.orientation().get(at as usize);
        let detail = RowDetail {
            row: RowRef { shard: self.number, row },
            file: String::new(),
            line: None,
            n_records: segment.n_records().get(at).filter(|_| store.is_rolled_up()),
            text: store.line(table, row),
            fields,
            orientation: code.map_or(Orientation::UNKNOWN, |&code| Orientation::from_code(code)),
            local: (value(Subject::LocalAddress), value(Subject::LocalPort)),
            remote: (value(Subject::RemoteAddress), value(Subject::RemotePort)),
        };
        Some(OfStretch { source: origin.source, line: origin.line, it: detail })
    }
}
