//! The engine natively: load and every question, over a log of the generator. Medians of several runs; ratios
//! matter, milliseconds depend on the machine.
//!
//!     cargo run --release -p flow_core --example bench -- [--rows 1000000] [--runs 5] [--json]

use std::time::Instant;

use flow_core::analysis::Metric;
use flow_core::query::{SortSpec, Subject, parse_filter};
use flow_core::record::Field;
use flow_core::sample::{SampleLog, SampleSpec};
use flow_core::session::message::{Answer, Command, Event, FileMeta, Question, Request, RequestId};
use flow_core::session::{Session, SessionOptions, Step};

const CHUNK_BYTES: usize = 1024 * 1024;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, otherwise: usize| {
        words
            .iter()
            .position(|word| word == name)
            .and_then(|at| words.get(at + 1)?.parse().ok())
            .unwrap_or(otherwise)
    };
    let (n_rows, n_runs) = (number("--rows", 1_000_000), number("--runs", 5));

    let mut log = Vec::new();
    let mut sample = SampleLog::new(&SampleSpec { n_rows: n_rows as u64, ..SampleSpec::demo() });
    while sample.fill(&mut log) {}
    let mib = log.len() as f64 / 1e6;

    let mut load_ms = Vec::new();
    let mut session = None;
    for _ in 0..n_runs {
        let began = Instant::now();
        session = Some(load(&log));
        load_ms.push(began.elapsed().as_secs_f64() * 1e3);
    }
    let mut session = session.expect("at least one run");
    let load_ms = median(load_ms);

    // The first time a question is asked, nothing is remembered: its figure is the worst of its runs.
    let mut figures = vec![("load".to_owned(), load_ms, load_ms)];
    for (name, question) in questions() {
        let times: Vec<f64> = (0..n_runs)
            .map(|run| {
                let began = Instant::now();
                ask(&mut session, run as u32 + 1, question.clone());
                began.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        let worst = times.iter().copied().fold(0.0, f64::max);
        figures.push((name, median(times), worst));
    }
    let mut n_heap_bytes = 0;
    session.submit(request(0, Command::Cancel), 0.0, &mut |event| {
        if let Event::Progress(progress) = event {
            n_heap_bytes = progress.n_heap_bytes;
        }
    });
    let bytes_per_row = n_heap_bytes as f64 / n_rows as f64;

    if words.iter().any(|word| word == "--json") {
        let answers: Vec<String> =
            figures.iter().map(|(name, ms, worst)| format!("{name:?}: [{ms:.2}, {worst:.2}]")).collect();
        println!(
            "{{ \"rows\": {n_rows}, \"mb\": {mib:.1}, \"mb_per_s\": {:.0}, \"bytes_per_row\": {bytes_per_row:.1}, \"ms\": {{ {} }} }}",
            mib / load_ms * 1e3,
            answers.join(", ")
        );
    } else {
        println!("engine, native: {n_rows} rows, {mib:.1} MB, medians of {n_runs}");
        println!("{:<28} {:>9.0} MB/s", "load rate", mib / load_ms * 1e3);
        println!("{:<28} {:>9.1} bytes", "memory a row", bytes_per_row);
        println!("{:<72} {:>9} {:>9}", "", "median", "worst");
        for (name, ms, worst) in figures {
            println!("{name:<72} {ms:>9.2} {worst:>9.2} ms");
        }
    }
}

fn request(id: u32, command: Command) -> Request {
    Request { id: RequestId(id), command }
}

fn load(log: &[u8]) -> Session {
    let mut session = Session::new(SessionOptions::default());
    let file = FileMeta { name: "bench.log".to_owned(), n_bytes: log.len() as u64 };
    session.submit(request(0, Command::Open(vec![file])), 0.0, &mut |_| {});
    let mut chunks = log.chunks(CHUNK_BYTES);
    loop {
        match session.step(0.0, &mut |_| {}) {
            Step::Idle => return session,
            Step::Worked => {}
            Step::Read(source) => match chunks.next() {
                Some(chunk) => session.push(source, chunk, 0.0, &mut |_| {}),
                None => session.finish(source, 0.0, &mut |_| {}),
            },
        }
    }
}

fn ask(session: &mut Session, id: u32, question: Question) -> Answer {
    let mut answer = None;
    let mut take = |event| match event {
        Event::Answered { answer: given, .. } => answer = Some(given),
        Event::Failed { message, .. } => panic!("{message}"),
        _ => {}
    };
    session.submit(request(id, Command::Ask(question)), 0.0, &mut take);
    while session.step(0.0, &mut take) != Step::Idle {}
    answer.expect("every question is answered")
}

fn questions() -> Vec<(String, Question)> {
    let mut questions = Vec::new();
    let columns: Vec<Subject> = flow_core::record::DEFAULT_LAYOUT.map(Subject::from).to_vec();
    for text in
        ["", "dstport = 443", "srcaddr in 10.0.0.0/8 and not action = ACCEPT", "any contains \"10.0.1\""]
    {
        let filter = parse_filter(text).expect("a good filter");
        let name = |view: &str| if text.is_empty() { view.to_owned() } else { format!("{view} [{text}]") };
        questions.push((name("timeline"), Question::Timeline { filter: filter.clone(), n_buckets_max: 200 }));
        questions
            .push((name("overview"), Question::Overview { filter: filter.clone(), metric: Metric::Bytes }));
        questions.push((name("direction"), Question::Direction { filter: filter.clone() }));
        questions.push((name("rejected"), Question::Rejected { filter: filter.clone() }));
        for (order, sort) in [
            ("load order", None),
            ("by bytes", Some(SortSpec { subject: Field::BYTES.into(), descending: true })),
            ("by srcaddr", Some(SortSpec { subject: Field::SRCADDR.into(), descending: false })),
        ] {
            questions.push((
                name(&format!("records {order}")),
                Question::Records {
                    filter: filter.clone(),
                    sort,
                    subjects: columns.clone(),
                    offset: 0,
                    n_rows: 100,
                },
            ));
        }
    }
    questions
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}
