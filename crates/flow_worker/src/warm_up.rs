//! Running the engine's code before it is needed.
//!
//! A browser first compiles WebAssembly fast and badly, and compiles again what turns out to be run often. A worker has
//! nothing to do while its reader looks for a file; so it reads a log of the generator into a session of its own and
//! asks it what a page asks first. The first large file then meets code that is ready.

use std::cell::Cell;

use flow_core::analysis::Metric;
use flow_core::query::{Filter, SortSpec, Subject, parse_filter};
use flow_core::record::{DEFAULT_LAYOUT, Field};
use flow_core::sample::{SampleLog, SampleSpec};
use flow_core::session::message::{Command, FileMeta, Question, Request, RequestId};
use flow_core::session::{Session, SessionOptions, Step};

use crate::turn::turn;

/// Five full segments and the beginning of another, because what is done with those that are full, and with four of them
/// together, is most of what a large load is asked. Takes about a second, in small steps, of which nobody waits for one.
const N_ROWS: u64 = 340_000;

/// Works in small steps and ends early when `is_wanted` says that somebody has real work.
pub async fn warm_up(is_wanted: &Cell<bool>) {
    let mut session = Session::new(SessionOptions::default());
    let mut sample = SampleLog::new(&SampleSpec { n_rows: N_ROWS, ..SampleSpec::demo() });
    let submit = |session: &mut Session, id, command| {
        session.submit(Request { id: RequestId(id), command }, 0.0, &mut |_| {});
    };
    // As a file, whose path to the store is the one that matters.
    submit(&mut session, 0, Command::Open(vec![FileMeta { name: String::new(), n_bytes: N_ROWS * 112 }]));
    let mut questions = questions().into_iter().zip(1..);
    loop {
        if is_wanted.get() {
            return;
        }
        match session.step(0.0, &mut |_| {}) {
            Step::Worked => {}
            Step::Read(source) => {
                let mut chunk = Vec::new();
                if sample.fill(&mut chunk) {
                    session.push(source, &chunk, 0.0, &mut |_| {});
                } else {
                    session.finish(source, 0.0, &mut |_| {});
                }
            }
            Step::Idle => match questions.next() {
                Some((question, id)) => submit(&mut session, id, Command::Ask(question)),
                None => return,
            },
        }
        turn().await;
    }
}

fn questions() -> Vec<Question> {
    // One that leaves most rows, one that leaves some, and none: each is answered in its own way.
    let filters = ["any contains \"10.0.1\"", "dstport = 443", ""];
    filters.into_iter().filter_map(|text| parse_filter(text).ok()).flat_map(questions_about).collect()
}

fn questions_about(filter: Filter) -> Vec<Question> {
    let subjects = DEFAULT_LAYOUT.map(Subject::from).to_vec();
    let sort = Some(SortSpec { subject: Field::BYTES.into(), descending: true });
    let once = [
        Question::Timeline { filter: filter.clone(), n_buckets_max: 200 },
        Question::Overview { filter: filter.clone(), metric: Metric::Rows },
        Question::Direction { filter: filter.clone() },
        Question::Rejected { filter: filter.clone() },
        Question::Records { filter, sort, subjects, offset: 0, n_rows: 50 },
    ];
    // Twice: what runs once is not yet run often.
    once.iter().chain(&once).cloned().collect()
}
