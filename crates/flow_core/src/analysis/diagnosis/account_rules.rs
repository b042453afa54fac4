//! The account's own rules as a [`PolicyEvaluator`]: which rule refused, or missed by least.
//!
//! Descriptions are of the moment they were made, records of when the traffic was. Where rules let pass now what was
//! refused then, that is said and no more concluded: they have changed, or it was no rule.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::policy_evaluator::{PolicyEvaluator, Refinement, Refusal, Ruling};
use super::verdict::{NamedRule, Verdict};
use crate::analysis::confidence::Confidence;
use crate::config::evaluate::{AclRuling, Aspect, EntryIndex, GroupRuling, NearestRules, PlaceId, RuleIndex};
use crate::config::{Configuration, Evaluator, Flow, PortPair, RuleDirection};
use crate::record::{Direction, Value};

pub struct AccountRules {
    evaluator: Evaluator,
    nearest: NearestRules,
    /// By interface-id.
    places: HashMap<String, PlaceId, FxBuildHasher>,
    /// What was named so far.
    named: RefCell<HashMap<Refusing, Arc<NamedRule>, FxBuildHasher>>,
}

impl AccountRules {
    pub fn new(configuration: Arc<Configuration>) -> AccountRules {
        let ids: Vec<String> = configuration.interfaces.keys().cloned().collect();
        let mut evaluator = Evaluator::new(configuration);
        let places = ids
            .into_iter()
            .filter_map(|id| {
                let place = evaluator.interface(&id)?;
                Some((id, place))
            })
            .collect();
        AccountRules { evaluator, nearest: NearestRules::default(), places, named: RefCell::default() }
    }

    fn place(&self, interface: &Value) -> Option<PlaceId> {
        match interface {
            Value::Text(id) => self.places.get(id).copied(),
            _ => None,
        }
    }
}

/// The request that was refused, or whose reply was.
fn request(refusal: &Refusal<'_>) -> Option<Flow> {
    let is_inbound = (refusal.direction == Direction::Ingress) != refusal.is_reply;
    // Only the reply goes back to where the request came from.
    let initiator_port = refusal.initiator_port.or((!refusal.is_reply).then_some(0));
    let ports = refusal.port.zip(initiator_port).map(|(port, initiator_port)| {
        let (local, remote) = if is_inbound { (port, initiator_port) } else { (initiator_port, port) };
        PortPair { local, remote }
    });
    Some(Flow {
        direction: if is_inbound { RuleDirection::Ingress } else { RuleDirection::Egress },
        remote: if is_inbound { refusal.initiator } else { refusal.responder },
        protocol: refusal.protocol?,
        ports,
    })
}

/// What refuses, as far as the rules tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Refusing {
    /// The groups of a place; with the rule that misses by least, where one says anything about the flow.
    Groups(PlaceId, Option<(RuleIndex, Aspect)>),
    /// The ACL of a place, and its entry; none where no entry fits.
    Acl(PlaceId, Option<EntryIndex>),
}

/// What the rules do for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decided {
    Refused(Refusing),
    Admitted,
}

/// What comes of two filters one behind the other.
fn one_by_one(first: Option<Decided>, second: impl FnOnce() -> Option<Decided>) -> Option<Decided> {
    match first {
        Some(Decided::Refused(_)) => first,
        Some(Decided::Admitted) => second(),
        // What may have come through the first may still be refused by the second.
        None => second().filter(|second| *second != Decided::Admitted),
    }
}

impl PolicyEvaluator for AccountRules {
    fn ruling(&self, refusal: &Refusal<'_>) -> Option<Ruling> {
        let place = self.place(refusal.interface)?;
        let flow = request(refusal)?;
        let refusing = match self.decided(place, &flow, refusal)? {
            Decided::Refused(refusing) => refusing,
            Decided::Admitted => return Some(Ruling::Admitted),
        };
        let is_inbound = refusal.direction == Direction::Ingress;
        let verdict = match (refusing, refusal.is_reply, is_inbound) {
            (Refusing::Groups(..), _, true) => Verdict::SecurityGroupInbound,
            (Refusing::Groups(..), _, false) => Verdict::SecurityGroupOutbound,
            (Refusing::Acl(..), false, true) => Verdict::NetworkAclInbound,
            (Refusing::Acl(..), false, false) => Verdict::NetworkAclOutbound,
            (Refusing::Acl(..), true, true) => Verdict::NetworkAclReturnInbound,
            (Refusing::Acl(..), true, false) => Verdict::NetworkAclReturnOutbound,
        };
        let mut named = self.named.borrow_mut();
        let rule = named.entry(refusing).or_insert_with(|| Arc::new(self.name(refusing)));
        let rule = Arc::clone(rule);
        Some(Ruling::Refused(Refinement { verdict, confidence: Confidence::High, rule }))
    }

    fn because(&self, refusal: &Refusal<'_>) -> Option<String> {
        let place = self.place(refusal.interface)?;
        let flow = request(refusal)?;
        let explanation = self.evaluator.explain(place, &flow);
        Some(match self.decided(place, &flow, refusal)? {
            Decided::Refused(Refusing::Groups(..)) => explanation.groups.sentence,
            // Groups let replies pass.
            _ if refusal.is_reply => explanation.acl_reply.sentence,
            Decided::Refused(Refusing::Acl(..)) => explanation.acl_request.sentence,
            Decided::Admitted => [explanation.groups.sentence, explanation.acl_request.sentence].join(" "),
        })
    }
}

impl AccountRules {
    /// What the rules do with what was refused; `None` where that is not certain, or nothing is filtered, as with AWS's own
    /// services.
    fn decided(&self, place: PlaceId, flow: &Flow, refusal: &Refusal<'_>) -> Option<Decided> {
        let evaluator = &self.evaluator;
        if evaluator.exemption(place, flow).is_some() {
            return None;
        }
        let by_groups = || match evaluator.groups_ruling(place, flow) {
            GroupRuling::Denied => {
                Some(Decided::Refused(Refusing::Groups(place, self.nearest.of(evaluator, place, flow))))
            }
            GroupRuling::Allowed(_) | GroupRuling::NoGroups => Some(Decided::Admitted),
            GroupRuling::Unknowable => None,
        };
        let by_acl = |flow: &Flow| match evaluator.acl_ruling(place, flow) {
            AclRuling::Denied(entry) => Some(Decided::Refused(Refusing::Acl(place, entry))),
            AclRuling::Allowed(_) | AclRuling::SameSubnet => Some(Decided::Admitted),
            AclRuling::Unknowable => None,
        };
        if refusal.is_reply {
            by_acl(&flow.reply())
        } else if refusal.direction == Direction::Ingress {
            // What comes in meets the ACL first, what goes out the groups.
            one_by_one(by_acl(flow), by_groups)
        } else {
            one_by_one(by_groups(), || by_acl(flow))
        }
    }

    fn name(&self, refusing: Refusing) -> NamedRule {
        match refusing {
            Refusing::Groups(_, Some((nearest, miss))) => {
                let (group, rule) = self.evaluator.rule(nearest);
                NamedRule {
                    kind: "security-group".to_owned(),
                    id: group.to_owned(),
                    rule: rule.id.clone().unwrap_or_else(|| rule.to_string()),
                    miss: Some(miss.name().to_owned()),
                }
            }
            Refusing::Groups(place, None) => NamedRule {
                kind: "security-group".to_owned(),
                id: self.evaluator.placement(place).groups.as_deref().unwrap_or_default().join(", "),
                rule: String::new(),
                miss: None,
            },
            Refusing::Acl(place, entry) => NamedRule {
                kind: "network-acl".to_owned(),
                id: self.evaluator.network_acl(place).unwrap_or_default().to_owned(),
                rule: entry.map_or_else(|| "*".to_owned(), |entry| self.evaluator.entry(entry).1.label()),
                miss: None,
            },
        }
    }
}
