//! Descriptions of an account's rules: read as a whole whatever is in them, the same in any order, and every flow decided.

use std::sync::Arc;

use flow_core::config::read::read_configuration;
use flow_core::config::report::PROBLEMS_KEPT;
use flow_core::config::{Configuration, Evaluator, Flow, PortPair, RuleDirection};
use flow_core::record::Address;

use crate::memory::most_bytes_during;

/// Between files of one input: no file of text has it.
const FILE_END: u8 = 0;

/// JSON values and what is made of them take some hundred times the text, where that is `[[],[],…`.
const BYTES_PER_BYTE_MAX: usize = 1_000;
const BYTES_MAX: usize = 4 * 1024 * 1024;

/// Interfaces whose flows are decided.
const INTERFACES_MAX: usize = 4;

pub fn check(bytes: &[u8]) {
    let names = ["a.json", "b.json", "c.json"];
    let files: Vec<(&str, &[u8])> =
        names.into_iter().zip(bytes.splitn(names.len(), |byte| *byte == FILE_END)).collect();
    let (read, n_bytes) = most_bytes_during(|| read_configuration(files.iter().copied()));
    let bytes_max = BYTES_MAX + BYTES_PER_BYTE_MAX * bytes.len();
    assert!(n_bytes <= bytes_max, "descriptions of {} bytes took {n_bytes}", bytes.len());
    assert_eq!(read, read_configuration(files.iter().rev().copied()), "the order of files does not matter");
    let (configuration, report) = read;
    assert_eq!(report.files.len(), files.len());
    assert_eq!(report.problems.len(), (report.n_problems as usize).min(PROBLEMS_KEPT));
    decide(configuration);
}

fn decide(configuration: Configuration) {
    let ids: Vec<String> = configuration.interfaces.keys().take(INTERFACES_MAX).cloned().collect();
    let mut evaluator = Evaluator::new(Arc::new(configuration));
    for id in ids {
        let place = evaluator.interface(&id).expect("an interface that is described is known");
        for direction in [RuleDirection::Ingress, RuleDirection::Egress] {
            for (remote, protocol) in [(Address::V4(0x0a00_0001), 6), (Address::V6(1), 58)] {
                let ports = Some(PortPair { local: 443, remote: 50_000 });
                let flow = Flow { direction, remote, protocol, ports };
                let explanation = evaluator.explain(place, &flow);
                assert_eq!(explanation.decision, evaluator.decide(place, &flow), "one decision, explained");
            }
        }
    }
}
