//! Which conversations have one cause.
//!
//! What comes in is refused at an interface, so the interface's service is one cause, whoever asked. What goes out is one
//! cause of the interface, whomever it asked, unless several interfaces were refused at the same responder: then
//! the responder is what they have in common.

use std::collections::{HashMap, HashSet};

use rustc_hash::FxBuildHasher;

use crate::analysis::by_key::ByKey;
use crate::analysis::diagnosis::{Diagnosed, NamedRule, Verdict};
use crate::analysis::interface::InterfaceKnowledge;
use crate::record::{Address, Value};

/// What the conversations of a cause have in common. Ordered, so that causes of equal weight have an order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct CauseKey<'a> {
    pub verdict: Verdict,
    pub place: Place<'a>,
    pub port: Option<u16>,
    pub protocol: Option<u8>,
    /// Of the request, as the interface saw it.
    pub is_inbound: Option<bool>,
    /// Whether the peer is of our networks: a rule for own clients is another one than a rule for the internet.
    pub is_own_peer: Option<bool>,
    pub rule: Option<&'a NamedRule>,
    /// Whether the rules, as they are described, let it through: what to do about it is another thing then.
    pub is_admitted_now: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Place<'a> {
    Interface(&'a Value),
    /// A responder at which requests of several interfaces were refused.
    Responder(Address),
    /// Where the side or the interface is not known, nothing is put together over responders.
    Unknown(&'a Value, Option<Address>),
}

/// A cause with the places of its conversations, ascending.
pub(super) type Group<'a> = (CauseKey<'a>, Vec<u32>);

/// The remote end, as the interface sees it; where its side is not known, who asked.
pub(super) fn peer_of(diagnosed: &Diagnosed) -> Option<Address> {
    match diagnosed.grounds.is_inbound() {
        Some(false) => diagnosed.responder,
        Some(true) | None => diagnosed.initiator,
    }
}

/// Every conversation but those of scanners is in exactly one group.
pub(super) fn grouped<'a>(conversations: &'a [Diagnosed], knowledge: &InterfaceKnowledge) -> Vec<Group<'a>> {
    let shared = responders_of_several(conversations);
    let mut groups: ByKey<CauseKey<'a>, Vec<u32>> = ByKey::with_capacity(0);
    for (at, diagnosed) in (0..).zip(conversations) {
        if diagnosed.verdict == Verdict::Scan {
            continue;
        }
        let is_inbound = diagnosed.grounds.is_inbound();
        let place = match (is_inbound, diagnosed.responder) {
            _ if diagnosed.interface.is_absent() => Place::Unknown(&diagnosed.interface, diagnosed.responder),
            (None, responder) => Place::Unknown(&diagnosed.interface, responder),
            (Some(false), Some(responder)) if shared.contains(&refused_way_out(diagnosed, responder)) => {
                Place::Responder(responder)
            }
            (Some(_), _) => Place::Interface(&diagnosed.interface),
        };
        let key = CauseKey {
            verdict: diagnosed.verdict,
            place,
            port: diagnosed.port,
            protocol: diagnosed.protocol,
            is_inbound,
            is_own_peer: peer_of(diagnosed).map(|peer| knowledge.is_ours(peer)),
            rule: diagnosed.rule.as_deref(),
            is_admitted_now: diagnosed.is_admitted_now,
        };
        groups.at(key).push(at);
    }
    groups.into_entries()
}

/// Requests to one service that were refused for one reason on their way out.
type WayOut<'a> = (Address, Option<u16>, Option<u8>, Verdict, Option<&'a NamedRule>);

fn refused_way_out(diagnosed: &Diagnosed, responder: Address) -> WayOut<'_> {
    (responder, diagnosed.port, diagnosed.protocol, diagnosed.verdict, diagnosed.rule.as_deref())
}

/// Those of several interfaces.
fn responders_of_several(conversations: &[Diagnosed]) -> HashSet<WayOut<'_>, FxBuildHasher> {
    // `None` once there is a second interface.
    let mut interfaces: HashMap<WayOut<'_>, Option<&Value>, FxBuildHasher> = HashMap::default();
    for diagnosed in conversations {
        if diagnosed.grounds.is_inbound() != Some(false) || diagnosed.interface.is_absent() {
            continue;
        }
        let Some(responder) = diagnosed.responder else { continue };
        let first =
            interfaces.entry(refused_way_out(diagnosed, responder)).or_insert(Some(&diagnosed.interface));
        if first.is_some_and(|first| *first != *diagnosed.interface) {
            *first = None;
        }
    }
    interfaces.into_iter().filter(|(_, only)| only.is_none()).map(|(key, _)| key).collect()
}
