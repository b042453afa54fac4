//! How often diagnosis and outcomes are right, against simulated VPCs of which the truth is known, and how long it takes.
//!
//!     cargo run --release -p flow_core --example diagnosis_score -- [--events N] [--seeds N]
//!
//! `cargo xtask bench diagnose` runs it. What comes out is in docs/diagnosis.md.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flow_core::analysis::diagnosis::{
    AccountRules, DiagnosisQuestion, PolicyEvaluator, RejectedTuplesQuestion, Undelivered,
};
use flow_core::analysis::findings::findings;
use flow_core::analysis::outcomes::{ConversationOutcome, OneSidedTuplesQuestion, OutcomesQuestion};
use flow_core::analysis::{Analysis, answer};
use flow_testkit::load::Load;
use flow_testkit::vpc_simulation::{Format, Score, SimulationSpec, account, simulate};

const USAGE: &str = "usage: diagnosis_score [--events N] [--seeds N]";

fn main() -> ExitCode {
    let (mut n_events, mut n_seeds) = (40_000, 3);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().and_then(|value| value.parse().ok());
        match (word.as_str(), value) {
            ("--events", Some(value)) => n_events = value,
            ("--seeds", Some(value)) => n_seeds = value,
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    let formats =
        [(Format::Full, "With tcp-flags, subnets and packet addresses"), (Format::PlainV2, "Plain v2")];
    let epoch = Instant::now();
    for (format, title) in formats {
        let (mut verdicts, mut outcomes) = (Score::default(), Score::default());
        for seed in 1..=n_seeds {
            let simulated = simulate(&SimulationSpec::new(seed, format, n_events));
            let load = Load::of(&[(0, &simulated.text)]);
            let rows = load.all_rows();
            let views = load.views(&rows);
            let began = cpu_time(epoch);
            let first = answer(&RejectedTuplesQuestion::default(), views.iter().copied());
            let tuples = first.expect("there is a shard");
            let first_pass = cpu_time(epoch) - began;
            let question = DiagnosisQuestion {
                knowledge: &load.knowledge,
                tuples: &tuples,
                evaluator: None,
                undelivered: &Undelivered::default(),
            };
            let partial = question.scan(views[0]);
            let second_pass = cpu_time(epoch) - began - first_pass;
            let diagnosis = question.finish(partial);
            let judging = cpu_time(epoch) - began;
            verdicts.add(&Score::of(&simulated, &diagnosis.conversations));
            let n_conversations = diagnosis.conversations.len();
            let began = cpu_time(epoch);
            let findings = findings(diagnosis, &load.knowledge, None);
            let grouping = cpu_time(epoch) - began;
            eprintln!(
                "{title}, seed {seed}: {} rows, {} conversations with a rejected row; first pass {first_pass:.1?}, \
                 second pass {second_pass:.1?}, verdicts and all {judging:.2?}; {} causes, {} scanners in {grouping:.2?}",
                simulated.n_rows, n_conversations, findings.n_causes, findings.scanners.n_scanners
            );
            for n_groups_of_each in [5, u32::MAX] {
                time_rules(&load, n_groups_of_each, title, seed, epoch);
            }
            outcomes.add(&Score::of_outcomes(&simulated, &conversation_outcomes(&load, title, seed, epoch)));
        }
        println!("### {title}\n\n{verdicts}\n{outcomes}");
    }
    ExitCode::SUCCESS
}

/// Rules that are asked beside the verdicts.
const N_RULES: u32 = 5_000;

/// What it takes to diagnose beside an account of [`N_RULES`], all of it and making the rules ready.
fn time_rules(load: &Load, n_groups_of_each: u32, title: &str, seed: u64, epoch: Instant) {
    let rows = load.all_rows();
    let views = load.views(&rows);
    let configuration = Arc::new(account(N_RULES, n_groups_of_each));
    let began = cpu_time(epoch);
    let rules = AccountRules::new(configuration);
    let ready = cpu_time(epoch) - began;
    let began = cpu_time(epoch);
    let tuples = answer(&RejectedTuplesQuestion::default(), views.iter().copied()).expect("there is a shard");
    let evaluator = Some(&rules as &dyn PolicyEvaluator);
    let question = DiagnosisQuestion {
        knowledge: &load.knowledge,
        tuples: &tuples,
        evaluator,
        undelivered: &Undelivered::default(),
    };
    let diagnosis = question.finish(question.scan(views[0]));
    let judged = cpu_time(epoch) - began;
    let n_named = diagnosis.conversations.iter().filter(|diagnosed| diagnosed.rule.is_some()).count();
    eprintln!(
        "{title}, seed {seed}: {N_RULES} rules, at most {n_groups_of_each} groups of them at each interface: made ready in \
         {ready:.2?}, {n_named} refusals named, verdicts and all {judged:.2?}"
    );
}

/// What became of the accepted conversations, timed.
fn conversation_outcomes(load: &Load, title: &str, seed: u64, epoch: Instant) -> Vec<ConversationOutcome> {
    let rows = load.all_rows();
    let views = load.views(&rows);
    let began = cpu_time(epoch);
    let tuples = answer(&OneSidedTuplesQuestion, views.iter().copied()).expect("there is a shard");
    let first_pass = cpu_time(epoch) - began;
    let question = OutcomesQuestion {
        knowledge: &load.knowledge,
        tuples: &tuples,
        undelivered: &Undelivered::default(),
    };
    let partial = question.scan(views[0]);
    let second_pass = cpu_time(epoch) - began - first_pass;
    let outcomes = question.finish(partial);
    eprintln!(
        "{title}, seed {seed}: outcomes of {} services; first pass {first_pass:.1?}, second pass {second_pass:.1?}, \
         all {:.2?}",
        outcomes.n_services,
        cpu_time(epoch) - began
    );
    question.conversations(question.scan(views[0]))
}

/// Time this thread has run, where the system tells: other work on the machine then does not count.
fn cpu_time(epoch: Instant) -> Duration {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse().ok())
        .map_or_else(|| epoch.elapsed(), Duration::from_nanos)
}
