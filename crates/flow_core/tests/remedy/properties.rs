//! Random accounts and wanted flows: after the edits the wanted flows pass, or the remedy says which may not, and nothing
//! else passes than it says.

use std::collections::BTreeSet;
use std::sync::Arc;

use flow_core::config::evaluate::Answer;
use flow_core::config::read::read_configuration;
use flow_core::config::remedy::{Change, Opens, PortSpan, RULES_MAX, RefusedBy, Side, Wanted, remedy};
use flow_core::config::{
    Configuration, Evaluator, Flow, Peer, PortPair, RuleDirection, RuleEdit, RulePorts, Traffic,
};
use flow_core::record::Address;
use flow_testkit::rules::{ADDRESSES, any_configuration, any_direction, any_flow};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const SERVICES: [(u8, Option<PortSpan>); 6] = [
    (6, Some(PortSpan { from: 443, to: 443 })),
    (6, Some(PortSpan { from: 22, to: 8_080 })),
    (17, Some(PortSpan { from: 40_000, to: 40_000 })),
    (1, None),
    (58, None),
    (47, None),
];

fn any_wanted() -> impl Strategy<Value = Wanted> {
    let refused_by = select(
        &[
            RefusedBy::SecurityGroup,
            RefusedBy::NetworkAcl,
            RefusedBy::NetworkAclReturn,
            RefusedBy::GroupOrAcl,
        ][..],
    );
    let peers = subsequence(&ADDRESSES[..], 1..6);
    (btree_set(0..4u8, 1..4), refused_by, any_direction(), peers, select(&SERVICES[..])).prop_map(
        |(interfaces, refused_by, direction, peers, (protocol, ports))| Wanted {
            interfaces: interfaces.iter().map(|n| format!("eni-{n}")).collect(),
            refused_by,
            direction,
            peers: peers.iter().map(|text| Address::parse(text.as_bytes()).unwrap()).collect(),
            protocol,
            ports,
        },
    )
}

/// The same of interfaces of which one at least is described, where there is one.
fn at_described(account: &Configuration, wanted: Wanted) -> Wanted {
    let mut wanted = wanted;
    if !wanted.interfaces.iter().any(|id| account.interfaces.contains_key(id)) {
        wanted.interfaces.extend(
            account.interfaces.keys().nth(wanted.peers.len() % account.interfaces.len().max(1)).cloned(),
        );
    }
    wanted
}

/// An account of which nothing is left out: what the evaluator cannot know then is only ICMP types.
fn described() -> impl Strategy<Value = Configuration> {
    any_configuration().prop_map(|mut account| {
        for n in 0..4 {
            let subnet = format!("subnet-{n}");
            account.groups.entry(format!("sg-{n}")).or_default();
            account.vpcs.entry(format!("vpc-{n}")).or_default();
            account.subnets.entry(subnet.clone()).or_default();
            account.prefix_lists.entry(format!("pl-{n}")).or_default();
            account.network_acls.entry(format!("acl-{n}")).or_default().subnets = Some(vec![subnet]);
        }
        for group in account.groups.values_mut() {
            group.has_unread_rules = None;
            group.rules.get_or_insert_default();
        }
        for interface in account.interfaces.values_mut() {
            interface.subnet.get_or_insert_with(|| "subnet-0".to_owned());
            interface.vpc.get_or_insert_with(|| "vpc-0".to_owned());
            interface.groups.get_or_insert_with(|| vec!["sg-0".to_owned()]);
        }
        for subnet in account.subnets.values_mut() {
            subnet.cidrs.get_or_insert_default();
        }
        for vpc in account.vpcs.values_mut() {
            vpc.cidrs.get_or_insert_default();
        }
        for list in account.prefix_lists.values_mut() {
            list.entries.get_or_insert_default();
        }
        for acl in account.network_acls.values_mut() {
            acl.entries.get_or_insert_default();
        }
        account
    })
}

/// The flow of an interface as the one that has its remote address sees it, where that is none of the wanted.
fn other_end<'a>(
    account: &'a Configuration,
    wanted: &Wanted,
    own: &str,
    flow: &Flow,
) -> Option<(&'a str, Flow)> {
    let mut holders = account.interfaces.iter().filter(|(_, interface)| {
        interface.addresses.iter().flatten().any(|address| *address == flow.remote)
            || interface.delegated.iter().flatten().any(|prefix| prefix.contains(flow.remote))
    });
    let (end, _) = holders.next().filter(|(id, _)| !wanted.interfaces.contains(id))?;
    let addresses = account.interfaces[own].addresses.iter().flatten();
    let remote = addresses.copied().find(|address| address.family() == flow.remote.family())?;
    let ports = flow.ports.map(|ports| PortPair { local: ports.remote, remote: ports.local });
    let other = Flow { direction: flow.direction.opposite(), remote, ports, ..*flow };
    holders.next().is_none().then_some((end.as_str(), other))
}

/// Requests and replies over all ports that matter: services' borders, and every kind of ephemeral port.
fn flows(wanted: &Wanted) -> Vec<Flow> {
    let mut flows = Vec::new();
    for remote in &wanted.peers {
        let flow =
            |ports| Flow { direction: wanted.direction, remote: *remote, protocol: wanted.protocol, ports };
        let Some(PortSpan { from, to }) = wanted.ports else {
            flows.push(flow(None));
            continue;
        };
        for service in [from, 443, 444, 8_080, to].into_iter().filter(|port| (from..=to).contains(port)) {
            for ephemeral in [1_024, 8_079, 8_081, 32_768, 40_000, 60_999, 65_535] {
                let ports = match wanted.direction {
                    RuleDirection::Ingress => PortPair { local: service, remote: ephemeral },
                    RuleDirection::Egress => PortPair { local: ephemeral, remote: service },
                };
                flows.push(flow(Some(ports)));
            }
        }
    }
    flows
}

fn carries(traffic: Traffic, protocol: u8, port: Option<u16>) -> bool {
    let is_port = match (traffic.ports(), port) {
        (RulePorts::Range { first, last }, Some(port)) => (first..=last).contains(&port),
        _ => true,
    };
    traffic.protocol().is_none_or(|of| of == protocol) && is_port
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn after_the_edits_the_wanted_flows_pass(account in any_configuration(), wanted in any_wanted()) {
        let wanted = at_described(&account, wanted);
        let remedy = remedy(Some(&account), &wanted);
        let change = &remedy.change;
        prop_assert_eq!(change.edits.len(), change.sides.len());
        let described: Vec<&String> =
            wanted.interfaces.iter().filter(|id| account.interfaces.contains_key(*id)).collect();
        let Some(proof) = &change.proof else {
            prop_assert!(described.is_empty() || remedy.cannot.is_some());
            return Ok(());
        };
        prop_assert_eq!(proof.n_interfaces as usize, described.len());
        let edited = account.edited(&change.edits);
        let mut evaluator = Evaluator::new(Arc::new(edited.configuration));
        for (own, flow) in described.iter().flat_map(|own| flows(&wanted).into_iter().map(move |flow| (own, flow))) {
            let place = evaluator.interface(own).unwrap();
            let decision = evaluator.decide(place, &flow);
            let passes = decision.request_passes().and(decision.reply_passes());
            let is_named = proof.unproved.iter().any(|unproved| unproved.peer == flow.remote);
            prop_assert!(passes == Answer::Yes || is_named, "{:?} {:#?}", flow, remedy);
            let Some((end, other)) = other_end(&account, &wanted, own, &flow) else { continue };
            let place = evaluator.interface(end).unwrap();
            let decision = evaluator.decide(place, &other);
            let passes = decision.request_passes().and(decision.reply_passes());
            prop_assert!(passes == Answer::Yes || is_named, "{} {:?} {:#?}", end, other, remedy);
        }
    }

    /// Where all is described, only the numbers of an ACL can stand in the way.
    #[test]
    fn of_a_described_account_every_wanted_flow_can_be_mended(account in described(), wanted in any_wanted()) {
        let wanted = at_described(&account, wanted);
        let remedy = remedy(Some(&account), &wanted);
        let misfits = account.edited(&remedy.change.edits).misfits;
        let is_described = wanted.interfaces.iter().any(|id| account.interfaces.contains_key(id));
        prop_assert!(!is_described || misfits.is_empty(), "{:?}", misfits);
        let is_wider = remedy.change.opens.iter().any(|opens| matches!(opens, Opens::Strangers { .. }));
        prop_assert!(!is_wider, "{:#?}", remedy);
        if let (Some(proof), None) = (&remedy.change.proof, &remedy.cannot) {
            for unproved in &proof.unproved {
                prop_assert_eq!(unproved.answer, Answer::Unknowable, "{:#?}", remedy);
            }
        }
        for alternative in &remedy.alternatives {
            let refused = alternative.proof.iter().flat_map(|proof| &proof.unproved);
            let is_refused = refused.clone().any(|unproved| unproved.answer == Answer::No);
            prop_assert!(!is_refused, "{:#?}", alternative);
        }
    }

    /// A flow that passes now and did not before is of a rule that was added, at an interface and for a remote end that
    /// were wanted or that `opens` names.
    #[test]
    fn nothing_else_opens_than_is_said(
        account in described(),
        wanted in any_wanted(),
        sampled in vec(any_flow(), 1..30),
    ) {
        let wanted = at_described(&account, wanted);
        let remedy = remedy(Some(&account), &wanted);
        let edited = account.edited(&remedy.change.edits).configuration;
        let (mut before, mut after) =
            (Evaluator::new(Arc::new(account.clone())), Evaluator::new(Arc::new(edited)));
        for id in account.interfaces.keys() {
            let (place_before, place_after) = (before.interface(id).unwrap(), after.interface(id).unwrap());
            for flow in &sampled {
                let (was, is) = (before.decide(place_before, flow), after.decide(place_after, flow));
                let parts = [
                    (was.groups.answer(), is.groups.answer(), *flow, true),
                    (was.acl_request.answer(), is.acl_request.answer(), *flow, false),
                    (was.acl_reply.answer(), is.acl_reply.answer(), flow.reply(), false),
                ];
                for (was, is, flow, is_group) in parts {
                    if was == Answer::No && is == Answer::Yes {
                        let is_said = remedy.change.edits.iter().zip(&remedy.change.sides).any(|(edit, side)| {
                            is_of(edit, is_group, &flow) && is_told(&account, &wanted, &remedy.change.opens, edit, side, id, &flow)
                        });
                        prop_assert!(is_said, "{} {:?} {:#?}", id, flow, remedy);
                    }
                }
            }
        }
    }
}

/// One interface in a described subnet, whose group admits nothing.
const SHUT: &str = r#"{
    "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}],
    "Subnets": [
        {"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.8.0/24"},
        {"SubnetId": "subnet-2", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24"}],
    "NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "Associations": [{"SubnetId": "subnet-1"}], "Entries": [
        {"RuleNumber": 100, "Protocol": "-1", "CidrBlock": "0.0.0.0/0", "Egress": false, "RuleAction": "allow"},
        {"RuleNumber": 100, "Protocol": "-1", "CidrBlock": "0.0.0.0/0", "Egress": true, "RuleAction": "allow"}]}],
    "SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": []}],
    "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "SubnetId": "subnet-1",
        "PrivateIpAddress": "10.0.8.4", "Groups": [{"GroupId": "sg-1"}]}]}"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Every address is asked: who passes is a peer, or counted as a stranger.
    #[test]
    fn strangers_are_counted(bits in btree_set(0..256u32, 1..40)) {
        let (account, _) = read_configuration([("shut.json", SHUT.as_bytes())]);
        let at = |bits| Address::V4(0x0a00_0100 + bits);
        let wanted = Wanted {
            interfaces: vec!["eni-1".to_owned()],
            refused_by: RefusedBy::SecurityGroup,
            direction: RuleDirection::Ingress,
            peers: bits.iter().map(|bits| at(*bits)).collect(),
            protocol: 6,
            ports: Some(PortSpan { from: 443, to: 443 }),
        };
        let remedy = remedy(Some(&account), &wanted);
        let n_rules = remedy.change.edits.len();
        prop_assert_eq!(remedy.alternatives.is_empty(), n_rules <= RULES_MAX);
        for Change { edits, opens, .. } in std::iter::once(&remedy.change).chain(&remedy.alternatives) {
            prop_assert!(edits.len() <= n_rules);
            let mut evaluator = Evaluator::new(Arc::new(account.edited(edits).configuration));
            let place = evaluator.interface("eni-1").unwrap();
            let passes = |bits: &u32| {
                let ports = Some(PortPair { local: 443, remote: 40_000 });
                let flow = Flow { direction: RuleDirection::Ingress, remote: at(*bits), protocol: 6, ports };
                evaluator.decide(place, &flow).groups.answer() == Answer::Yes
            };
            let passing: BTreeSet<u32> = (0..512).filter(passes).collect();
            prop_assert!(bits.is_subset(&passing));
            let n_strangers: u64 = opens.iter().map(|opens| match opens {
                Opens::Strangers { n, .. } => *n,
                other => panic!("nothing else opens: {other:?}"),
            }).sum();
            prop_assert_eq!((passing.len() - bits.len()) as u64, n_strangers);
        }
    }
}

/// Whether the edit is what lets the packets through.
fn is_of(edit: &RuleEdit, is_group: bool, flow: &Flow) -> bool {
    match edit {
        RuleEdit::AddGroupRule { rule, .. } if is_group => {
            rule.direction == flow.direction && carries(rule.traffic, flow.protocol, flow.destination_port())
        }
        RuleEdit::AddAclEntry { entry, .. } if !is_group => {
            entry.direction == flow.direction
                && entry.cidr.contains(flow.remote)
                && carries(entry.traffic, flow.protocol, flow.destination_port())
        }
        _ => false,
    }
}

/// Whether the interface and the remote end are wanted, or named.
fn is_told(
    account: &Configuration,
    wanted: &Wanted,
    opens: &[Opens],
    edit: &RuleEdit,
    side: &Side,
    id: &str,
    flow: &Flow,
) -> bool {
    let is_own = |id: &str| wanted.interfaces.iter().any(|own| own == id);
    let has = |id: &str, address: Address| {
        let interface = &account.interfaces[id];
        interface.addresses.iter().flatten().any(|own| *own == address)
            || interface.delegated.iter().flatten().any(|prefix| prefix.contains(address))
    };
    // Whose rules were to change, and for whom.
    let (is_wanted_end, is_wanted_remote) = match side {
        Side::Own => (is_own(id), wanted.peers.contains(&flow.remote)),
        Side::Peer { .. } => {
            let described = wanted.interfaces.iter().filter(|own| account.interfaces.contains_key(*own));
            (
                wanted.peers.iter().any(|peer| has(id, *peer)),
                described.clone().any(|own| has(own, flow.remote)),
            )
        }
    };
    let subnet = account.interfaces[id].subnet.as_deref().unwrap();
    let end_subnets: Vec<&str> = account
        .interfaces
        .iter()
        .filter(|(other, _)| match side {
            Side::Own => is_own(other),
            Side::Peer { .. } => wanted.peers.iter().any(|peer| has(other, *peer)),
        })
        .filter_map(|(_, interface)| interface.subnet.as_deref())
        .collect();
    let is_named_end = opens.iter().any(|opens| match opens {
        Opens::Interfaces { group, listed, .. } => {
            group == edit.policy() && listed.iter().any(|other| other == id)
        }
        Opens::Subnets { acl, listed, .. } => {
            acl == edit.policy() && listed.iter().any(|other| other == subnet)
        }
        _ => false,
    });
    let is_same_subnet = matches!(edit, RuleEdit::AddAclEntry { .. }) && end_subnets.contains(&subnet);
    let is_named_remote = opens.iter().any(|opens| match opens {
        Opens::Members { policy, listed, .. } => {
            policy == edit.policy() && listed.iter().any(|member| has(member, flow.remote))
        }
        Opens::Strangers { policy, prefix, .. } => policy == edit.policy() && prefix.contains(flow.remote),
        _ => false,
    });
    // An interface that is a peer is admitted by all of its addresses.
    let is_of_peer = matches!(edit, RuleEdit::AddGroupRule { rule, .. } if matches!(&rule.peer, Peer::Group(group) if {
        account.interfaces.iter().any(|(member, interface)| {
            interface.groups.iter().flatten().any(|of| of == group) && has(member, flow.remote)
                && (wanted.peers.iter().any(|peer| has(member, *peer)) || is_own(member))
        })
    }));
    (is_wanted_end || is_named_end || is_same_subnet) && (is_wanted_remote || is_named_remote || is_of_peer)
}
