//! What is remembered changes no answer: rows come, settle and change their direction between questions, and every
//! answer is that of a scan that remembers nothing, over rows that were chosen one by one.

use flow_core::analysis::direction::DirectionQuestion;
use flow_core::analysis::interface::InterfaceKnowledge;
use flow_core::analysis::overview::OverviewQuestion;
use flow_core::analysis::rejected::{PeersQuestion, RejectedPeers, RejectedQuestion};
use flow_core::analysis::time_extent::time_extent;
use flow_core::analysis::timeline::TimelineQuestion;
use flow_core::analysis::{Analysis, Memory, Metric, ShardView};
use flow_core::parse::{Layout, RawRow, RawValue, RowSink, SourceId};
use flow_core::query::{ClauseCache, Filter, RowSet, parse_filter};
use flow_core::record::{Address, Orientation};
use flow_core::store::{SEGMENT_ROWS, Store};
use flow_testkit::filters::any_filter;
use proptest::prelude::*;

/// A store, and what was remembered of it and of others before it.
#[derive(Default)]
struct Asked {
    memory: Memory,
    clauses: ClauseCache,
}

impl Asked {
    fn check(&mut self, store: &Store, filter: &Filter) {
        let rows = self.clauses.select(filter, store);
        assert_eq!(rows, RowSet::select(filter, store, store.rows()), "{filter}");
        let (knowledge, extent) = (InterfaceKnowledge::default(), time_extent(store));
        self.ask(store, &rows, &OverviewQuestion::by(Metric::Bytes));
        // What was counted just now.
        self.ask(store, &rows, &OverviewQuestion::by(Metric::Rows));
        self.ask(store, &rows, &TimelineQuestion { extent, n_buckets_max: 50, bucket_secs_min: 1 });
        self.ask(store, &rows, &DirectionQuestion { knowledge: &knowledge });
        let question = PeersQuestion::of_shards(1);
        let peers = self.peers(store, &rows, &question);
        let first = self.peers(store, &rows, &PeersQuestion::of_shards(8));
        first.second_question().iter().for_each(|second| drop(self.peers(store, &rows, second)));
        self.ask(store, &rows, &RejectedQuestion { knowledge: &knowledge, peers: &peers, extent });
    }

    /// Ends come in any order.
    fn peers(&mut self, store: &Store, rows: &RowSet, question: &PeersQuestion) -> RejectedPeers {
        question.remember(store, rows, &mut self.memory);
        let answer = |memory| question.scan(ShardView { store, rows, memory }).in_order();
        assert_eq!(answer(Some(&self.memory)), answer(None));
        answer(None)
    }

    fn ask<A: Analysis<Answer: std::fmt::Debug + PartialEq>>(
        &mut self,
        store: &Store,
        rows: &RowSet,
        question: &A,
    ) {
        question.remember(store, rows, &mut self.memory);
        let answer = |memory| question.finish(question.scan(ShardView { store, rows, memory }));
        assert_eq!(answer(Some(&self.memory)), answer(None));
    }
}

/// What happens to a load between two questions.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Rows are added and made readable.
    Rows(u32),
    /// It becomes known which way rows went.
    Orient(u8),
    /// Another load takes its place, as after all that was read last is taken back.
    Restart,
    /// There is time to prepare for questions, or a little.
    Rest(u8),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..SEGMENT_ROWS).prop_map(Step::Rows),
        2 => (0..Orientation::N_CODES).prop_map(Step::Orient),
        1 => Just(Step::Restart),
        2 => (0..20u8).prop_map(Step::Rest),
    ]
}

/// Adds rows in which all values differ in how often they come; sizes are now and then hostile.
fn add_rows(store: &mut Store, n_rows: u32, is_hostile: bool) {
    let names = "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action";
    store.begin(SourceId(0), &Layout::from_names(names.split(' ')));
    let first = store.rows().n_rows();
    let mut state = u64::from(first) * 2 + 1;
    let mut next = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for row in first..first + n_rows {
        let absent_or = |value, is_absent| if is_absent { RawValue::Absent } else { value };
        let start = 1_700_000_000 + u64::from(row / 50) + next(3);
        let address = |at: u64| RawValue::Address(Address::V4(0x0a00_0000 + at as u32));
        let bytes = if is_hostile && next(1_000) == 0 { u64::MAX - 1 - next(9) } else { next(1 << 20) };
        let values = [
            RawValue::Text(["eni-1", "eni-10", "eni-2"][next(3) as usize]),
            absent_or(address(next(4)), next(9) == 0),
            address(next(1_000)),
            RawValue::Number(next(65_536)),
            absent_or(RawValue::Number([22, 80, 443, 40_000][next(4) as usize]), next(20) == 0),
            RawValue::Number([6, 17, 1][next(3) as usize]),
            RawValue::Number(1 + next(100)),
            RawValue::Number(bytes),
            absent_or(RawValue::Number(start), next(5_000) == 0),
            absent_or(RawValue::Number(start + [59, 60, 61, 600][next(4) as usize]), next(7_000) == 0),
            absent_or(RawValue::Text(["ACCEPT", "REJECT"][usize::from(next(9) == 0)]), next(300) == 0),
        ];
        store.row(RawRow { line: u64::from(row) + 2, values: &values, odd: &[] });
    }
    store.settle();
}

fn orient(store: &mut Store, seed: u8) {
    for segment in store.rows_mut().segments_mut() {
        let code = |at: u32| ((at / 3 + u32::from(seed)) % u32::from(Orientation::N_CODES)) as u8;
        segment.set_orientation((0..segment.n_rows()).map(code).collect());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn nothing_remembered_outlives_what_it_was_made_of(
        steps in prop::collection::vec((any_step(), prop::collection::vec(any_filter(), 1..4)), 1..7),
        is_hostile in prop::bool::weighted(0.3),
    ) {
        let (mut store, mut asked) = (Store::default(), Asked::default());
        for (step, filters) in &steps {
            match *step {
                Step::Rows(n_rows) => add_rows(&mut store, n_rows, is_hostile),
                Step::Orient(seed) => orient(&mut store, seed),
                Step::Restart => store = Store::default(),
                Step::Rest(n_times) => {
                    let mut times = 0..n_times;
                    while times.next().is_some() && asked.memory.prepare(&store) {}
                }
            }
            for filter in filters.iter().chain([&Filter::everything()]) {
                asked.check(&store, filter);
            }
        }
    }
}

/// As a brush chooses them: stretches of time that begin and end within segments that are counted together, or cover them.
#[test]
fn stretches_of_time_are_those_of_rows_counted_one_by_one() {
    for is_hostile in [false, true] {
        let (mut store, mut asked) = (Store::default(), Asked::default());
        // In pieces, so that counts are begun and gone on with.
        for n_segments in [3, 2, 4] {
            add_rows(&mut store, n_segments * SEGMENT_ROWS + 7_000, is_hostile);
            let first = 1_700_000_000;
            let n_secs = u64::from(store.rows().n_rows()) / 50;
            let filters = [(0, 2), (3, 97), (10, 45), (45, 55), (30, 101), (60, 61)].map(|(from, to)| {
                let (from, to) = (first + n_secs * from / 100, first + n_secs * to / 100);
                format!("start >= {from} and start < {to}")
            });
            for text in filters.iter().map(String::as_str).chain(["", "dstport = 443", "srcaddr != 10.0.0.1"])
            {
                let filter = parse_filter(text).expect(text);
                let rows = asked.clauses.select(&filter, &store);
                asked.ask(&store, &rows, &OverviewQuestion::by(Metric::Bytes));
            }
        }
    }
}
