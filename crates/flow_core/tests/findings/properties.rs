//! What must hold of any log: nothing is lost or counted twice, filters leave what causes rest on, and neither shards nor
//! order show.

use std::collections::BTreeMap;

use flow_core::analysis::diagnosis::{Began, Diagnosed, Verdict};
use flow_core::analysis::findings::{Cause, Findings};
use flow_core::query::{Filter, RowSet, parse_filter};
use flow_core::record::{Address, Field, Value};
use flow_testkit::load::Load;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::any_log::{any_log, load_dealt};
use crate::load::diagnosis;

fn everything(load: &Load) -> Findings {
    crate::findings(load, &Filter::everything(), None)
}

type End = (Value, Value);

/// A rejected row: its place, interface, protocol, and the ends of the packet.
struct Rejected {
    at: u32,
    interface: Value,
    protocol: Value,
    ends: [End; 2],
    time: (Value, Value),
}

/// Of a load in one shard.
fn rejected_rows(load: &Load) -> Vec<Rejected> {
    let store = &load.stores[0];
    let rows = 0..store.rows().n_readable();
    let read = |at: u32| {
        let cell = |field: Field| store.cell(store.rows(), at, &field.into());
        let end = |packet: Field, address: Field, port: Field| {
            let address = if cell(packet).is_absent() { cell(address) } else { cell(packet) };
            (address, cell(port))
        };
        (cell(Field::ACTION) == Value::Text("REJECT".to_owned())).then(|| Rejected {
            at,
            interface: cell(Field::INTERFACE_ID),
            protocol: cell(Field::PROTOCOL),
            ends: [
                end(Field::PKT_SRCADDR, Field::SRCADDR, Field::SRCPORT),
                end(Field::PKT_DSTADDR, Field::DSTADDR, Field::DSTPORT),
            ],
            time: (cell(Field::START), cell(Field::END)),
        })
    };
    rows.filter_map(read).collect()
}

/// Whether the row is one of a conversation whose ends are known.
fn is_of(row: &Rejected, diagnosed: &Diagnosed) -> bool {
    let number = |number: Option<u16>| number.map_or(Value::Absent, |number| Value::Number(number.into()));
    let is_portless = diagnosed.port.or(diagnosed.initiator_port).is_none();
    let has_ports = !is_portless || matches!(diagnosed.protocol, Some(6 | 17));
    let is_end = |end: &End, address: Option<Address>, port: Option<u16>| {
        end.0 == address.map_or(Value::Absent, Value::Address) && (!has_ports || end.1 == number(port))
    };
    let initiator = |end| is_end(end, diagnosed.initiator, diagnosed.initiator_port);
    let responder = |end| is_end(end, diagnosed.responder, diagnosed.port);
    let [src, dst] = &row.ends;
    // Then what the other end sent at about the same time is another conversation.
    let is_half = matches!(diagnosed.began, Began::RefusedBothWays | Began::OnlySender);
    // Without ports, what happened at other times is another conversation.
    let is_in_time = match (&row.time, diagnosed.first_secs, diagnosed.last_secs) {
        ((Value::Number(start), Value::Number(end)), Some(first), Some(last)) => {
            first <= *start && *end <= last
        }
        _ => false,
    };
    (!is_portless || is_in_time)
        && row.interface == *diagnosed.interface
        && row.protocol == diagnosed.protocol.map_or(Value::Absent, |number| Value::Number(number.into()))
        && ((initiator(src) && responder(dst)) || (!is_half && responder(src) && initiator(dst)))
}

/// The rows that a filter leaves of a load in one shard.
fn left(filter: &Filter, load: &Load) -> Vec<u32> {
    let store = &load.stores[0];
    let rows = RowSet::select(filter, store, store.rows());
    let mut left = Vec::new();
    let mut n_before = 0;
    for (segment, rows) in store.rows().segments().iter().zip(rows.segments()) {
        rows.for_each(|at| left.push(n_before + at as u32));
        n_before += segment.n_rows();
    }
    left
}

fn filters(findings: &Findings) -> Vec<&Filter> {
    let of_causes = findings.causes.iter().map(|cause| &cause.filter);
    of_causes.chain([&findings.scanners.filter]).collect()
}

/// Conversations put together in the slowest way: with each, all that have the same cause.
fn slow_causes(conversations: &[Diagnosed], load: &Load) -> Vec<(Verdict, u64, u64)> {
    let way_in = |one: &Diagnosed| one.grounds.is_inbound();
    let peer = |one: &Diagnosed| if way_in(one) == Some(false) { one.responder } else { one.initiator };
    let is_same_service = |a: &Diagnosed, b: &Diagnosed| {
        (a.verdict, a.port, a.protocol, way_in(a)) == (b.verdict, b.port, b.protocol, way_in(b))
            && peer(a).map(|peer| load.knowledge.is_ours(peer))
                == peer(b).map(|peer| load.knowledge.is_ours(peer))
    };
    let has_interface = |one: &Diagnosed| *one.interface != Value::Absent;
    let is_shared = |one: &Diagnosed| {
        way_in(one) == Some(false)
            && has_interface(one)
            && conversations.iter().any(|other| {
                is_same_service(one, other)
                    && has_interface(other)
                    && other.responder == one.responder
                    && other.interface != one.interface
            })
    };
    let have_one_cause = |a: &Diagnosed, b: &Diagnosed| {
        let is_same_interface = a.interface == b.interface;
        is_same_service(a, b)
            && match (is_shared(a), is_shared(b)) {
                (true, true) => a.responder == b.responder,
                (false, false) if way_in(a).is_none() || !has_interface(a) => {
                    is_same_interface && a.responder == b.responder
                }
                (false, false) => is_same_interface,
                _ => false,
            }
    };
    let of_causes: Vec<&Diagnosed> =
        conversations.iter().filter(|one| one.verdict != Verdict::Scan).collect();
    let mut found: BTreeMap<usize, (Verdict, u64, u64)> = BTreeMap::new();
    for one in &of_causes {
        let first = of_causes.iter().position(|other| have_one_cause(one, other)).expect("it is like itself");
        let total = found.entry(first).or_insert((one.verdict, 0, 0));
        total.1 += 1;
        total.2 += one.grounds.n_refused();
    }
    found.into_values().collect()
}

fn totals(cause: &Cause) -> (Verdict, u64, u64) {
    (cause.verdict, cause.n_conversations, cause.n_rejected_rows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn every_rejected_row_is_in_one_cause_or_a_scanners(lines in any_log()) {
        let load = load_dealt(&lines, 1, |_| 0);
        let conversations = diagnosis(&load, &Filter::everything(), None).conversations;
        let findings = everything(&load);
        let (causes, scanners) = (&findings.causes, &findings.scanners);
        prop_assert_eq!(findings.n_causes, causes.len() as u64);
        let n_conversations: u64 = causes.iter().map(|cause| cause.n_conversations).sum();
        prop_assert_eq!(n_conversations + scanners.n_conversations, conversations.len() as u64);
        let n_rejected: u64 = causes.iter().map(|cause| cause.n_rejected_rows).sum();
        prop_assert_eq!(n_rejected + scanners.n_rows, rejected_rows(&load).len() as u64);
        let by_verdict = findings.by_verdict.iter().map(|(_, count)| count);
        let sums = by_verdict.fold((0, 0), |sums, count| (sums.0 + count.n_conversations, sums.1 + count.n_rejected_rows));
        prop_assert_eq!(sums, (conversations.len() as u64, rejected_rows(&load).len() as u64));
        let mut found: Vec<_> = causes.iter().map(totals).collect();
        let mut expected = slow_causes(&conversations, &load);
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected, "{}", lines.join("\n"));
    }

    #[test]
    fn a_filter_leaves_all_rows_that_its_cause_rests_on(lines in any_log()) {
        let load = load_dealt(&lines, 1, |_| 0);
        let findings = everything(&load);
        let rejected = rejected_rows(&load);
        for cause in &findings.causes {
            let rows = left(&cause.filter, &load);
            prop_assert!(rows.len() as u64 >= cause.n_rejected_rows, "{}\n{}", cause.filter, lines.join("\n"));
            for diagnosed in cause.evidence.iter().filter(|diagnosed| diagnosed.initiator.is_some()) {
                for row in rejected.iter().filter(|row| is_of(row, diagnosed)) {
                    prop_assert!(rows.contains(&row.at), "{} lacks {}\n{diagnosed:?}", cause.filter, lines[row.at as usize]);
                }
            }
        }
        // Together they leave whatever was rejected, and nothing else.
        let mut together: Vec<u32> = filters(&findings).iter().flat_map(|filter| left(filter, &load)).collect();
        together.sort_unstable();
        together.dedup();
        let all: Vec<u32> = rejected.iter().map(|row| row.at).collect();
        prop_assert_eq!(together, all, "{}", lines.join("\n"));
    }

    #[test]
    fn a_filter_comes_back_from_its_text(lines in any_log()) {
        let load = load_dealt(&lines, 1, |_| 0);
        for filter in filters(&everything(&load)) {
            let text = filter.to_string();
            let read = parse_filter(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            prop_assert_eq!(left(&read, &load), left(filter, &load), "{}", text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn neither_shards_nor_order_change_findings(
        lines in any_log(),
        deal in vec(0..5usize, 60),
        shift in 0..50usize,
    ) {
        let expected = everything(&load_dealt(&lines, 1, |_| 0));
        for n_shards in [2, 5] {
            prop_assert_eq!(&everything(&load_dealt(&lines, n_shards, |at| deal[at])), &expected);
        }
        let mut turned = lines.clone();
        turned.rotate_left(shift % lines.len());
        turned.reverse();
        prop_assert_eq!(&everything(&load_dealt(&turned, 1, |_| 0)), &expected);
    }

    /// A filter of the question leaves the verdicts of what it leaves, but for scanners.
    #[test]
    fn what_was_not_asked_about_is_in_no_cause(lines in any_log()) {
        let load = load_dealt(&lines, 1, |_| 0);
        let filter = parse_filter("interface-id = eni-1").unwrap();
        let findings = crate::findings(&load, &filter, None);
        let eni_1 = Value::Text("eni-1".to_owned());
        prop_assert!(findings.causes.iter().all(|cause| cause.interfaces == [eni_1.clone()] && cause.n_interfaces == 1));
    }
}
