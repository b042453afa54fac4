//! What must hold of any log and any rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow_core::analysis::interface::InterfaceKnowledge;
use flow_core::analysis::requests::Room;
use flow_core::analysis::requests::replay::{Change, Changed};
use flow_core::analysis::requests::rule_use::{RuleState, Use};
use flow_core::config::evaluate::Answer;
use flow_core::config::{Configuration, RuleEdit};
use flow_core::query::Filter;
use flow_core::record::Address;
use flow_testkit::load::Load;
use flow_testkit::rules::{ADDRESSES, any_configuration, any_entry, any_rule};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::answers::{Answers, answers, answers_in};
use crate::oracle::{Literal, Row, Rows, Ruled, requests, ruled};

fn any_row() -> impl Strategy<Value = Row> {
    let address = || select(&ADDRESSES[..]).prop_map(|text| Address::parse(text.as_bytes()).unwrap());
    let ports = prop_oneof![
        3 => Just((40_000, 443)),
        2 => (select(vec![40_000u16, 50_000, 30_000]), select(vec![20u16, 22, 443, 8_080, 9_999])),
        2 => (1_030..1_045u16).prop_map(|port| (port, 9_999)),
        1 => select(vec![(500, 500), (443, 22), (8_080, 444)]),
    ];
    let ends = (address(), address(), prop_oneof![15 => ports.prop_map(Some), 1 => Just(None)])
        .prop_filter("nobody talks to himself", |(src, dst, _)| src != dst);
    (
        (select(vec!["eni-0", "eni-1", "eni-2", "eni-9"]), ends, any::<bool>()),
        select(vec![6u8, 6, 6, 17, 1, 27]),
        select(vec![1u64, 100, 101]),
        select(vec![1_000u64, 1_060, 1_700, 9_000]),
        any::<bool>(),
        select(vec![None, None, Some(0), Some(2), Some(3), Some(18)]),
        prop_oneof![4 => Just(None), 1 => any::<bool>().prop_map(Some)],
    )
        .prop_map(
            |((interface, (a, b, ports), is_turned), protocol, packets, start, is_accepted, flags, side)| {
                let (src, dst, ports) =
                    if is_turned { (b, a, ports.map(|(one, other)| (other, one))) } else { (a, b, ports) };
                // Mostly the end that comes first is the interface, so that rows agree.
                let is_egress = side.unwrap_or(src < dst);
                Row { interface, src, dst, ports, protocol, packets, start, is_accepted, flags, is_egress }
            },
        )
}

/// Rows and, of some, the answer or a later row of the same.
fn any_rows() -> impl Strategy<Value = Vec<Row>> {
    let echo = prop_oneof![2 => Just(0u8), 2 => Just(1), 1 => Just(2)];
    vec((any_row(), echo, any::<bool>()), 1..40).prop_map(|drawn| {
        let mut rows = Vec::new();
        for (row, n_more, is_accepted) in drawn {
            let reply = Row {
                src: row.dst,
                dst: row.src,
                ports: row.ports.map(|(src, dst)| (dst, src)),
                is_egress: !row.is_egress,
                is_accepted,
                flags: row.flags.map(|flags| if flags == 2 { 18 } else { 0 }),
                ..row.clone()
            };
            let later = Row { start: row.start + 60, flags: row.flags.map(|_| 0), ..row.clone() };
            rows.push(row);
            rows.extend([reply, later].into_iter().take(n_more.into()));
        }
        rows
    })
}

/// Additions to what is there, and removals of it.
fn any_edits() -> impl Strategy<Value = Vec<(RuleEdit, Index)>> {
    let id = |kind: &'static str| (0..4u8).prop_map(move |n| format!("{kind}-{n}"));
    let edit = prop_oneof![
        (id("sg"), any_rule()).prop_map(|(group, rule)| RuleEdit::AddGroupRule { group, rule }),
        (id("acl"), any_entry()).prop_map(|(acl, entry)| RuleEdit::AddAclEntry { acl, entry }),
        (id("sg"), any_rule()).prop_map(|(group, rule)| RuleEdit::RemoveGroupRule { group, rule }),
        (id("acl"), any_entry()).prop_map(|(acl, entry)| RuleEdit::RemoveAclEntry { acl, entry }),
    ];
    vec((edit, any::<Index>()), 0..5)
}

/// The edits that can be made one after the other; a removal is of some rule that is there.
fn fitting(configuration: &Configuration, drawn: Vec<(RuleEdit, Index)>) -> Vec<RuleEdit> {
    let mut edits: Vec<RuleEdit> = Vec::new();
    for (mut edit, index) in drawn {
        let now = configuration.edited(&edits).configuration;
        match &mut edit {
            RuleEdit::RemoveGroupRule { group, rule } => {
                let rules = now.groups.get(group).and_then(|group| group.rules.as_ref());
                if let Some(rules) = rules.filter(|rules| !rules.is_empty()) {
                    *rule = index.get(rules).clone();
                }
            }
            RuleEdit::RemoveAclEntry { acl, entry } => {
                let entries = now.network_acls.get(acl).and_then(|acl| acl.entries.as_ref());
                if let Some(entries) = entries.filter(|entries| !entries.is_empty()) {
                    *entry = index.get(entries).clone();
                }
            }
            _ => {}
        }
        if now.edited(std::slice::from_ref(&edit)).misfits.is_empty() {
            edits.push(edit);
        }
    }
    edits
}

fn load(rows: &[Row], shard_of: impl Fn(usize) -> usize) -> Load {
    let files: Vec<(usize, String)> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| (shard_of(at), format!("{}{}", Row::HEADER, row.line())))
        .collect();
    Load::of(&files.iter().map(|(shard, text)| (*shard, text.as_str())).collect::<Vec<_>>())
}

fn answered(load: &Load, configuration: &Configuration, edits: &[RuleEdit]) -> Answers {
    answers(load, &Filter::everything(), &Arc::new(configuration.clone()), edits)
}

fn changed(answers: &Answers) -> BTreeMap<Change, Changed> {
    answers.replayed.changes.iter().copied().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn answers_are_those_of_the_literal_reading(
        rows in any_rows(), configuration in any_configuration(), drawn in any_edits(),
    ) {
        let edits = fitting(&configuration, drawn);
        let load = load(&rows, |_| 0);
        let answers = answered(&load, &configuration, &edits);
        let literal = requests(&rows);
        check_counts(&answers, &literal, rows.len() as u64);
        check_use(&answers, &literal, &configuration);
        check_reachable(&answers, &literal, &load.knowledge);
        let after = configuration.edited(&edits).configuration;
        check_replay(&answers, &literal, &configuration, &after);
    }

    #[test]
    fn shards_and_order_change_nothing(
        rows in any_rows(), configuration in any_configuration(), drawn in any_edits(),
        shards in vec(0..3usize, 200),
    ) {
        let edits = fitting(&configuration, drawn);
        let expected = answered(&load(&rows, |_| 0), &configuration, &edits);
        prop_assert_eq!(&answered(&load(&rows, |at| shards[at]), &configuration, &edits), &expected);
        let turned: Vec<Row> = rows.into_iter().rev().collect();
        prop_assert_eq!(&answered(&load(&turned, |at| shards[at]), &configuration, &edits), &expected);
    }

    #[test]
    fn where_there_is_no_room_for_all_the_same_are_left_out(
        rows in any_rows(), configuration in any_configuration(), shards in vec(0..3usize, 200),
        n_accepted in 1..12u32, n_refused in 1..12u32,
    ) {
        let (room, configuration) = (Room { n_accepted, n_refused }, Arc::new(configuration));
        let answers = |load: &Load| answers_in(room, load, &Filter::everything(), &configuration, &[]);
        let expected = answers(&load(&rows, |_| 0));
        prop_assert_eq!(&answers(&load(&rows, |at| shards[at])), &expected);
        let basis = &expected.used.basis;
        let n_accepted_rows = rows.iter().filter(|row| row.is_accepted).count() as u64;
        prop_assert!(basis.n_accepted_rows_over_limit <= n_accepted_rows);
        if basis.n_accepted_rows_over_limit > 0 {
            let states = expected.used.groups.iter().flat_map(|group| &group.rules).map(|rule| rule.state);
            prop_assert!(!states.into_iter().any(|state| state == RuleState::Unused));
        }
    }

    #[test]
    fn no_edits_and_edits_that_are_taken_back_change_nothing(
        rows in any_rows(), configuration in any_configuration(), drawn in any_edits(),
    ) {
        let load = load(&rows, |_| 0);
        let edits = fitting(&configuration, drawn);
        let taken_back: Vec<RuleEdit> =
            edits.iter().cloned().chain(edits.iter().rev().map(RuleEdit::inverse)).collect();
        for edits in [&[][..], &taken_back] {
            let answers = answered(&load, &configuration, edits);
            prop_assert_eq!(&answers.replayed.misfits, &[]);
            prop_assert_eq!(&answers.replayed.groups, &[]);
            for (change, of_change) in changed(&answers) {
                prop_assert!(change == Change::Unchanged || of_change.rows == 0, "{change:?}");
            }
        }
    }
}

fn check_counts(answers: &Answers, literal: &Literal, n_rows: u64) {
    let basis = &answers.used.basis;
    assert_eq!(basis.n_rows, n_rows);
    assert_eq!(basis.n_rows_unknown, literal.n_unknown, "nothing tells who asked");
    assert_eq!(basis.n_rows_without_side, literal.n_without_side, "which end is the interface");
    assert_eq!(basis.n_rows_guessed, literal.n_guessed, "guessed");
}

/// Rows, rows alone, peers.
type Used = (u64, u64, u64);

fn used(of: &Use) -> Used {
    (of.total.rows, of.n_rows_alone, of.peers.n_peers)
}

/// Of requests, with what each contributes, for one rule.
fn expected<'a>(of: impl Iterator<Item = (&'a Address, u64, bool)>) -> Used {
    let (mut n_rows, mut n_alone, mut peers) = (0, 0, std::collections::BTreeSet::new());
    for (peer, rows, is_alone) in of.filter(|(_, rows, _)| *rows > 0) {
        n_rows += rows;
        n_alone += if is_alone { rows } else { 0 };
        peers.insert(*peer);
    }
    (n_rows, n_alone, peers.len() as u64)
}

fn check_use(answers: &Answers, literal: &Literal, configuration: &Configuration) {
    let ruled: Vec<(&Address, &Rows, bool, Ruled)> = literal
        .requests
        .iter()
        .filter_map(|(asked, rows)| Some((&asked.3, rows, asked.1, ruled(asked, rows, configuration)?)))
        .collect();
    for group in &answers.used.groups {
        for rule in &group.rules {
            let name = (group.id.clone(), rule.rule.to_string());
            let certain = ruled.iter().filter(|(.., ruled)| ruled.certain.contains(&name));
            let expected = expected(
                certain.map(|(peer, rows, _, ruled)| (*peer, rows.accepted, ruled.certain.len() == 1)),
            );
            assert_eq!(used(&rule.used), expected, "{name:?}");
            let possible = ruled.iter().filter(|(.., ruled)| ruled.possible.contains(&name));
            assert_eq!(
                rule.may_admit.rows,
                possible.map(|(_, rows, ..)| rows.accepted).sum::<u64>(),
                "{name:?}"
            );
        }
    }
    for acl in &answers.used.network_acls {
        for used_entry in &acl.entries {
            let entry = &used_entry.entry;
            let parts =
                ruled.iter().filter(|(.., ruled)| ruled.has_acl).flat_map(|(peer, rows, comes_in, ruled)| {
                    let is_reached = *comes_in || ruled.groups != Answer::No;
                    let of_request = match entry.is_allow {
                        true => rows.accepted,
                        false => {
                            if is_reached {
                                rows.rejected
                            } else {
                                0
                            }
                        }
                    };
                    let of_reply = if entry.is_allow { rows.accepted_replies } else { rows.rejected_replies };
                    let says = if entry.is_allow { Answer::Yes } else { Answer::No };
                    [(&ruled.acl_request, of_request), (&ruled.acl_reply, of_reply)]
                        .into_iter()
                        .filter(move |(ruling, _)| ruling.0 == says && ruling.1 == Some(entry.to_string()))
                        .map(|(_, rows)| (*peer, rows, false))
                });
            // Two ACLs can have the same entry: then the names do not tell them apart.
            let is_only = answers.used.network_acls.iter().flat_map(|acl| &acl.entries);
            if is_only.filter(|other| other.entry == *entry).count() == 1 {
                assert_eq!(used(&used_entry.used), expected(parts), "{entry} of {}", acl.id);
            }
        }
    }
    let unexplained = ruled.iter().filter(|(_, rows, _, ruled)| {
        rows.accepted > 0
            && (ruled.groups == Answer::No || (ruled.has_acl && ruled.acl_request.0 == Answer::No))
    });
    assert_eq!(answers.used.unexplained.n_rows, unexplained.map(|(_, rows, ..)| rows.accepted).sum::<u64>());
}

fn check_reachable(answers: &Answers, literal: &Literal, knowledge: &InterfaceKnowledge) {
    let mut expected: BTreeMap<_, (u64, u64, u64)> = BTreeMap::new();
    for ((interface, comes_in, local, remote, protocol, port), rows) in &literal.requests {
        if *comes_in && !knowledge.is_ours(*remote) && rows.accepted > 0 {
            let of = expected.entry((interface.to_string(), *local, *protocol, *port)).or_default();
            *of = (of.0 + 1, of.1 + rows.accepted, of.2 + u64::from(rows.sessions > 0));
        }
    }
    let found = answers.reached.ports.iter().map(|port| {
        let key = (port.interface.to_string(), port.local, port.protocol.unwrap(), port.port);
        (key, (port.sources.n_peers, port.asked.rows, port.n_sources_with_sessions))
    });
    assert_eq!(found.collect::<BTreeMap<_, _>>(), expected);
}

fn check_replay(answers: &Answers, literal: &Literal, before: &Configuration, after: &Configuration) {
    let mut expected: BTreeMap<Change, u64> = BTreeMap::new();
    let mut n_unexplained = 0;
    for (asked, rows) in &literal.requests {
        let Some((old, new)) = ruled(asked, rows, before).zip(ruled(asked, rows, after)) else { continue };
        let (old, new) = (old.answers(), new.answers());
        let was_changed_to = |answer| (0..3).any(|at| old[at] != new[at] && new[at] == answer);
        let of_accepted = if was_changed_to(Answer::No) {
            Change::WouldBreak
        } else if was_changed_to(Answer::Unknowable) {
            Change::Unknowable
        } else {
            Change::Unchanged
        };
        let of_rejected = |from: usize| {
            let (old, new) = (&old[from..], &new[from..]);
            let all_yes = |answers: &[Answer]| answers.iter().all(|answer| *answer == Answer::Yes);
            if old == new || all_yes(old) || new.contains(&Answer::No) {
                Change::Unchanged
            } else if all_yes(new) {
                Change::WouldPass
            } else {
                Change::Unknowable
            }
        };
        for (change, n_rows) in [
            (of_accepted, rows.accepted + rows.accepted_replies),
            (of_rejected(0), rows.rejected),
            (of_rejected(2), rows.rejected_replies),
        ] {
            *expected.entry(change).or_default() += n_rows;
        }
        for (answer, accepted, rejected) in [
            (old[0].and(old[1]), rows.accepted, rows.rejected),
            (old[2], rows.accepted_replies, rows.rejected_replies),
        ] {
            n_unexplained += match answer {
                Answer::Yes => rejected,
                Answer::No => accepted,
                Answer::Unknowable => 0,
            };
        }
    }
    for (change, of_change) in changed(answers) {
        assert_eq!(of_change.rows, expected.get(&change).copied().unwrap_or_default(), "{change:?}");
    }
    assert_eq!(answers.replayed.n_rows_unexplained, n_unexplained);
}
