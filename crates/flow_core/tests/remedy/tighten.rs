//! A tightened rule admits all that used the wide one, and nothing that the wide one did not.

use std::sync::Arc;

use flow_core::config::description::SecurityGroup;
use flow_core::config::evaluate::Answer;
use flow_core::config::remedy::tighten::{Use, tighter};
use flow_core::config::{Configuration, Evaluator, Flow, Placement, PortPair, RuleEdit, SecurityGroupRule};
use flow_core::record::Address;
use flow_testkit::rules::{ADDRESSES, any_flow, any_rule};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn any_use() -> impl Strategy<Value = Use> {
    let port = proptest::option::weighted(0.9, select(&[22, 442, 443, 444, 8_080, 40_000][..]));
    (select(&ADDRESSES[..]), select(&[1, 6, 17, 47][..]), port).prop_map(|(peer, protocol, port)| Use {
        peer: Address::parse(peer.as_bytes()).unwrap(),
        protocol,
        port,
    })
}

/// What a group with these rules says to a flow.
fn admits(rules: Vec<SecurityGroupRule>, flow: &Flow) -> Answer {
    let mut account = Configuration::default();
    let group = SecurityGroup { rules: Some(rules), ..SecurityGroup::default() };
    account.groups.insert("sg-1".to_owned(), group);
    let mut evaluator = Evaluator::new(Arc::new(account));
    let groups = Some(vec!["sg-1".to_owned()]);
    let place = evaluator.place(Placement { groups, ..Placement::default() });
    evaluator.decide(place, flow).groups.answer()
}

fn flow_of(rule: &SecurityGroupRule, used: &Use) -> Flow {
    let ports = used.port.map(|port| PortPair { local: port, remote: port });
    Flow { direction: rule.direction, remote: used.peer, protocol: used.protocol, ports }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_used_a_rule_still_passes_and_nothing_more(
        rule in any_rule(),
        uses in vec(any_use(), 0..12),
        sampled in vec(any_flow(), 1..20),
    ) {
        let tighter = tighter(None, "sg-1", &rule, &uses);
        if tighter.cannot.is_some() {
            prop_assert!(tighter.edits.is_empty());
            return Ok(());
        }
        let is_last = |edit: &RuleEdit| matches!(edit, RuleEdit::RemoveGroupRule { rule: removed, .. } if *removed == rule);
        prop_assert!(tighter.edits.last().is_some_and(is_last));
        let narrow: Vec<SecurityGroupRule> = tighter.edits.iter().filter_map(|edit| match edit {
            RuleEdit::AddGroupRule { rule, .. } => Some(rule.clone()),
            _ => None,
        }).collect();
        for used in &uses {
            let flow = flow_of(&rule, used);
            let before = admits(vec![rule.clone()], &flow);
            if before == Answer::Yes {
                prop_assert_eq!(admits(narrow.clone(), &flow), Answer::Yes, "{:?} {:#?}", used, tighter);
            }
        }
        for flow in &sampled {
            if admits(vec![rule.clone()], flow) == Answer::No {
                prop_assert_eq!(admits(narrow.clone(), flow), Answer::No, "{:?} {:#?}", flow, tighter);
            }
        }
    }
}
