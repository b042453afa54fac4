//! The account's rules asked about requests.
//!
//! A group is asked when a connection begins, an ACL about both ways. What is asked about is what the interface shows: the
//! remote address as it is in `srcaddr` or `dstaddr`. The addresses of the packet (`pkt-…`) are of whoever is behind a NAT
//! gateway or a load balancer, which the rules of this interface never see; at a NAT gateway the packet's own end is not
//! the gateway's, and the rules are asked about the peer that is.

use std::sync::Arc;

use super::request::{Request, Requests};
use crate::config::evaluate::{AclRuling, Answer, GroupRuling, PlaceId};
use crate::config::{Configuration, Evaluator, Flow, PortPair, RuleDirection};
use crate::record::Value;

/// One configuration, ready for the requests of one load.
pub(super) struct Judge {
    pub evaluator: Evaluator,
    /// By interface of the requests; `None` where it is not described.
    places: Vec<Option<PlaceId>>,
}

/// What rules say to a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub place: PlaceId,
    pub flow: Flow,
    /// AWS's own services, which nothing filters.
    pub is_exempt: bool,
    pub groups: GroupRuling,
    /// `None` where it is not described which ACL guards the place.
    pub acl: Option<AclRulings>,
}

/// Of the ACL for both ways.
#[derive(Clone, Copy, Debug)]
pub(super) struct AclRulings {
    pub request: AclRuling,
    /// Unknowable where it depends on the client's port and the clients' ports differ in it.
    pub reply: AclRuling,
}

impl Judge {
    pub fn new(configuration: Arc<Configuration>, requests: &Requests) -> Judge {
        let mut evaluator = Evaluator::new(configuration);
        let places = requests.interfaces.iter().map(|interface| match interface {
            Value::Text(id) => evaluator.interface(id),
            _ => None,
        });
        let places = places.collect();
        Judge { evaluator, places }
    }

    /// `None` where the interface is not described, or no protocol is recorded.
    pub fn judge(&self, request: &Request) -> Option<Judged> {
        let place = self.places.get(request.key.interface as usize).copied().flatten()?;
        let (smallest, largest) = request.total.client_ports.unwrap_or_default();
        let flow = flow_from(request, smallest)?;
        let decision = self.evaluator.decide(place, &flow);
        let has_acl = self.evaluator.network_acl(place).is_some();
        let is_neighbour = decision.acl_request == AclRuling::SameSubnet;
        Some(Judged {
            place,
            flow,
            is_exempt: decision.exemption.is_some(),
            groups: decision.groups,
            acl: (has_acl || is_neighbour).then(|| AclRulings {
                request: decision.acl_request,
                reply: match request.total.client_ports {
                    Some(_) if largest == smallest => decision.acl_reply,
                    Some(_) => {
                        let other = flow_from(request, largest).map_or(AclRuling::Unknowable, |flow| {
                            self.evaluator.decide(place, &flow).acl_reply
                        });
                        if other.answer() == decision.acl_reply.answer() {
                            decision.acl_reply
                        } else {
                            AclRuling::Unknowable
                        }
                    }
                    None => self.evaluator.decide(place, &Flow { ports: None, ..flow }).acl_reply,
                },
            }),
        })
    }
}

impl Judged {
    /// Groups, ACL for the request, ACL for the reply. An ACL that is not described counts as one that lets pass, which is
    /// what AWS makes with every VPC; whoever uses this says so.
    pub fn answers(&self) -> [Answer; 3] {
        if self.is_exempt {
            return [Answer::Yes; 3];
        }
        let acl = |ruling: fn(&AclRulings) -> AclRuling| {
            self.acl.as_ref().map_or(Answer::Yes, |rulings| ruling(rulings).answer())
        };
        [self.groups.answer(), acl(|rulings| rulings.request), acl(|rulings| rulings.reply)]
    }
}

/// The request from one port; `None` where no protocol is recorded.
fn flow_from(request: &Request, client_port: u16) -> Option<Flow> {
    let key = &request.key;
    let ports = key.port.map(|port| match key.direction {
        RuleDirection::Ingress => PortPair { local: port, remote: client_port },
        RuleDirection::Egress => PortPair { local: client_port, remote: port },
    });
    Some(Flow { direction: key.direction, remote: key.remote, protocol: key.protocol?, ports })
}
