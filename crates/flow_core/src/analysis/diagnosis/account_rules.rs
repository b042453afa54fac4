//! The account's own rules as a [`PolicyEvaluator`]: which rule refused, or missed by least.
//!
//! Descriptions are of the moment they were made, records of when the traffic was. Where rules would let pass now what was
//! refused then, nothing is said of them: they may have changed, or it was no rule.

use std::collections::HashMap;
use std::sync::Arc;

use super::policy_evaluator::{PolicyEvaluator, Refinement, Refusal};
use super::verdict::{Confidence, NamedRule, Verdict};
use crate::config::evaluate::{AclExplanation, AclRuling, Explanation, GroupRuling, PlaceId};
use crate::config::{Configuration, Evaluator, Flow, PortPair, RuleDirection};
use crate::record::{Direction, Value};

pub struct AccountRules {
    evaluator: Evaluator,
    /// By interface-id.
    places: HashMap<String, PlaceId>,
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
        AccountRules { evaluator, places }
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

impl PolicyEvaluator for AccountRules {
    fn refine(&self, refusal: &Refusal<'_>) -> Option<Refinement> {
        let place = self.place(refusal.interface)?;
        let explanation = self.evaluator.explain(place, &request(refusal)?);
        if explanation.decision.exemption.is_some() {
            return None;
        }
        let is_inbound = refusal.direction == Direction::Ingress;
        if refusal.is_reply {
            let verdict =
                if is_inbound { Verdict::NetworkAclReturnInbound } else { Verdict::NetworkAclReturnOutbound };
            return self.by_acl(verdict, explanation.decision.acl_reply, &explanation.acl_reply);
        }
        let by_groups = || self.by_groups(is_inbound, place, &explanation);
        let by_acl = || {
            let verdict = if is_inbound { Verdict::NetworkAclInbound } else { Verdict::NetworkAclOutbound };
            self.by_acl(verdict, explanation.decision.acl_request, &explanation.acl_request)
        };
        // What comes in meets the ACL first, what goes out the groups.
        if is_inbound { by_acl().or_else(by_groups) } else { by_groups().or_else(by_acl) }
    }
}

impl AccountRules {
    /// `None` where the groups do not refuse for certain.
    fn by_groups(&self, is_inbound: bool, place: PlaceId, explanation: &Explanation) -> Option<Refinement> {
        if explanation.decision.groups != GroupRuling::Denied {
            return None;
        }
        let groups = self.evaluator.placement(place).groups.as_deref().unwrap_or_default();
        let nearest = explanation.groups.nearest.as_ref();
        Some(Refinement {
            verdict: if is_inbound { Verdict::SecurityGroupInbound } else { Verdict::SecurityGroupOutbound },
            confidence: Confidence::High,
            because: explanation.groups.sentence.clone(),
            rule: NamedRule {
                kind: "security-group".to_owned(),
                id: nearest.map_or_else(|| groups.join(", "), |nearest| nearest.policy.clone()),
                rule: nearest
                    .map(|nearest| nearest.rule.clone().unwrap_or_else(|| nearest.text.clone()))
                    .unwrap_or_default(),
                miss: nearest.and_then(|nearest| nearest.misses.first()).map(|miss| miss.name().to_owned()),
            },
        })
    }

    /// `None` where the ACL does not refuse for certain.
    fn by_acl(
        &self,
        verdict: Verdict,
        ruling: AclRuling,
        explanation: &AclExplanation,
    ) -> Option<Refinement> {
        let AclRuling::Denied(entry) = ruling else { return None };
        Some(Refinement {
            verdict,
            confidence: Confidence::High,
            because: explanation.sentence.clone(),
            rule: NamedRule {
                kind: "network-acl".to_owned(),
                id: explanation.acl.clone()?,
                rule: entry.map_or_else(|| "*".to_owned(), |entry| self.evaluator.entry(entry).1.label()),
                miss: None,
            },
        })
    }
}
