//! Why a flow was decided as it was, as values and in words: the rules that admit it, those that may, and the one that
//! misses by least.
//!
//! Made for one flow at a time; nothing here is quick.

use serde::{Deserialize, Serialize};

use super::decision::{AclRuling, Answer, Decision, EntryIndex, GroupRuling, RuleIndex};
use super::evaluator::Evaluator;
use super::flow::Flow;
use super::near_miss::{Aspect, Candidate, NearMiss};
use super::placement::PlaceId;
use crate::config::rule::{AclEntry, Peer, RulePorts, SecurityGroupRule};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    pub decision: Decision,
    pub groups: GroupExplanation,
    pub acl_request: AclExplanation,
    pub acl_reply: AclExplanation,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupExplanation {
    /// Every rule that admits the flow for certain.
    pub admitting: Vec<RuleIndex>,
    /// Where no rule admits it for certain: those that may.
    pub possible: Vec<PossibleRule>,
    /// Groups of the place that are not described.
    pub undescribed: Vec<String>,
    /// Where it is denied.
    pub nearest: Option<NearMiss>,
    pub sentence: String,
}

/// A rule of which it cannot be known whether it admits a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PossibleRule {
    pub rule: RuleIndex,
    /// What is not known: `a flow log has no ICMP type`.
    pub because: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclExplanation {
    /// The network ACL of the subnet, where it is known.
    pub acl: Option<String>,
    /// Where it is denied: the allowing entry that misses by least.
    pub nearest: Option<NearMiss>,
    pub sentence: String,
}

impl Explanation {
    /// For people: what decides the flow, and where it is refused.
    pub fn sentences(&self) -> Vec<&str> {
        let parts = [&self.groups.sentence, &self.acl_request.sentence, &self.acl_reply.sentence];
        parts.into_iter().map(String::as_str).collect()
    }
}

impl Evaluator {
    /// What [`Evaluator::decide`] decides, with reasons.
    ///
    /// # Panics
    /// Where `place` is another evaluator's.
    pub fn explain(&self, place: PlaceId, flow: &Flow) -> Explanation {
        let decision = self.decide(place, flow);
        if let Some(exemption) = decision.exemption {
            let sentence =
                format!("Neither security groups nor network ACLs filter traffic with {exemption}.");
            let acl = AclExplanation { acl: None, nearest: None, sentence: sentence.clone() };
            let groups = GroupExplanation {
                admitting: Vec::new(),
                possible: Vec::new(),
                undescribed: Vec::new(),
                nearest: None,
                sentence,
            };
            return Explanation { decision, groups, acl_request: acl.clone(), acl_reply: acl };
        }
        Explanation {
            decision,
            groups: self.explain_groups(place, flow, decision.groups),
            acl_request: self.explain_acl(place, flow, decision.acl_request, "it"),
            acl_reply: self.explain_acl(place, &flow.reply(), decision.acl_reply, "the reply"),
        }
    }

    fn explain_groups(&self, place: PlaceId, flow: &Flow, ruling: GroupRuling) -> GroupExplanation {
        let (mut admitting, mut possible) = (Vec::new(), Vec::new());
        self.admitting_rules(place, flow, |rule, is_certain| {
            if is_certain { admitting.push(rule) } else { possible.push(rule) }
        });
        if !admitting.is_empty() {
            possible.clear();
        }
        let possible: Vec<PossibleRule> =
            possible.into_iter().map(|rule| PossibleRule { rule, because: self.doubt(rule, flow) }).collect();
        let groups = self.placement(place).groups.as_deref();
        let undescribed: Vec<String> =
            groups.unwrap_or_default().iter().filter(|id| !self.is_group_complete(id)).cloned().collect();
        let nearest = if ruling == GroupRuling::Denied { self.nearest_group_rule(place, flow) } else { None };
        let sentence =
            match ruling {
                GroupRuling::Allowed(rule) => format!("Allowed by {}.", self.rule_words(rule)),
                GroupRuling::NoGroups => "The interface has no security groups.".to_owned(),
                GroupRuling::Denied => {
                    let groups = groups.unwrap_or_default().join(", ");
                    let denied = format!("Denied: no {} rule of {groups} allows it.", flow.direction.name());
                    match &nearest {
                        Some(nearest) => format!("{denied} Nearest is {nearest}."),
                        None => denied,
                    }
                }
                GroupRuling::Unknowable if groups.is_none() => {
                    "Not known: the groups of the interface are not described.".to_owned()
                }
                GroupRuling::Unknowable => {
                    let mut doubts: Vec<String> = undescribed
                        .iter()
                        .map(|group| format!("the rules of {group} are not all described"))
                        .collect();
                    let possible = possible.iter();
                    doubts.extend(possible.map(|doubt| {
                        format!("{} may allow it, {}", self.rule_words(doubt.rule), doubt.because)
                    }));
                    format!("Not known: {}.", doubts.join("; "))
                }
            };
        GroupExplanation { admitting, possible, undescribed, nearest, sentence }
    }

    fn rule_words(&self, rule: RuleIndex) -> String {
        let (group, rule) = self.rule(rule);
        let id = rule.id.as_ref().map_or(String::new(), |id| format!(" {id}"));
        format!("{group}{id}, {rule}")
    }

    fn candidate_of_rule<'a>(&self, rule: &'a SecurityGroupRule, flow: &Flow) -> Candidate<'a> {
        let SecurityGroupRule { direction, traffic, peer, .. } = rule;
        Candidate {
            direction: *direction,
            traffic: *traffic,
            peer,
            is_peer: self.remotes.answer(peer, flow.remote),
        }
    }

    /// Why it cannot be known whether a rule admits a flow.
    fn doubt(&self, rule: RuleIndex, flow: &Flow) -> String {
        let (_, rule) = self.rule(rule);
        let remote = self.remotes.answer(&rule.peer, flow.remote);
        let mut doubts = Vec::new();
        match (remote, &rule.peer) {
            (Answer::Unknowable, Peer::PrefixList(id)) => {
                doubts.push(format!("the entries of {id} are not described"));
            }
            (Answer::Unknowable, _) => {
                doubts.push(format!("no interface with {} is described", flow.remote));
            }
            _ => {}
        }
        doubts.extend(traffic_doubt(rule.traffic.ports(), flow).map(str::to_owned));
        format!("but {}", doubts.join(" and "))
    }

    fn nearest_group_rule(&self, place: PlaceId, flow: &Flow) -> Option<NearMiss> {
        let groups = self.placement(place).groups.as_ref()?;
        let rules = groups.iter().flat_map(|id| self.rules_of(id).iter().map(move |rule| (id, rule)));
        let candidates = rules.filter_map(|(group, rule)| {
            let candidate = self.candidate_of_rule(rule, flow);
            let misses = candidate.misses(flow);
            let distance = candidate.distance(flow, &misses)?;
            Some((distance, group, rule, misses))
        });
        let (_, group, rule, misses) = candidates.min_by_key(|(distance, ..)| *distance)?;
        Some(NearMiss {
            policy: group.clone(),
            rule: rule.id.clone(),
            text: rule.to_string(),
            because: self.candidate_of_rule(rule, flow).because(flow, &misses),
            misses,
        })
    }

    fn explain_acl(&self, place: PlaceId, flow: &Flow, ruling: AclRuling, what: &str) -> AclExplanation {
        let acl = self.network_acl(place);
        let nearest = match (ruling, acl) {
            (AclRuling::Denied(by), Some(acl)) => self.nearest_entry(acl, by, flow),
            _ => None,
        };
        let sentence = match (ruling, acl) {
            (AclRuling::SameSubnet, _) => {
                "The network ACL is not asked: both ends are in one subnet.".to_owned()
            }
            (AclRuling::Allowed(entry), Some(acl)) => {
                format!("{acl} allows {what}: {}.", self.entry(entry).1)
            }
            (AclRuling::Denied(by), Some(acl)) => {
                let by = by.map_or_else(
                    || format!("{} rule *", flow.direction.name()),
                    |entry| self.entry(entry).1.to_string(),
                );
                let denied = format!("{acl} denies {what}: {by}.");
                match &nearest {
                    Some(nearest) => format!("{denied} Nearest is {nearest}."),
                    None => denied,
                }
            }
            (AclRuling::Unknowable, Some(acl)) => {
                format!("Whether {acl} allows {what} is not known: {}.", self.acl_doubt(acl, flow))
            }
            (_, None) => "The network ACL is not described.".to_owned(),
        };
        AclExplanation { acl: acl.map(str::to_owned), nearest, sentence }
    }

    fn acl_doubt(&self, acl: &str, flow: &Flow) -> &'static str {
        let Some(entries) = self.entries_of(acl) else {
            return "its entries are not all described";
        };
        let fits = |entry: &&AclEntry| entry.direction == flow.direction;
        let doubts = entries.iter().filter(fits).filter(|entry| {
            entry.traffic.protocol() == Some(flow.protocol) && entry.cidr.contains(flow.remote)
        });
        let mut doubts = doubts.filter_map(|entry| traffic_doubt(entry.traffic.ports(), flow));
        doubts.next().unwrap_or("both ends may be in one subnet, whose CIDR is not described")
    }

    fn nearest_entry(&self, acl: &str, by: Option<EntryIndex>, flow: &Flow) -> Option<NearMiss> {
        let entries = self.entries_of(acl)?;
        let denying = by.map_or(u32::MAX, |by| self.entry(by).1.number);
        let allowing = entries.iter().filter(|entry| entry.is_allow);
        let candidates = allowing.filter_map(|entry| {
            let peer = Peer::Cidr(entry.cidr);
            let candidate = self.candidate_of_entry(entry, &peer, flow);
            let mut misses = candidate.misses(flow);
            if misses.is_empty() {
                // Then it must come too late: an earlier one would have allowed.
                debug_assert!(entry.number >= denying);
                misses.push(Aspect::Order);
            }
            let distance = candidate.distance(flow, &misses)?;
            let because = candidate.because(flow, &misses);
            Some((distance, entry, misses, because))
        });
        let (_, entry, misses, because) = candidates.min_by_key(|(distance, ..)| *distance)?;
        Some(NearMiss {
            policy: acl.to_owned(),
            rule: Some(entry.label()),
            text: entry.to_string(),
            misses,
            because,
        })
    }

    fn candidate_of_entry<'a>(&self, entry: &AclEntry, peer: &'a Peer, flow: &Flow) -> Candidate<'a> {
        let AclEntry { direction, traffic, .. } = *entry;
        Candidate { direction, traffic, peer, is_peer: self.remotes.answer(peer, flow.remote) }
    }
}

/// What a flow log does not say of the traffic that a rule asks about.
fn traffic_doubt(ports: RulePorts, flow: &Flow) -> Option<&'static str> {
    match (ports, flow.destination_port()) {
        (RulePorts::Icmp { .. }, _) => Some("a flow log has no ICMP type"),
        (RulePorts::Range { .. }, None) => Some("the port is not known"),
        _ => None,
    }
}
