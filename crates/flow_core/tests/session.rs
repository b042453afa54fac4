//! A session from the outside: requests in, events out, files pushed as a shell would.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use flow_core::analysis::Metric;
use flow_core::analysis::interface::AddressByHand;
use flow_core::parse::{FileState, SourceId};
use flow_core::query::{Filter, SortSpec, Subject, parse_filter};
use flow_core::record::{Address, DEFAULT_LAYOUT, Direction, Evidence, Field, Value};
use flow_core::sample::{SampleLog, SampleSpec};
use flow_core::session::message::{
    Answer, Command, Event, ExportKind, FileMeta, LoadPhase, Progress, Question, Request, RequestId,
};
use flow_core::session::{Session, SessionOptions, Step};

/// A session with the files it may be asked to read, and everything it has said.
struct Driver {
    session: Session,
    files: Vec<Vec<u8>>,
    chunk_bytes: usize,
    events: Vec<Event>,
    next_id: u32,
    /// The shell's clock.
    now_ms: f64,
    /// How long every step takes: a tenth of a second, unless a test stops the clock.
    step_ms: f64,
}

impl Driver {
    fn new(options: SessionOptions, chunk_bytes: usize) -> Driver {
        let session = Session::new(options);
        Driver {
            session,
            files: Vec::new(),
            chunk_bytes,
            events: Vec::new(),
            next_id: 0,
            now_ms: 0.0,
            step_ms: 100.0,
        }
    }

    fn with_shards(n_shards: u16, chunk_bytes: usize) -> Driver {
        Driver::new(SessionOptions { n_shards, ..SessionOptions::default() }, chunk_bytes)
    }

    fn submit(&mut self, command: Command) -> RequestId {
        let id = RequestId(self.next_id);
        self.next_id += 1;
        self.session.submit(Request { id, command }, self.now_ms, &mut |event| self.events.push(event));
        id
    }

    fn open(&mut self, files: &[(&str, Vec<u8>)]) -> RequestId {
        let meta = |(name, bytes): &(&str, Vec<u8>)| FileMeta {
            name: (*name).to_owned(),
            n_bytes: bytes.len() as u64,
        };
        self.files.extend(files.iter().map(|(_, bytes)| bytes.clone()));
        self.submit(Command::Open(files.iter().map(meta).collect()))
    }

    /// One step, with the reading that it asks for.
    fn step(&mut self) -> Step {
        self.now_ms += self.step_ms;
        let now_ms = self.now_ms;
        let Driver { session, files, chunk_bytes, events, .. } = self;
        let mut emit = |event| events.push(event);
        let step = session.step(now_ms, &mut emit);
        if let Step::Read(source) = step {
            let (file, offset) = session.place(source).expect("what is read has a place");
            match files[file as usize][offset as usize..].chunks(*chunk_bytes).next() {
                Some(chunk) => session.push(source, chunk, now_ms, &mut emit),
                None => session.finish(source, now_ms, &mut emit),
            }
        }
        step
    }

    fn run(&mut self) {
        while self.step() != Step::Idle {}
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
        assert!(matches!(self.answer(wanted), Some(Answer::Exported { .. })));
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

    /// How each request ended: answered, failed or superseded.
    fn n_ends(&self, wanted: RequestId) -> usize {
        let is_end = |event: &&Event| match event {
            Event::Answered { id, .. } | Event::Failed { id, .. } | Event::Superseded { id } => *id == wanted,
            Event::Progress(_) | Event::ExportPart { .. } | Event::Crashed { .. } | Event::Started => false,
        };
        self.events.iter().filter(is_end).count()
    }
}

fn sample(n_rows: u64, seed: u64) -> Vec<u8> {
    let mut log = Vec::new();
    let mut sample = SampleLog::new(&SampleSpec { n_rows, seed, ..SampleSpec::demo() });
    while sample.fill(&mut log) {}
    log
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("a Vec takes all");
    encoder.finish().expect("a Vec takes all")
}

fn filter(text: &str) -> Filter {
    parse_filter(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn sort(subject: impl Into<Subject>, descending: bool) -> Option<SortSpec> {
    Some(SortSpec { subject: subject.into(), descending })
}

fn overview(filter: Filter) -> Question {
    Question::Overview { filter, metric: Metric::Bytes }
}

/// Every question a page asks, over a few filters.
fn questions() -> Vec<Question> {
    let mut subjects: Vec<Subject> = DEFAULT_LAYOUT.map(Subject::from).to_vec();
    subjects.extend(Subject::DERIVED);
    let mut questions = vec![];
    for text in [
        "",
        "reject",
        "dstport in (22, 5432) or srcaddr in 10.0.1.0/24",
        "direction = ingress",
        "srcport = 1 and srcport = 2",
    ] {
        let filter = filter(text);
        questions.push(Question::Timeline { filter: filter.clone(), n_buckets_max: 60 });
        questions.push(overview(filter.clone()));
        questions.push(Question::Direction { filter: filter.clone() });
        questions.push(Question::Rejected { filter: filter.clone() });
        questions.push(Question::Findings { filter: filter.clone() });
        for (sort, offset) in [
            (None, 0),
            (None, 777),
            (sort(Field::BYTES, true), 3),
            (sort(Subject::RemoteAddress, false), 501),
            (sort(Field::START, false), u64::MAX),
        ] {
            let (filter, subjects) = (filter.clone(), subjects.clone());
            questions.push(Question::Records { filter, sort, subjects, offset, n_rows: 40 });
        }
    }
    questions
}

/// Answers in which rows are named by their values, not by the shard they are in.
fn comparable(answer: Answer) -> String {
    match answer {
        Answer::Records(page) => {
            let cells: Vec<Vec<Value>> = page.rows.into_iter().map(|row| row.cells).collect();
            format!("{} {} {cells:?}", page.n_rows, page.offset)
        }
        answer => format!("{answer:?}"),
    }
}

#[test]
fn the_first_records_are_the_first_page_of_all() {
    let mut driver = Driver::with_shards(3, 4_096);
    driver.open(&[("a.log", sample(700, 1)), ("b.log", sample(900, 2)), ("c.log", sample(40, 3))]);
    driver.run();
    for text in ["", "reject", "srcport = 1 and srcport = 2"] {
        for (subject, descending) in
            [(Field::BYTES.into(), true), (Subject::RemoteAddress, false), (Field::SRCADDR.into(), true)]
        {
            let (filter, sort) = (filter(text), SortSpec { subject, descending });
            let subjects = vec![Field::SRCADDR.into(), Field::BYTES.into(), Subject::RemoteAddress];
            let first = Question::FirstRecords {
                filter: filter.clone(),
                sort: sort.clone(),
                subjects: subjects.clone(),
                n_rows: 50,
            };
            let page = Question::Records { filter, sort: Some(sort), subjects, offset: 0, n_rows: 50 };
            assert_eq!(driver.ask(first), driver.ask(page), "{text}");
        }
    }
}

#[test]
fn answers_depend_neither_on_shards_nor_on_how_bytes_were_cut() {
    let names = ["a.log", "b.log", "c.log", "d.log", "e.log", "f.log", "g.log"];
    let files: Vec<(&str, Vec<u8>)> = names
        .into_iter()
        .enumerate()
        .map(|(at, name)| (name, sample(300 + 50 * at as u64, at as u64)))
        .collect();
    let answers = |n_shards, chunk_bytes| {
        let mut driver = Driver::with_shards(n_shards, chunk_bytes);
        driver.open(&files);
        driver.run();
        let mut answers: Vec<String> =
            questions().into_iter().map(|question| comparable(driver.ask(question))).collect();
        for kind in [
            ExportKind::Summary,
            ExportKind::Records,
            ExportKind::Csv(vec![Field::SRCADDR.into(), Subject::Class]),
        ] {
            answers.push(driver.export(kind, filter("not port = 443"), sort(Field::BYTES, true)));
        }
        answers
    };
    let expected = answers(1, 1 << 20);
    assert!(expected.iter().any(|answer| answer.contains("Ingress")), "the sample has directions");
    for (n_shards, chunk_bytes) in [(1, 13), (2, 4_096), (5, 70_000)] {
        for (at, (answer, expected)) in answers(n_shards, chunk_bytes).iter().zip(&expected).enumerate() {
            assert_eq!(
                answer, expected,
                "question {at} over {n_shards} shards, {chunk_bytes} bytes at a time"
            );
        }
    }
}

#[test]
fn answers_while_loading_say_what_they_cover_and_grow() {
    let log = sample(20_000, 1);
    let mut driver = Driver::with_shards(1, 64 * 1024);
    driver.open(&[("a.log", log.clone())]);
    let mut last = (0, 0);
    for _ in 0..8 {
        // Answering takes a step of the clock, and reading gets its share before the next generation.
        (0..4).for_each(|_| _ = driver.step());
        let id = driver.submit(Command::Ask(overview(Filter::everything())));
        driver.step();
        let Some(Event::Answered { answer: Answer::Overview(overview), coverage, .. }) = driver
            .events
            .iter()
            .rfind(|event| matches!(event, Event::Answered { id: answered, .. } if *answered == id))
        else {
            panic!("asked while loading, answered at once");
        };
        assert!(coverage.n_bytes_read < coverage.n_bytes && coverage.n_bytes == log.len() as u64);
        assert!(overview.total.rows > last.0 && coverage.generation > last.1);
        last = (overview.total.rows, coverage.generation);
    }
    driver.run();
    let Answer::Overview(overview) = driver.ask(overview(Filter::everything())) else { panic!() };
    assert_eq!(overview.total.rows, driver.progress().n_rows);
    assert!(driver.progress().coverage.is_complete());
}

#[test]
fn reading_goes_on_while_questions_are_asked_without_end() {
    let mut driver = Driver::with_shards(1, 64 * 1024);
    driver.open(&[("a.log", sample(20_000, 1))]);
    let mut n_steps = 0;
    while driver.progress().phase == LoadPhase::Loading {
        driver.submit(Command::Ask(overview(Filter::everything())));
        (0..2).for_each(|_| _ = driver.step());
        n_steps += 1;
        assert!(n_steps < 1_000);
    }
    let n_progress = driver.events.iter().filter(|event| matches!(event, Event::Progress(_))).count();
    assert!(
        n_progress < n_steps * 2 / 3,
        "{n_progress} times progress in {n_steps} steps: answering sets the pace"
    );
}

#[test]
fn questions_of_one_generation_are_about_the_same_rows_though_segments_fill_between_them() {
    let mut driver = Driver::with_shards(1, 256 * 1024);
    let log = sample(140_000, 1);
    let n_chunks = log.len() / driver.chunk_bytes;
    driver.open(&[("a.log", log)]);
    while driver.progress().n_rows == 0 {
        driver.step();
    }
    // No time passes, so that no other generation is due.
    driver.step_ms = 0.0;
    let n_rows = |driver: &mut Driver| {
        let id = driver.submit(Command::Ask(overview(filter(""))));
        while driver.answer(id).is_none() {
            driver.step();
        }
        match driver.answer(id).unwrap() {
            Answer::Overview(overview) => overview.total.rows,
            _ => panic!("an overview"),
        }
    };
    let first = n_rows(&mut driver);
    assert_eq!(first, driver.progress().n_rows);
    let generation = driver.progress().coverage.generation;
    for _ in 0..n_chunks * 19 / 20 {
        driver.step();
    }
    assert_eq!(driver.progress().coverage.generation, generation);
    assert_eq!(n_rows(&mut driver), first);
    driver.step_ms = 1_000.0;
    driver.step();
    let second = n_rows(&mut driver);
    assert!(second >= 131_072, "two segments have filled: {second}");
}

#[test]
fn cancel_keeps_what_was_loaded() {
    let mut driver = Driver::with_shards(1, 10_000);
    driver.open(&[("a.log", sample(500, 1)), ("b.log", sample(5_000, 2)), ("c.log", sample(500, 3))]);
    for _ in 0..20 {
        driver.step();
    }
    driver.submit(Command::Cancel);
    assert_eq!(driver.progress().phase, LoadPhase::Cancelled);
    let n_rows = driver.progress().n_rows;
    assert!(n_rows > 500 && n_rows < 6_000, "{n_rows}");
    driver.run();
    let Answer::Overview(overview) = driver.ask(overview(Filter::everything())) else { panic!() };
    assert_eq!(overview.total.rows, n_rows);
    let Answer::Report(reports) = driver.ask(Question::Report) else { panic!() };
    let states: Vec<&FileState> = reports.iter().map(|report| &report.state).collect();
    assert_eq!(states, [&FileState::Read, &FileState::Cancelled, &FileState::Cancelled]);
    assert_eq!(reports.iter().map(|report| report.lines.rows).sum::<u64>(), n_rows);

    driver.open(&[("d.log", sample(500, 4))]);
    driver.run();
    assert_eq!(driver.progress().phase, LoadPhase::Loaded);
    assert!(driver.progress().n_rows > n_rows, "more can be added after a cancel");
}

#[test]
fn the_newest_question_of_a_kind_supersedes_those_that_wait() {
    let mut driver = Driver::with_shards(1, 1 << 20);
    driver.open(&[("a.log", sample(100, 1))]);
    driver.run();
    let older = driver.submit(Command::Ask(overview(filter("dstport = 22"))));
    let other = driver.submit(Command::Ask(Question::Report));
    let newer = driver.submit(Command::Ask(overview(filter("dstport = 443"))));
    driver.run();
    assert!(driver.events.contains(&Event::Superseded { id: older }));
    assert!(driver.answer(newer).is_some() && driver.answer(other).is_some());

    let exported = driver.submit(Command::Ask(Question::Export {
        kind: ExportKind::Records,
        filter: Filter::everything(),
        sort: None,
    }));
    driver.run();
    for id in (0..driver.next_id).map(RequestId) {
        assert_eq!(driver.n_ends(id), 1, "request {id:?} ends once");
    }
    assert!(driver.answer(exported).is_some());
}

#[test]
fn times_without_a_file_are_in_the_timeline_and_follow_the_files() {
    // Deliveries at 10:00, 10:05 and 11:00, each of a record that ends then.
    let delivery = |hhmm: &str, end: u64| {
        let name = format!("123456789012_vpcflowlogs_us-east-1_fl-0a_20231114T{hhmm}Z_fe123456.log");
        (name, format!("srcaddr start end\n10.0.0.1 {} {end}\n", end - 60).into_bytes())
    };
    let ten = 1_699_956_000;
    let missing = |driver: &mut Driver| -> Vec<u64> {
        let question = Question::Timeline { filter: Filter::everything(), n_buckets_max: 20 };
        let Answer::Timeline(timeline) = driver.ask(question) else { panic!("a timeline") };
        let starts = (0..).map(|place| timeline.start_secs + place * timeline.bucket_secs);
        starts
            .zip(&timeline.buckets)
            .filter(|(_, bucket)| bucket.lacks_file)
            .map(|(start, _)| start)
            .collect()
    };
    let mut driver = Driver::with_shards(2, 1_000);
    let files = [delivery("1000", ten), delivery("1005", ten + 300), delivery("1100", ten + 3_600)];
    driver.open(&files.each_ref().map(|(name, bytes)| (&**name, bytes.clone())));
    driver.run();
    let from_10_10: Vec<u64> = (2..12).map(|n| ten + n * 300).collect();
    assert_eq!(missing(&mut driver), from_10_10);
    let (name, bytes) = delivery("1035", ten + 2_100);
    driver.open(&[(&name, bytes)]);
    driver.run();
    let but_for_10_35: Vec<u64> = from_10_10.into_iter().filter(|start| *start != ten + 2_100).collect();
    assert_eq!(missing(&mut driver), but_for_10_35);
}

#[test]
fn loading_stops_before_the_memory_ends_and_what_was_loaded_can_be_asked() {
    let options = SessionOptions { store_bytes_max: 9_000_000, ..SessionOptions::default() };
    let mut driver = Driver::new(options, 1 << 20);
    driver.open(&[("a.log", sample(400_000, 1)), ("b.log", sample(100, 1))]);
    driver.run();
    let LoadPhase::OutOfBudget(sentence) = driver.progress().phase.clone() else {
        panic!("{:?}", driver.progress().phase)
    };
    assert!(sentence.contains("loaded can be used"), "{sentence}");
    let Answer::Overview(overview) = driver.ask(overview(Filter::everything())) else { panic!() };
    assert!(overview.total.rows > 10_000 && overview.total.rows < 400_000);
}

#[test]
fn a_file_that_is_no_flow_log_is_refused_and_the_others_are_read() {
    let mut driver = Driver::with_shards(1, 1 << 20);
    driver.open(&[
        ("cat.png", b"\x89PNG\r\n\x1a\n0000".to_vec()),
        ("empty.log", vec![]),
        ("a.log", sample(50, 1)),
    ]);
    driver.run();
    let Answer::Report(reports) = driver.ask(Question::Report) else { panic!() };
    assert!(matches!(reports[0].state, FileState::Refused(_)), "{:?}", reports[0].state);
    assert_eq!(reports[1].state, FileState::Read);
    assert_eq!(reports[2].state, FileState::Read);
    assert_eq!(
        (driver.progress().n_files, driver.progress().n_files_done, driver.progress().n_files_refused),
        (3, 3, 1)
    );
    assert_eq!(driver.progress().phase, LoadPhase::Loaded);
}

#[test]
fn a_file_that_is_or_may_be_compressed_is_read_in_small_pieces() {
    let mut driver = Driver::with_shards(1, 100_000);
    driver.open(&[("a.log", sample(5_000, 1)), ("b.log.gz", gzip(&sample(100_000, 1)))]);
    let pieces = |driver: &Driver| [0, 1].map(|at| driver.session.piece_bytes(SourceId(at)));
    let [unknown, _] = pieces(&driver);
    driver.step();
    let [plain, _] = pieces(&driver);
    while !driver.session.wants(SourceId(1)) {
        driver.step();
    }
    driver.step();
    let [_, packed] = pieces(&driver);
    assert!(unknown <= 64 * 1024 && packed == unknown && plain > 10 * packed, "{unknown} {plain} {packed}");
    assert!(driver.session.wants(SourceId(1)) && !driver.session.wants(SourceId(0)));
    driver.submit(Command::Cancel);
    assert!(!driver.session.wants(SourceId(1)), "what is cancelled is not read on");
}

#[test]
fn headers_without_end_are_problems_and_not_the_end() {
    let mut text = String::new();
    for at in 0..2_000 {
        text += &format!("version srcaddr dstaddr protocol own-{at}\n2 10.0.0.1 10.0.0.2 6 x\n");
    }
    let mut driver = Driver::with_shards(1, 1 << 20);
    driver.open(&[("a.log", text.into_bytes())]);
    driver.run();
    let Answer::Report(reports) = driver.ask(Question::Report) else { panic!() };
    let lines = reports[0].lines;
    assert_eq!((lines.headers, lines.rows + lines.problems), (2_000, 2_000));
    assert!(lines.rows > 900 && lines.problems > 900, "{lines:?}");
    assert_eq!(reports[0].problems[0].kind.name(), "too-many-layouts");
    let Answer::Overview(overview) = driver.ask(overview(Filter::everything())) else { panic!() };
    assert_eq!(overview.total.rows, lines.rows);
}

#[test]
fn a_file_that_the_system_cannot_read_keeps_its_rows_and_says_why() {
    let mut driver = Driver::with_shards(1, 100_000);
    driver.open(&[("a.log", sample(5_000, 1))]);
    for _ in 0..3 {
        driver.step();
    }
    let Step::Read(source) = driver.session.step(0.0, &mut |_| {}) else { panic!() };
    driver.session.fail(source, "The disk is gone".to_owned(), 0.0, &mut |event| driver.events.push(event));
    let Answer::Report(reports) = driver.ask(Question::Report) else { panic!() };
    assert_eq!(reports[0].state, FileState::Failed("The disk is gone".to_owned()));
    assert!(reports[0].lines.rows > 0);
    let Answer::Overview(overview) = driver.ask(overview(Filter::everything())) else { panic!() };
    assert_eq!(overview.total.rows, reports[0].lines.rows);
}

#[test]
fn an_address_set_by_hand_turns_the_rows_of_its_interface() {
    let line = "2 123456789012 eni-1 10.0.0.1 10.0.0.2 40000 443 6 1 40 1700000000 1700000060 ACCEPT OK\n";
    let mut driver = Driver::with_shards(1, 1 << 20);
    driver.submit(Command::OpenText { name: "pasted text".to_owned(), text: line.repeat(3) });
    driver.run();
    let direction = |driver: &mut Driver| {
        let Answer::Direction(view) = driver.ask(Question::Direction { filter: Filter::everything() }) else {
            panic!()
        };
        let found =
            view.directions.iter().find(|(_, tally)| tally.rows > 0).expect("rows have a direction").0;
        (found, view.interfaces[0].own[0].evidence, view.interfaces[0].own[0].candidates.clone())
    };
    let (one, two) = (Address::parse(b"10.0.0.1").unwrap(), Address::parse(b"10.0.0.2").unwrap());
    assert_eq!(direction(&mut driver), (Direction::Unknown, Evidence::None, vec![one, two]));

    let interface = Value::Text("eni-1".to_owned());
    let by_hand = Some(AddressByHand { interface: interface.clone(), address: two });
    driver.submit(Command::SetInterfaceAddress { interface: interface.clone(), by_hand });
    assert_eq!(direction(&mut driver).0, Direction::Ingress);
    assert_eq!(direction(&mut driver).1, Evidence::SetByHand);

    driver.submit(Command::SetInterfaceAddress { interface, by_hand: None });
    assert_eq!(direction(&mut driver).0, Direction::Unknown);
}

#[test]
fn a_row_tells_all_that_is_known_of_it() {
    let text = "version interface-id srcaddr dstaddr srcport dstport protocol new-field flow-direction\n\
                \n\
                5 eni-1  10.0.0.1 10.0.0.2 0443 50000 6 x -\n\
                5 eni-1 10.0.0.9 10.0.0.1 50001 443 6 - ingress\n";
    let mut driver = Driver::with_shards(2, 1 << 20);
    driver.open(&[("first.log", sample(10, 1)), ("logs/second.log", text.as_bytes().to_vec())]);
    driver.run();
    let subjects = vec![Subject::from_name("new-field"), Subject::Direction];
    let filter = filter("localport = 443");
    let Answer::Records(page) =
        driver.ask(Question::Records { filter, sort: None, subjects, offset: 0, n_rows: 9 })
    else {
        panic!()
    };
    let row =
        page.rows.iter().find(|row| row.cells[0] == Value::Text("x".to_owned())).expect("the first row");
    let Answer::Detail(detail) = driver.ask(Question::Detail { row: row.row }) else { panic!() };
    assert_eq!((detail.file.as_str(), detail.line), ("logs/second.log", Some(3)));
    assert_eq!(detail.text, "5 eni-1 10.0.0.1 10.0.0.2 0443 50000 6 x -");
    assert_eq!(detail.fields[8].1, Value::Absent);
    assert_eq!(detail.orientation.direction, Direction::Egress);
    assert_eq!(detail.local.1, Value::Number(443));
    assert_eq!(detail.remote.0.to_string(), "10.0.0.2");
}
