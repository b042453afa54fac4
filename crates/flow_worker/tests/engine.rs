//! The engine with real files of a real browser, in a worker: `cargo xtask test wasm`.
#![cfg(target_arch = "wasm32")]

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use flate2::Compression;
use flate2::write::GzEncoder;
use flow_core::analysis::Metric;
use flow_core::intake::LoadOptions;
use flow_core::parse::FileState;
use flow_core::query::{Filter, parse_filter};
use flow_core::sample::{SampleLog, SampleSpec};
use flow_core::session::message::{
    Answer, Command, Event, FileMeta, LoadPhase, Progress, Question, Request, RequestId,
};
use flow_worker::{Engine, serve_shard, wire};
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{File, MessageChannel};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

type Events = Rc<RefCell<Vec<Event>>>;

fn engine() -> (Engine, Events) {
    let events = Events::default();
    let sink = Rc::clone(&events);
    // Through the wire, as between page and worker.
    let emit = move |event: Event| {
        let bytes = wire::encode_event(&event);
        sink.borrow_mut().push(wire::decode_event(&bytes).expect("what was encoded can be decoded"));
    };
    (Engine::new(Rc::new(emit), js_sys::Date::now), events)
}

fn file(name: &str, bytes: &[u8]) -> File {
    let parts = Array::of1(&Uint8Array::from(bytes));
    File::new_with_u8_array_sequence(&parts, name).expect("a browser makes files")
}

fn open(engine: &Engine, files: &[(&str, &[u8])]) {
    let metas =
        files.iter().map(|(name, bytes)| FileMeta { name: (*name).to_owned(), n_bytes: bytes.len() as u64 });
    let request = Request { id: RequestId(0), command: Command::Open(metas.collect()) };
    let request =
        wire::decode_request(&wire::encode_request(&request)).expect("what was encoded can be decoded");
    engine.handle(request, files.iter().map(|(name, bytes)| file(name, bytes)).collect());
}

fn ask(engine: &Engine, id: u32, question: Question) {
    engine.handle(Request { id: RequestId(id), command: Command::Ask(question) }, Vec::new());
}

/// Gives the event loop turns until `found` finds something among the events.
async fn wait_for<T>(events: &Events, found: impl Fn(&Event) -> Option<T>) -> T {
    for _ in 0..2_000 {
        if let Some(found) = events.borrow().iter().rev().find_map(&found) {
            return found;
        }
        pause(5).await;
    }
    panic!("it never came; the last event is {:?}", events.borrow().last());
}

async fn pause(ms: i32) {
    let scope: web_sys::DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let promise = Promise::new(&mut |resolve, _| {
        scope
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms)
            .expect("workers have timers");
    });
    JsFuture::from(promise).await.expect("timers do not fail");
}

fn settled(event: &Event) -> Option<Progress> {
    match event {
        Event::Progress(progress) if !matches!(progress.phase, LoadPhase::Idle | LoadPhase::Loading) => {
            Some(progress.clone())
        }
        _ => None,
    }
}

fn answer(wanted: u32) -> impl Fn(&Event) -> Option<Answer> {
    move |event| match event {
        Event::Answered { id: RequestId(id), answer, .. } if *id == wanted => Some(answer.clone()),
        _ => None,
    }
}

fn sample(n_rows: u64) -> Vec<u8> {
    let mut log = Vec::new();
    let mut sample = SampleLog::new(&SampleSpec { n_rows, ..SampleSpec::demo() });
    while sample.fill(&mut log) {}
    log
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("a Vec takes all");
    encoder.finish().expect("a Vec takes all")
}

#[wasm_bindgen_test]
async fn files_of_several_slices_are_read_whole_plain_and_gzip() {
    // More than two slices of 4 MB.
    let log = sample(90_000);
    let packed = gzip(&log);
    let (engine, events) = engine();
    open(&engine, &[("plain.log", &log), ("packed.log.gz", &packed), ("empty.log", b"")]);
    let progress = wait_for(&events, settled).await;
    assert_eq!(progress.phase, LoadPhase::Loaded);
    assert_eq!(progress.n_rows, 180_000);
    assert_eq!(progress.coverage.n_bytes_read, progress.coverage.n_bytes);

    ask(&engine, 1, Question::Report);
    let Answer::Report(reports) = wait_for(&events, answer(1)).await else { panic!("a report") };
    assert!(reports.iter().all(|report| report.state == FileState::Read && report.lines.problems == 0));
    assert_eq!(reports[0].lines, reports[1].lines);
}

#[wasm_bindgen_test]
async fn a_question_and_a_cancel_get_through_while_a_file_is_read() {
    let log = sample(400_000);
    let (engine, events) = engine();
    open(&engine, &[("large.log", &log)]);
    let is_under_way = |event: &Event| match event {
        Event::Progress(progress) if progress.n_rows > 0 && progress.phase == LoadPhase::Loading => Some(()),
        _ => None,
    };
    wait_for(&events, is_under_way).await;
    ask(&engine, 1, Question::Overview { filter: Filter::everything(), metric: Metric::Rows });
    let Answer::Overview(overview) = wait_for(&events, answer(1)).await else { panic!("an overview") };
    assert!(overview.total.rows > 0 && overview.total.rows < 400_000, "answered while loading");
    engine.handle(Request { id: RequestId(2), command: Command::Cancel }, Vec::new());
    let progress = wait_for(&events, settled).await;
    assert_eq!(progress.phase, LoadPhase::Cancelled);
    assert!(progress.n_rows >= overview.total.rows && progress.n_rows < 400_000);
    pause(50).await;
    let after = events.borrow().iter().rev().find_map(settled).expect("it had settled");
    assert_eq!(after.n_rows, progress.n_rows, "nothing is read after a cancel");
}

/// What `stream` of this file gives: its first `n_bytes`, and then nothing for ever.
fn with_stalling_stream(file: &File, n_bytes: u32) {
    let script = format!(
        "const head = this.slice(0, {n_bytes}); \
         const bytes = head.arrayBuffer(); \
         let given = false; \
         return new ReadableStream({{ type: 'bytes', async pull(controller) {{ \
             if (given || {n_bytes} === 0) return new Promise(() => {{}}); \
             given = true; \
             controller.enqueue(new Uint8Array(await bytes)); \
         }} }});"
    );
    let stream = js_sys::Function::new_no_args(&script);
    js_sys::Reflect::set(file, &"stream".into(), &stream).expect("files are objects");
}

#[wasm_bindgen_test]
async fn a_stream_that_stalls_is_left_for_slices_and_not_a_byte_is_lost() {
    let log = sample(60_000);
    for n_bytes in [0, 1_000, 3 << 20] {
        let (engine, events) = engine();
        let file = file("a.log", &log);
        with_stalling_stream(&file, n_bytes);
        let meta = FileMeta { name: "a.log".to_owned(), n_bytes: log.len() as u64 };
        engine.handle(Request { id: RequestId(0), command: Command::Open(vec![meta]) }, vec![file]);
        let progress = wait_for(&events, settled).await;
        assert_eq!((progress.phase, progress.n_rows), (LoadPhase::Loaded, 60_000), "{n_bytes}");
        assert_eq!(progress.n_problems, 0, "{n_bytes}");
    }
}

#[wasm_bindgen_test]
async fn a_browser_without_byte_streams_reads_by_slices() {
    let log = sample(60_000);
    let (engine, events) = engine();
    let file = file("a.log", &log);
    js_sys::Reflect::set(&file, &"stream".into(), &JsValue::UNDEFINED).expect("files are objects");
    let meta = FileMeta { name: "a.log".to_owned(), n_bytes: log.len() as u64 };
    engine.handle(Request { id: RequestId(0), command: Command::Open(vec![meta]) }, vec![file]);
    assert_eq!(wait_for(&events, settled).await.n_rows, 60_000);
}

#[wasm_bindgen_test]
async fn very_many_small_files_are_read_in_their_order() {
    let logs: Vec<Vec<u8>> = (1..60).map(sample).collect();
    let names: Vec<String> = (1..60).map(|at| format!("{at}.log")).collect();
    let files: Vec<(&str, &[u8])> =
        names.iter().zip(&logs).map(|(name, log)| (name.as_str(), log.as_slice())).collect();
    let (engine, events) = engine();
    open(&engine, &files);
    assert_eq!(wait_for(&events, settled).await.n_rows, (1..60).sum::<u64>());
    ask(&engine, 1, Question::Report);
    let Answer::Report(reports) = wait_for(&events, answer(1)).await else { panic!("a report") };
    let rows: Vec<u64> = reports.iter().map(|report| report.lines.rows).collect();
    assert_eq!(rows, (1..60).collect::<Vec<u64>>());
}

#[wasm_bindgen_test]
async fn shards_behind_ports_read_stretches_and_files_and_answer_with_the_lead() {
    // Large enough to be cut, and a few that are not.
    let (large, small) = (sample(400_000), sample(5_000));
    let packed = gzip(&small);
    let files: [(&str, &[u8]); 4] =
        [("large.log", &large), ("a.log", &small), ("b.log.gz", &packed), ("c.log", &small)];
    let mut answers = Vec::new();
    for n_shards in [0, 2] {
        let (engine, events) = engine();
        for _ in 0..n_shards {
            let channel = MessageChannel::new().expect("browsers have channels");
            serve_shard(channel.port2(), js_sys::Date::now);
            engine.add_shard(channel.port1());
        }
        open(&engine, &files);
        let progress = wait_for(&events, settled).await;
        assert_eq!((progress.phase, progress.n_rows), (LoadPhase::Loaded, 415_000));
        ask(&engine, 1, Question::Overview { filter: Filter::everything(), metric: Metric::Bytes });
        ask(&engine, 2, Question::Report);
        answers.push((wait_for(&events, answer(1)).await, wait_for(&events, answer(2)).await));
    }
    assert_eq!(answers[0], answers[1]);
}

#[wasm_bindgen_test]
async fn files_are_read_again_even_from_the_middle_of_reading() {
    let log = sample(200_000);
    let (engine, events) = engine();
    open(&engine, &[("large.log", &log), ("packed.log.gz", &gzip(&log))]);
    let is_under_way = |event: &Event| match event {
        Event::Progress(progress) if progress.n_rows > 0 && progress.phase == LoadPhase::Loading => Some(()),
        _ => None,
    };
    wait_for(&events, is_under_way).await;
    let keep = parse_filter("dstport = 443").expect("a filter");
    let reload = |id, options| {
        engine.handle(Request { id: RequestId(id), command: Command::Reload(options) }, Vec::new())
    };
    reload(1, LoadOptions { keep, ..LoadOptions::default() });
    let kept = wait_for(&events, settled).await;
    assert_eq!((kept.phase.clone(), kept.n_records_read), (LoadPhase::Loaded, 400_000));
    assert!(kept.n_rows > 0 && kept.n_rows < 200_000 && kept.n_rows.is_multiple_of(2), "{kept:?}");
    events.borrow_mut().clear();
    reload(2, LoadOptions::default());
    let all = wait_for(&events, settled).await;
    assert_eq!((all.n_rows, all.n_records_read), (400_000, 400_000));
}
