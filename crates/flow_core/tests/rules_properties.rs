//! The evaluator against the literal reading of the AWS guides: random rules, random flows, one decision.

use std::sync::Arc;

use flow_core::config::evaluate::PlaceId;
use flow_core::config::evaluate::{AclRuling, GroupRuling, NearestRules};
use flow_core::config::{Configuration, Evaluator, Flow, Placement, SecurityGroupRule};
use flow_testkit::rules::{any_configuration, any_entry, any_flow, any_placement, any_rule};
use flow_testkit::rules_oracle as oracle;
use proptest::collection::vec;
use proptest::prelude::*;

/// `nearest` has been asked about other flows of the same configuration.
fn check_nearest(
    evaluator: &Evaluator,
    nearest: &NearestRules,
    place: PlaceId,
    flow: &Flow,
) -> Result<(), TestCaseError> {
    let decision = evaluator.decide(place, flow);
    if decision.groups == GroupRuling::Denied && decision.exemption.is_none() {
        let expected = evaluator.explain(place, flow).groups.nearest;
        let found = nearest.of(evaluator, place, flow).map(|(rule, miss)| {
            let (group, rule) = evaluator.rule(rule);
            (group.to_owned(), rule.to_string(), miss)
        });
        let expected = expected.map(|nearest| (nearest.policy, nearest.text, nearest.misses[0]));
        prop_assert_eq!(found, expected);
    }
    Ok(())
}

fn check(configuration: &Configuration, placement: &Placement, flow: &Flow) -> Result<(), TestCaseError> {
    let mut evaluator = Evaluator::new(Arc::new(configuration.clone()));
    let place = evaluator.place(placement.clone());
    let decision = evaluator.decide(place, flow);

    let expected = oracle::groups(configuration, placement, flow);
    prop_assert_eq!(decision.groups.answer(), expected.answer);
    let named = |rule| {
        let (group, rule): (&str, &SecurityGroupRule) = evaluator.rule(rule);
        (group.to_owned(), rule.clone())
    };
    if let GroupRuling::Allowed(rule) = decision.groups {
        prop_assert_eq!(Some(&named(rule)), expected.certain.first());
    }
    let (mut certain, mut possible) = (Vec::new(), Vec::new());
    evaluator.admitting_rules(place, flow, |rule, is_certain| {
        if is_certain { certain.push(named(rule)) } else { possible.push(named(rule)) }
    });
    prop_assert_eq!(certain, expected.certain);
    prop_assert_eq!(possible, expected.possible);

    for (ruling, flow) in [(decision.acl_request, *flow), (decision.acl_reply, flow.reply())] {
        let (answer, entry) = oracle::network_acl(configuration, placement, &flow);
        prop_assert_eq!(ruling.answer(), answer);
        let decisive = match ruling {
            AclRuling::Allowed(entry) | AclRuling::Denied(Some(entry)) => Some(evaluator.entry(entry).1),
            _ => None,
        };
        prop_assert_eq!(decisive, entry);
    }

    // The explanation is of the same decision, and has a reason for each part of it.
    let explanation = evaluator.explain(place, flow);
    prop_assert_eq!(explanation.decision, decision);
    if decision.groups == GroupRuling::Denied {
        let admits_nothing = explanation.groups.nearest.iter().all(|nearest| !nearest.misses.is_empty());
        prop_assert!(admits_nothing && explanation.groups.admitting.is_empty());
    }
    let is_reasoned = explanation.sentences().iter().all(|sentence| !sentence.contains("known: ."));
    prop_assert!(is_reasoned, "{explanation:#?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_evaluator_reads_rules_as_the_guides_say(
        configuration in any_configuration(),
        placement in any_placement(),
        flows in vec(any_flow(), 1..20),
    ) {
        for flow in flows {
            check(&configuration, &placement, &flow)?;
        }
    }

    #[test]
    fn the_nearest_rule_is_the_one_that_is_explained(
        configuration in any_configuration(),
        placements in vec(any_placement(), 1..4),
        flows in vec(any_flow(), 1..40),
    ) {
        let mut evaluator = Evaluator::new(Arc::new(configuration));
        let places: Vec<PlaceId> = placements.into_iter().map(|placement| evaluator.place(placement)).collect();
        let nearest = NearestRules::default();
        for flow in &flows {
            for place in &places {
                check_nearest(&evaluator, &nearest, *place, flow)?;
            }
        }
    }

    #[test]
    fn interfaces_are_places_of_their_own(configuration in any_configuration(), flow in any_flow()) {
        for (id, interface) in &configuration.interfaces {
            let mut evaluator = Evaluator::new(Arc::new(configuration.clone()));
            let place = evaluator.interface(id).unwrap();
            prop_assert_eq!(evaluator.place(Placement::of(interface)), place);
            check(&configuration, &Placement::of(interface), &flow)?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    /// More rules than a word has bits, and more than a table has.
    #[test]
    fn many_rules_are_read_as_few_are(
        mut configuration in any_configuration(),
        rules in vec(any_rule(), 1_000..2_200),
        mut entries in vec(any_entry(), 1_000..2_200),
        flows in vec(any_flow(), 1..20),
    ) {
        for (number, entry) in (1..).zip(&mut entries) {
            entry.number = number;
        }
        entries.sort();
        configuration.groups.entry("sg-0".into()).or_default().rules = Some(rules);
        let acl = configuration.network_acls.entry("acl-0".into()).or_default();
        (acl.entries, acl.subnets) = (Some(entries), Some(vec!["subnet-0".into()]));
        let placement = Placement {
            vpc: None,
            subnet: Some("subnet-0".into()),
            groups: Some(vec!["sg-0".into(), "sg-1".into()]),
        };
        for flow in flows {
            check(&configuration, &placement, &flow)?;
        }
    }
}
