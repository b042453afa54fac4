//! A lead with shards in other memories: messages take their time and overtake those of other shards, large files are
//! read in stretches, and the answers are those of one session that reads all by itself.

use std::collections::VecDeque;

use flow_core::analysis::Metric;
use flow_core::analysis::overview::HandOver;
use flow_core::parse::Layout;
use flow_core::query::{Filter, SortSpec, Subject, parse_filter};
use flow_core::record::{DEFAULT_LAYOUT, Field, Value};
use flow_core::sample::{SampleLog, SampleSpec};
use flow_core::session::message::{
    Answer, Command, Event, ExportKind, FileMeta, LoadPhase, Progress, Question, Request, RequestId, RowRef,
};
use flow_core::session::shard::Shard;
use flow_core::session::shard_message::{ShardAsk, ShardReply, ShardRequest};
use flow_core::session::{Session, SessionOptions, Step, n_shards_for};
use flow_testkit::wrap::Wrap;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A small generator: what happens next depends on nothing else.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n as u64) as usize
    }
}

/// As between two workers.
fn carried<T: Serialize + DeserializeOwned>(message: &T) -> T {
    let bytes = postcard::to_allocvec(message).expect("every message can be encoded");
    postcard::from_bytes(&bytes).expect("what was encoded can be decoded")
}

/// A shard elsewhere, with what is on its way.
#[derive(Default)]
struct Other {
    shard: Shard,
    to: VecDeque<ShardRequest>,
    from: VecDeque<ShardReply>,
}

struct World {
    lead: Session,
    others: Vec<Other>,
    files: Vec<Vec<u8>>,
    events: Vec<Event>,
    chance: Chance,
    chunk_bytes_max: usize,
    next_id: u32,
    now_ms: f64,
    /// What a question to a shard elsewhere takes.
    question_ms: f64,
    /// What all of them took.
    questions_ms: f64,
}

impl World {
    fn new(n_others: usize, options: SessionOptions, chunk_bytes_max: usize, seed: u64) -> World {
        let mut lead = Session::new(options);
        let mut others: Vec<Other> = Vec::new();
        for _ in 0..n_others {
            lead.add_shard_elsewhere();
            others.push(Other { from: VecDeque::from([ShardReply::Ready]), ..Other::default() });
        }
        World {
            lead,
            others,
            files: Vec::new(),
            events: Vec::new(),
            chance: Chance(seed),
            chunk_bytes_max,
            next_id: 0,
            now_ms: 0.0,
            question_ms: 0.0,
            questions_ms: 0.0,
        }
    }

    fn submit(&mut self, command: Command) -> RequestId {
        let id = RequestId(self.next_id);
        self.next_id += 1;
        self.lead.submit(Request { id, command }, self.now_ms, &mut |event| self.events.push(event));
        self.collect();
        id
    }

    fn open(&mut self, files: &[Vec<u8>]) {
        self.files.extend(files.iter().cloned());
        let meta = |(at, bytes): (usize, &Vec<u8>)| FileMeta {
            name: format!("{at}.log"),
            n_bytes: bytes.len() as u64,
        };
        self.submit(Command::Open(files.iter().enumerate().map(meta).collect()));
    }

    /// Takes what the lead sends; true where it sends anything.
    fn collect(&mut self) -> bool {
        let posts = self.lead.take_posts();
        let is_any = !posts.is_empty();
        for (shard, request) in posts {
            self.others[usize::from(shard) - 1].to.push_back(request);
        }
        is_any
    }

    /// Something happens: somebody works, or a message arrives. False where nothing was there to do.
    fn happen(&mut self) -> bool {
        self.now_ms += 5.0;
        let n_others = self.others.len();
        // Whatever is chosen first, all are tried before the world stands still.
        let first = self.chance.below(1 + 3 * n_others);
        (0..=3 * n_others).any(|turn| match (first + turn) % (1 + 3 * n_others) {
            0 => self.lead_works(),
            at if at <= n_others => self.other_works(at - 1),
            at if at <= 2 * n_others => self.arrives_there(at - 1 - n_others),
            at => self.arrives_here(at - 1 - 2 * n_others),
        })
    }

    fn chunk_of(chance: &mut Chance, bytes: &[u8], offset: u64, max: usize) -> (usize, usize) {
        let first = bytes.len().min(offset as usize);
        (first, bytes.len().min(first + 1 + chance.below(max)))
    }

    fn lead_works(&mut self) -> bool {
        let (now_ms, events) = (self.now_ms, &mut self.events);
        let mut emit = |event| events.push(event);
        let step = self.lead.step(now_ms, &mut emit);
        if let Step::Read(source) = step {
            let (file, offset) = self.lead.place(source).expect("what is read has a place");
            let bytes = &self.files[file as usize];
            let (first, end) = World::chunk_of(&mut self.chance, bytes, offset, self.chunk_bytes_max);
            if first == end {
                self.lead.finish(source, now_ms, &mut emit);
            } else {
                self.lead.push(source, &bytes[first..end], now_ms, &mut emit);
            }
        }
        self.collect() || step != Step::Idle
    }

    fn other_works(&mut self, at: usize) -> bool {
        let Other { shard, from, .. } = &mut self.others[at];
        let mut n_answers = 0;
        let mut say = |reply: ShardReply| {
            n_answers += u32::from(matches!(reply, ShardReply::Answered { .. }));
            from.push_back(carried(&reply));
        };
        let step = shard.step(self.now_ms, &mut say);
        if let Step::Read(source) = step {
            let (file, offset) = shard.place(source).expect("what is read has a place");
            let bytes = &self.files[file as usize];
            let (first, end) = World::chunk_of(&mut self.chance, bytes, offset, self.chunk_bytes_max);
            if first == end {
                shard.finish(source, &mut say);
            } else {
                shard.push(source, &bytes[first..end], self.now_ms, &mut say);
            }
        }
        self.questions_ms += f64::from(n_answers) * self.question_ms;
        self.now_ms += f64::from(n_answers) * self.question_ms;
        step != Step::Idle
    }

    /// Does what was asked of it, and reads nothing; false where nothing was asked.
    fn other_works_off(&mut self, at: usize) -> bool {
        let Other { shard, from, .. } = &mut self.others[at];
        shard.next_is_question().is_some()
            && shard.step(self.now_ms, &mut |reply| from.push_back(carried(&reply))) == Step::Worked
    }

    fn arrives_there(&mut self, at: usize) -> bool {
        let Some(request) = self.others[at].to.pop_front() else { return false };
        self.others[at].shard.submit(carried(&request));
        true
    }

    fn arrives_here(&mut self, at: usize) -> bool {
        let Some(reply) = self.others[at].from.pop_front() else { return false };
        self.lead.receive(at as u16 + 1, reply, self.now_ms, &mut |event| self.events.push(event));
        self.collect();
        true
    }

    fn run(&mut self) {
        while self.happen() {}
    }

    fn ask(&mut self, question: Question) -> Answer {
        let id = self.submit(Command::Ask(question));
        self.run();
        self.answer(id).unwrap_or_else(|| panic!("no answer: {:?}", self.events.last()))
    }

    fn answer(&self, wanted: RequestId) -> Option<Answer> {
        self.events.iter().find_map(|event| match event {
            Event::Answered { id, answer, .. } if *id == wanted => Some(answer.clone()),
            _ => None,
        })
    }

    fn export(&mut self, kind: ExportKind, filter: Filter, sort: Option<SortSpec>) -> String {
        let wanted = self.submit(Command::Ask(Question::Export { kind, filter, sort }));
        self.run();
        assert!(matches!(self.answer(wanted), Some(Answer::Exported { .. })), "{:?}", self.events.last());
        let mut bytes = Vec::new();
        for event in &self.events {
            if let Event::ExportPart { id, bytes: part } = event
                && *id == wanted
            {
                bytes.extend_from_slice(part);
            }
        }
        String::from_utf8(bytes).expect("exports are text")
    }

    fn progress(&self) -> &Progress {
        let last = self.events.iter().rev().find_map(|event| match event {
            Event::Progress(progress) => Some(progress),
            _ => None,
        });
        last.expect("progress comes unasked")
    }

    /// All that a person can see of the load, rows named by what they hold.
    fn all_answers(&mut self) -> Vec<String> {
        let mut answers = Vec::new();
        let mut subjects: Vec<Subject> = DEFAULT_LAYOUT.map(Subject::from).to_vec();
        subjects.extend(Subject::DERIVED);
        for text in ["", "reject", "srcport = 1 and srcport = 2"] {
            let filter = parse_filter(text).expect("a good filter");
            answers.push(format!(
                "{:?}",
                self.ask(Question::Timeline { filter: filter.clone(), n_buckets_max: 60 })
            ));
            answers.push(format!(
                "{:?}",
                self.ask(Question::Overview { filter: filter.clone(), metric: Metric::Bytes })
            ));
            answers.push(format!("{:?}", self.ask(Question::Direction { filter: filter.clone() })));
            answers.push(format!("{:?}", self.ask(Question::Rejected { filter: filter.clone() })));
            answers.push(format!("{:?}", self.ask(Question::Findings { filter: filter.clone() })));
            answers.push(self.export(ExportKind::Diagnosis, filter.clone(), None));
            answers.push(format!("{:?}", self.ask(Question::PacketsLost { filter: filter.clone() })));
            answers.push(format!("{:?}", self.ask(Question::Outcomes { filter: filter.clone() })));
            for (sort, offset) in [
                (None, 0),
                (None, 777),
                (sort(Field::BYTES, true), 1_003),
                (sort(Subject::RemoteAddress, false), 2_501),
                (sort(Field::START, false), u64::MAX),
            ] {
                let question = Question::Records {
                    filter: filter.clone(),
                    sort,
                    subjects: subjects.clone(),
                    offset,
                    n_rows: 30,
                };
                let Answer::Records(page) = self.ask(question) else { panic!() };
                let cells: Vec<&Vec<Value>> = page.rows.iter().map(|row| &row.cells).collect();
                answers.push(format!("{} {} {cells:?}", page.n_rows, page.offset));
                if let Some(row) = page.rows.first() {
                    let Answer::Detail(mut detail) = self.ask(Question::Detail { row: row.row }) else {
                        panic!()
                    };
                    assert!(detail.line.is_some(), "all is read, so every line has its number");
                    detail.row = RowRef { shard: 0, row: 0 };
                    answers.push(format!("{detail:?}"));
                }
            }
        }
        let everything = Filter::everything();
        answers.push(self.export(ExportKind::Summary, everything.clone(), None));
        answers.push(self.export(ExportKind::Records, everything.clone(), None));
        let columns = vec![Field::SRCADDR.into(), Field::BYTES.into(), Subject::Class];
        answers.push(self.export(ExportKind::Csv(columns), everything, sort(Field::BYTES, true)));
        answers.push(format!("{:?}", self.ask(Question::Report)));
        let progress = self.progress().clone();
        answers.push(format!(
            "{:?}",
            (
                progress.phase,
                progress.n_rows,
                progress.n_status_records,
                progress.n_problems,
                progress.columns
            )
        ));
        answers
    }
}

fn sort(subject: impl Into<Subject>, descending: bool) -> Option<SortSpec> {
    Some(SortSpec { subject: subject.into(), descending })
}

fn sample(n_rows: u64, seed: u64) -> Vec<u8> {
    let mut log = Vec::new();
    let mut sample = SampleLog::new(&SampleSpec { n_rows, seed, ..SampleSpec::demo() });
    while sample.fill(&mut log) {}
    log
}

/// What happens to a log before it is dropped on the page.
#[derive(Clone, Copy, Debug)]
enum Twist {
    CarriageReturns,
    NoLastLineEnd,
    /// Put together of logs with the same header.
    SameHeaders,
    /// Put together of logs of different layouts.
    OtherLayouts,
    Problems,
    LongLine,
    OddSpellings,
}

fn any_twist() -> impl Strategy<Value = Twist> {
    prop_oneof![
        Just(Twist::CarriageReturns),
        Just(Twist::NoLastLineEnd),
        Just(Twist::SameHeaders),
        Just(Twist::OtherLayouts),
        Just(Twist::Problems),
        Just(Twist::LongLine),
        Just(Twist::OddSpellings),
    ]
}

fn twisted(log: &[u8], twists: &[Twist]) -> Vec<u8> {
    let mut lines: Vec<String> = String::from_utf8_lossy(log).lines().map(str::to_owned).collect();
    let header = lines[0].clone();
    let other_header = "version srcaddr dstaddr srcport dstport protocol bytes action start end";
    let other = |at: usize| {
        format!(
            "2 10.0.{}.7 10.1.0.{} {} 443 6 {at} ACCEPT 1763456400 1763456460",
            at % 9,
            at % 200,
            1_024 + at % 99
        )
    };
    for twist in twists {
        let n_lines = lines.len();
        match twist {
            Twist::CarriageReturns => lines.iter_mut().for_each(|line| line.push('\r')),
            Twist::NoLastLineEnd => {}
            Twist::SameHeaders => (1..4).for_each(|at| lines.insert(at * n_lines / 5, header.clone())),
            Twist::OtherLayouts => {
                for at in (1..4).rev() {
                    let place = n_lines * at / 4;
                    let mut block = vec![other_header.to_owned()];
                    block.extend((0..200).map(other));
                    // One block ends with the layout before it, the others stay.
                    if at == 2 {
                        block.push(header.clone());
                    }
                    lines.splice(place..place, block);
                }
            }
            Twist::Problems => (0..n_lines / 37).for_each(|at| lines[at * 37 + 20] = format!("oops {at}")),
            Twist::LongLine => lines.insert(n_lines / 2 + 3, "x".repeat(90_000)),
            Twist::OddSpellings => {
                (0..n_lines / 11)
                    .for_each(|at| lines[at * 11 + 5] = lines[at * 11 + 5].replacen(' ', "  ", 1));
            }
        }
    }
    let mut text = lines.join("\n");
    if !twists.iter().any(|twist| matches!(twist, Twist::NoLastLineEnd)) {
        text.push('\n');
    }
    text.into_bytes()
}

fn options(stretch_bytes: u64) -> SessionOptions {
    SessionOptions { stretch_bytes, ..SessionOptions::default() }
}

/// Answers of one session that reads every file from its first byte to its last.
fn expected(files: &[Vec<u8>]) -> Vec<String> {
    let mut world = World::new(0, options(u64::MAX), 1 << 20, 0);
    world.open(files);
    world.run();
    world.all_answers()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn shards_elsewhere_and_stretches_change_no_answer(
        seed: u64,
        n_others in 1usize..4,
        stretch_bytes in prop_oneof![Just(900u64), 5_000u64..60_000, 100_000u64..300_000],
        chunk_bytes_max in prop_oneof![Just(700usize), Just(40_000), Just(400_000)],
        twists in prop::collection::vec(any_twist(), 0..4),
        n_rows in 1_500u64..4_500,
    ) {
        let files = [twisted(&sample(n_rows, seed), &twists), sample(200, seed ^ 1), twisted(&sample(2_000, 7), &twists)];
        let expected = expected(&files);
        let mut world = World::new(n_others, options(stretch_bytes), chunk_bytes_max, seed);
        world.open(&files);
        world.run();
        prop_assert_eq!(&world.progress().phase, &LoadPhase::Loaded);
        for (at, (answer, expected)) in world.all_answers().iter().zip(&expected).enumerate() {
            let same = answer.bytes().zip(expected.bytes()).take_while(|(a, b)| a == b).count();
            let around = |text: &str| -> String { text.chars().skip(same.saturating_sub(60)).take(160).collect() };
            prop_assert!(answer == expected, "answer {at}:\n{}\n{}", around(answer), around(expected));
        }
    }
}

/// Only plain lines can be read from the middle of a file.
#[test]
fn a_large_file_in_another_container_is_read_whole() {
    let log = String::from_utf8(sample(3_000, 7)).unwrap();
    let records: Vec<String> = log.lines().skip(1).map(str::to_owned).collect();
    for wrap in [Wrap::CloudWatchExport, Wrap::GetLogEvents, Wrap::FilterLogEvents, Wrap::CommaCsv] {
        let files = [wrap.file(&Layout::aws_default(), &records)];
        let mut world = World::new(2, options(150_000), 40_000, 7);
        world.open(&files);
        world.run();
        let n_read = world.progress().n_rows + world.progress().n_status_records;
        assert_eq!(n_read, records.len() as u64, "{wrap:?}");
        assert_eq!(world.all_answers(), expected(&files), "{wrap:?}");
    }
}

#[test]
fn a_cancel_reaches_every_shard_and_what_was_read_stays() {
    for seed in 0..12 {
        let mut world = World::new(2, options(20_000), 3_000, seed);
        world.open(&[sample(6_000, seed), sample(3_000, seed + 1)]);
        (0..150 + 20 * seed).for_each(|_| _ = world.happen());
        let cancel = world.submit(Command::Cancel);
        world.run();
        assert!(world.answer(cancel).is_some());
        let progress = world.progress().clone();
        assert_eq!(progress.phase, LoadPhase::Cancelled);
        assert!(progress.n_rows < 9_000, "{}", progress.n_rows);
        let everything = Question::Overview { filter: Filter::everything(), metric: Metric::Rows };
        let Answer::Overview(overview) = world.ask(everything) else { panic!() };
        assert_eq!(overview.total.rows, progress.n_rows);
        // More can be opened, and is read whole.
        world.open(&[sample(1_000, seed)]);
        world.run();
        assert_eq!(world.progress().phase, LoadPhase::Loaded);
        assert_eq!(world.progress().n_rows, progress.n_rows + 1_000);
    }
}

#[test]
fn a_shard_without_room_leaves_the_rest_to_the_others_until_none_has_room() {
    let files = [sample(150_000, 1)];
    let run = |n_others, store_bytes_max| {
        let mut world = World::new(
            n_others,
            SessionOptions { store_bytes_max, stretch_bytes: 2 << 20, ..SessionOptions::default() },
            200_000,
            1,
        );
        world.open(&files);
        world.run();
        world
    };
    let n_heap_bytes = run(0, u64::MAX).progress().n_heap_bytes;
    let mut one = run(0, n_heap_bytes * 3 / 4);
    assert!(matches!(one.progress().phase, LoadPhase::OutOfBudget(_)), "{:?}", one.progress());
    let mut three = run(2, n_heap_bytes * 3 / 4);
    assert_eq!(three.progress().phase, LoadPhase::Loaded, "three have room for what one has not");
    assert_eq!(three.progress().n_rows, 150_000);
    let mut none = run(2, n_heap_bytes / 8);
    assert!(matches!(none.progress().phase, LoadPhase::OutOfBudget(_)), "{:?}", none.progress());
    for world in [&mut one, &mut three, &mut none] {
        let n_rows = world.progress().n_rows;
        let everything = Question::Overview { filter: Filter::everything(), metric: Metric::Rows };
        let Answer::Overview(overview) = world.ask(everything) else { panic!() };
        assert_eq!(overview.total.rows, n_rows);
        assert!(n_rows > 0);
    }
}

#[test]
fn questions_while_loading_are_about_one_generation_and_end_once() {
    for seed in 0..8 {
        let mut world = World::new(2, options(30_000), 5_000, seed);
        world.open(&[sample(20_000, seed)]);
        let mut ids = Vec::new();
        while world.progress().phase == LoadPhase::Loading {
            (0..200).for_each(|_| _ = world.happen());
            for text in ["", "reject"] {
                let filter = parse_filter(text).expect("a good filter");
                ids.push(world.submit(Command::Ask(Question::Overview { filter, metric: Metric::Rows })));
            }
            let records = Question::Records {
                filter: Filter::everything(),
                sort: sort(Field::BYTES, true),
                subjects: vec![Field::BYTES.into()],
                offset: 500,
                n_rows: 20,
            };
            ids.push(world.submit(Command::Ask(records)));
        }
        world.run();
        for id in ids {
            let is_end = |event: &&Event| match event {
                Event::Answered { id: ended, .. }
                | Event::Failed { id: ended, .. }
                | Event::Superseded { id: ended } => *ended == id,
                Event::Progress(_) | Event::ExportPart { .. } | Event::Crashed { .. } | Event::Started => {
                    false
                }
            };
            assert_eq!(world.events.iter().filter(is_end).count(), 1, "{id:?}");
        }
        let mut totals = std::collections::BTreeMap::new();
        for event in &world.events {
            if let Event::Answered { answer: Answer::Records(page), coverage, .. } = event {
                let total = totals.entry(coverage.generation).or_insert(page.n_rows);
                assert_eq!(*total, page.n_rows, "answers of one generation agree");
            }
        }
        assert!(totals.len() > 1, "asked over several generations");
    }
}

#[test]
fn answering_leaves_reading_its_time() {
    let mut world = World::new(1, options(100_000), 3_000, 3);
    world.question_ms = 60.0;
    world.open(&[sample(30_000, 3)]);
    while world.progress().phase == LoadPhase::Loading {
        // As a page asks: again as soon as there is an answer.
        let question = Question::Overview { filter: Filter::everything(), metric: Metric::Rows };
        let id = world.submit(Command::Ask(question));
        while world.progress().phase == LoadPhase::Loading && world.answer(id).is_none() {
            world.happen();
        }
        let generation = world.progress().coverage.generation;
        while world.progress().phase == LoadPhase::Loading
            && world.progress().coverage.generation == generation
        {
            world.happen();
        }
    }
    assert!(world.questions_ms > 0.0);
    assert!(world.questions_ms < world.now_ms / 3.0, "{} of {} ms", world.questions_ms, world.now_ms);
}

/// What the shard here does takes as long as what the others do: done first, all would take twice as long.
#[test]
fn a_question_goes_out_to_shards_elsewhere_before_the_shard_here_answers_it() {
    let mut world = World::new(1, options(100_000), 30_000, 5);
    world.open(&[sample(20_000, 5)]);
    world.run();
    for question in [
        Question::Timeline { filter: Filter::everything(), n_buckets_max: 60 },
        // Two turns.
        Question::Rejected { filter: Filter::everything() },
    ] {
        let id = world.submit(Command::Ask(question));
        let mut n_asked = 0;
        while world.answer(id).is_none() {
            if world.others[0].to.iter().any(|request| matches!(request, ShardRequest::Ask { .. })) {
                n_asked += 1;
                while world.arrives_there(0) {}
                while world.other_works_off(0) {}
                while world.arrives_here(0) {}
                assert!(world.answer(id).is_none(), "nothing was answered here yet");
                assert!(world.others[0].to.is_empty(), "nor a turn completed");
            }
            world.lead_works();
        }
        assert!(n_asked > 0);
    }
}

/// Clients that are all alike: the largest of each shard do not tell which are the largest of all.
#[test]
fn a_list_that_the_largest_of_each_shard_do_not_tell_is_asked_for_whole() {
    let row = |at: usize| {
        format!("10.{}.{}.1 10.0.0.{} {} 1\n", at / 200, at % 200, at % 3, 100 + (at * 7_919) % 4_001)
    };
    let log = "srcaddr dstaddr bytes packets\n".to_owned() + &(0..6_000).map(row).collect::<String>();
    let files = [log.into_bytes()];
    let question = Question::Overview { filter: Filter::everything(), metric: Metric::Rows };
    let mut alone = World::new(0, options(u64::MAX), 1 << 20, 0);
    let mut shared = World::new(1, options(40_000), 20_000, 11);
    for world in [&mut alone, &mut shared] {
        world.open(&files);
        world.run();
    }
    assert!(shared.others[0].shard.n_heap_bytes() > 0, "both have rows");
    let expected = alone.ask(question.clone());
    let id = shared.submit(Command::Ask(question));
    let mut hand_overs = Vec::new();
    loop {
        for request in &shared.others[0].to {
            if let ShardRequest::Ask { ask: ShardAsk::Overview { hand_over, .. }, .. } = request
                && hand_overs.last() != Some(hand_over)
            {
                hand_overs.push(*hand_over);
            }
        }
        if !shared.happen() {
            break;
        }
    }
    assert_eq!(hand_overs, [HandOver::Largest, HandOver::All([true, false, false, false, false])]);
    assert_eq!(format!("{:?}", shared.answer(id)), format!("{:?}", Some(expected)));
}

#[test]
fn only_a_large_load_is_shared_and_by_no_more_shards_than_cores() {
    let text = |name: &str, n_bytes| FileMeta { name: name.to_owned(), n_bytes }.n_text_bytes_about();
    assert_eq!(n_shards_for(text("a.log", 1 << 20), 8), 1);
    assert_eq!(n_shards_for(text("a.log", 1 << 30), 0), 1);
    assert_eq!(n_shards_for(text("a.log", 1 << 30), 2), 2);
    assert!(n_shards_for(text("a.log", 1 << 30), 1_000) < 100);
    assert!(text("a.log.gz", 1 << 20) > text("a.log", 1 << 20), "it holds more than it takes");
}
