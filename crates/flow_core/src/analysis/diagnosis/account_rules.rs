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
use crate::config::evaluate::{
    AclRuling, Answer, Aspect, EntryIndex, GroupRuling, NearestRules, PlaceId, RuleIndex,
};
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

impl PolicyEvaluator for AccountRules {
    fn ruling(&self, refusal: &Refusal<'_>) -> Option<Ruling> {
        let place = self.place(refusal.interface)?;
        let flow = request(refusal)?;
        let Some(refusing) = self.refusing(place, &flow, refusal) else {
            return self.admits(place, &flow, refusal).then_some(Ruling::Admitted);
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
        Some(match self.refusing(place, &flow, refusal) {
            Some(Refusing::Groups(..)) => explanation.groups.sentence,
            Some(Refusing::Acl(..)) if !refusal.is_reply => explanation.acl_request.sentence,
            None if !refusal.is_reply => {
                [explanation.groups.sentence, explanation.acl_request.sentence].join(" ")
            }
            Some(Refusing::Acl(..)) | None => explanation.acl_reply.sentence,
        })
    }
}

impl AccountRules {
    /// `None` where nothing refuses for certain.
    fn refusing(&self, place: PlaceId, flow: &Flow, refusal: &Refusal<'_>) -> Option<Refusing> {
        let evaluator = &self.evaluator;
        if evaluator.exemption(place, flow).is_some() {
            return None;
        }
        let by_groups = || {
            let nearest = || self.nearest.of(evaluator, place, flow);
            (evaluator.groups_ruling(place, flow) == GroupRuling::Denied)
                .then(|| Refusing::Groups(place, nearest()))
        };
        let by_acl = |flow: &Flow| match evaluator.acl_ruling(place, flow) {
            AclRuling::Denied(entry) => Some(Refusing::Acl(place, entry)),
            _ => None,
        };
        if refusal.is_reply {
            by_acl(&flow.reply())
        } else if refusal.direction == Direction::Ingress {
            // What comes in meets the ACL first, what goes out the groups.
            by_acl(flow).or_else(by_groups)
        } else {
            by_groups().or_else(|| by_acl(flow))
        }
    }

    /// Whether what was refused passes for certain. That nothing filters it, as with AWS's own services, is no rule's doing.
    fn admits(&self, place: PlaceId, flow: &Flow, refusal: &Refusal<'_>) -> bool {
        let decision = self.evaluator.decide(place, flow);
        let passes = if refusal.is_reply { decision.reply_passes() } else { decision.request_passes() };
        decision.exemption.is_none() && passes == Answer::Yes
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
