//! What stands around a conversation and decides with it: servers, subnets, skipped records, other interfaces.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rustc_hash::FxBuildHasher;

use super::facts::{Elsewhere, Facts, Unseen};
use super::partial::DiagnosisPartial;
use crate::analysis::TimeExtent;
use crate::analysis::conversation::{
    Began, CoverageByPlace, Half, LoadCoverage, Tuple, TupleEnd, Undelivered, View, who_began,
};
use crate::analysis::fan_in::Servers;
use crate::analysis::interface::{InterfaceKnowledge, subnet_of};
use crate::intake::client::{RowEvidence, has_ports};
use crate::record::Address;

/// A case among those of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CaseId {
    /// The number of the interface's view.
    view: u32,
    /// The end that it is about, where both ends asked and each is a case.
    sender: Option<u8>,
}

impl CaseId {
    /// What it is about of all that was seen; `own` is where it is put if it is a part of a view.
    pub fn view_of<'a>(self, views: &'a [View], own: &'a mut View) -> &'a View {
        let view = &views[self.view as usize];
        match self.sender {
            None => view,
            Some(sender) => {
                *own = view.of_sender(usize::from(sender));
                own
            }
        }
    }
}

/// What all interfaces together tell of a conversation.
pub(super) struct SummedUp {
    /// Interfaces that accepted something of each half.
    n_accepted: [u64; 2],
    /// The end that began.
    client: Option<usize>,
    began: Began,
}

/// One conversation as one interface saw it, before the verdict.
pub(super) struct Case<'a> {
    pub tuple: Tuple,
    pub view: &'a View,
    pub began: Began,
    /// The end that began.
    pub client: Option<usize>,
    /// `None` where that, or an address, is not known.
    pub facts: Option<Facts<'a>>,
}

/// Of all shards.
pub(super) struct Surroundings<'a> {
    partial: &'a DiagnosisPartial,
    knowledge: &'a InterfaceKnowledge,
    undelivered: &'a Undelivered,
    servers: Servers,
    coverage: CoverageByPlace,
    /// Of [`in_conversations`](crate::analysis::conversation::in_conversations).
    pub n_spans_apart: u64,
    /// By place of an interface, and by own address of interfaces: the only subnet that they name, as a number.
    subnet_of_interface: Vec<Option<u32>>,
    subnet_of_address: HashMap<Address, Option<u32>, FxBuildHasher>,
}

impl<'a> Surroundings<'a> {
    pub fn new(
        partial: &'a DiagnosisPartial,
        knowledge: &'a InterfaceKnowledge,
        undelivered: &'a Undelivered,
    ) -> Surroundings<'a> {
        let folded = &partial.folded;
        let coverage = folded.coverage_by_place();
        let names: BTreeSet<&String> = coverage.all().flat_map(|of| &of.subnets).collect();
        let numbers: BTreeMap<&String, u32> = names.into_iter().zip(0..).collect();
        let mut by_address: BTreeMap<Address, BTreeSet<u32>> = BTreeMap::new();
        let mut subnet_of_interface = Vec::new();
        // The last place is of rows without an interface.
        for place in 0..=folded.n_interfaces() {
            let subnets: BTreeSet<u32> =
                coverage.of(place).subnets.iter().map(|name| numbers[name]).collect();
            for address in knowledge.addresses_of(folded.interface(place)) {
                by_address.entry(address).or_default().extend(&subnets);
            }
            subnet_of_interface.push(the_only(&subnets));
        }
        let subnet_of_address =
            by_address.into_iter().map(|(address, subnets)| (address, the_only(&subnets))).collect();
        let n_spans_apart = LoadCoverage::of(coverage.all(), undelivered).n_spans_apart();
        Surroundings {
            partial,
            knowledge,
            undelivered,
            servers: partial.folded.servers(),
            coverage,
            n_spans_apart,
            subnet_of_interface,
            subnet_of_address,
        }
    }

    /// Which cases there are of a conversation: one for each interface that saw something refused, or two.
    pub fn for_each_case(&self, tuple: &Tuple, views: &[View], mut visit: impl FnMut(CaseId)) {
        for (number, view) in (0..).zip(views) {
            if !view.halves.iter().any(|half| half.rejected.is_there()) {
                continue;
            }
            let senders: &[Option<u8>] =
                if self.are_two(tuple, view) { &[Some(0), Some(1)] } else { &[None] };
            senders.iter().for_each(|sender| visit(CaseId { view: number, sender: *sender }));
        }
    }

    /// What all interfaces saw together, and who began.
    pub fn sum_up(&self, tuple: &Tuple, views: &[View], evidence: &mut RowEvidence) -> SummedUp {
        // Mostly one interface saw it.
        let mut joined;
        let all = match views {
            [one] => &one.halves,
            _ => {
                joined = [Half::default(); 2];
                let halves = views.iter().flat_map(|view| [0, 1].map(|end| (end, &view.halves[end])));
                halves.for_each(|(end, half)| joined[end].join(half));
                &joined
            }
        };
        let n_accepted =
            [0, 1].map(|end| views.iter().filter(|view| view.halves[end].accepted.is_there()).count() as u64);
        let one_way = [0, 1].map(|end| views.iter().any(|view| view.accepted_only_of(end)));
        let (client, began) = who_began(tuple, all, one_way, &self.servers, evidence);
        SummedUp { n_accepted, client, began }
    }

    /// One of the cases of a conversation; `view` is [`CaseId::view_of`].
    pub fn case<'v>(
        &self,
        tuple: Tuple,
        views: &[View],
        id: CaseId,
        view: &'v View,
        all: &SummedUp,
    ) -> Case<'v> {
        let SummedUp { n_accepted, client, began } = *all;
        let of_all = &views[id.view as usize];
        let is_elsewhere = |end: usize| n_accepted[end] > u64::from(of_all.halves[end].accepted.is_there());
        let (client, began, elsewhere) = match (id.sender.map(usize::from), client) {
            // What other interfaces accepted of the other end is its own request.
            (Some(sender), _) => (
                Some(sender),
                Began::RefusedBothWays,
                Elsewhere { request_accepted: is_elsewhere(sender), reply_accepted: false },
            ),
            (None, Some(client)) => (
                Some(client),
                began,
                Elsewhere {
                    request_accepted: is_elsewhere(client),
                    reply_accepted: is_elsewhere(1 - client),
                },
            ),
            (None, None) => (None, began, Elsewhere::default()),
        };
        let facts = client.and_then(|client| self.facts(&tuple, view, client, began, elsewhere));
        Case { tuple, view, began, client, facts }
    }

    /// Whether what was refused of both ends are two requests: a reply is only sent to what arrived, and here nothing
    /// passed either way. Of protocols without ports only, because others tell their conversations apart; and not
    /// where an end is not recorded, or what passed may have been skipped.
    fn are_two(&self, tuple: &Tuple, view: &View) -> bool {
        let is_portless = tuple.protocol().is_some_and(|protocol| !has_ports(u64::from(protocol), 0, 0));
        let [low, high] = tuple.ends();
        let is_recorded = |end: TupleEnd| self.partial.folded.address(end.address).is_some();
        is_portless
            && low != high
            && is_recorded(low)
            && is_recorded(high)
            && view.is_refused_both_ways()
            && self.unseen(view).is_none()
    }

    /// Why records may be missing of what went before.
    fn unseen(&self, view: &View) -> Option<Unseen> {
        let time = view.time();
        if self.coverage.of(view.interface).is_skipped_before(time) {
            Some(Unseen::Skipped)
        } else {
            self.undelivered.is_before(time).then_some(Unseen::Undelivered)
        }
    }

    /// The facts of one view; `None` where an address is not recorded.
    fn facts<'v>(
        &self,
        tuple: &Tuple,
        view: &'v View,
        client: usize,
        began: Began,
        elsewhere: Elsewhere,
    ) -> Option<Facts<'v>> {
        let ends = tuple.ends();
        let [low, high] = ends.map(|end| self.partial.folded.address(end.address));
        let addresses = [low?, high?];
        let (initiator, responder) = (addresses[client], addresses[1 - client]);
        let local = view.local(addresses);
        let coverage = self.coverage.of(view.interface);
        let are_ours = addresses.iter().all(|address| self.knowledge.is_ours(*address));
        let is_v4 = matches!(initiator, Address::V4(_));
        let rejected = TimeExtent::joined(view.halves[0].rejected.time, view.halves[1].rejected.time);
        Some(Facts {
            request: &view.halves[client],
            reply: &view.halves[1 - client],
            began,
            initiator,
            responder,
            port: ends[1 - client].port,
            protocol: tuple.protocol(),
            is_tcp: tuple.is_tcp(),
            seen_by: view.seen_by(local, client),
            request_comes_in: local.map(|local| local != client),
            elsewhere,
            same_subnet: local.and_then(|local| self.same_subnet(view.interface, addresses, local)),
            lacks_subnets: are_ours && is_v4 && !self.partial.recorded.subnet_id,
            unseen: self.unseen(view),
            may_begin_before: rejected.is_none_or(|time| coverage.may_begin_before(time.start_secs)),
            scanner_refusals: None,
            is_rolled_up: self.partial.is_rolled_up,
        })
    }

    /// Whether the interface and its peer are in one subnet. IPv6 subnets are never smaller than a /64.
    fn same_subnet(&self, interface: u32, addresses: [Address; 2], local: usize) -> Option<bool> {
        let (local, remote) = (addresses[local], addresses[1 - local]);
        if let (Some(local), Some(remote)) = (subnet_of(local), subnet_of(remote))
            && local == remote
        {
            return Some(true);
        }
        let place = (interface as usize).min(self.subnet_of_interface.len() - 1);
        let own = self.subnet_of_interface[place]?;
        let of_peer = self.subnet_of_address.get(&remote).copied().flatten()?;
        Some(own == of_peer)
    }
}

/// The one item of a set that has no other.
fn the_only(set: &BTreeSet<u32>) -> Option<u32> {
    set.first().copied().filter(|_| set.len() == 1)
}
