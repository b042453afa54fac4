//! What was rejected, grouped by what somebody wanted, and whether the owner is likely to want it too.
//!
//! Which end started a flow rests on two kinds of evidence that need all shards: how many peers a port has, and whether
//! a peer's traffic was accepted anywhere. So that is asked first (`peers`); then each shard judges its own rows (`judge`)
//! and hands over groups of them (`partial`), which are put together and shown (`groups`). The simple version judges
//! the rows of all shards as values: `tests/analysis/rejected_oracle.rs`.

mod accepted;
mod ends;
mod groups;
mod judge;
mod lists;
mod partial;
mod peers;
mod rows;

use serde::{Deserialize, Serialize};

use super::interface::InterfaceKnowledge;
use super::memory::Memory;
use super::{Analysis, ShardView, Tally, TimeExtent};
use crate::query::RowSet;
use crate::record::{Address, Field, Value};
use crate::store::Store;

pub use crate::intake::client::InitiatorEvidence;
pub(super) use accepted::AcceptedAddresses;
pub(super) use ends::RejectedEnds;
pub use partial::RejectedPartial;
pub use peers::{PeersQuestion, RejectedPeers};

/// Which side started the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Initiator {
    /// The peer wanted something of the interface.
    Remote,
    /// The interface wanted something of the peer.
    Local,
    /// The source of these rows wanted something of their destination; which of them is the interface is not known.
    Source,
    /// These rows are answers: their destination wanted something, or seems to have; which end is the interface is
    /// not known, or nothing that was asked can have got through.
    Destination,
    Unknown,
}

/// Who wanted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum WantedBy {
    /// Private addresses, or interfaces in these logs: most likely somebody's broken application. Also rows
    /// that do not record who sent them, so that they are not passed over as noise.
    OwnNetworks,
    /// Public addresses whose traffic was accepted elsewhere in the load.
    KnownPeers,
    /// Public addresses that were only ever rejected: most likely internet-wide scanning. Also their answers
    /// that nobody asked for.
    ScanNoise,
}

impl WantedBy {
    pub const ALL: [WantedBy; 3] = [WantedBy::OwnNetworks, WantedBy::KnownPeers, WantedBy::ScanNoise];
}

/// Rejected rows with the same interface, service, initiator and kind of source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedGroup {
    /// The interface-id; absent for rows without one.
    pub interface: Value,
    pub initiator: Initiator,
    /// The strongest evidence that any row of the group has.
    pub evidence: InitiatorEvidence,
    pub wanted_by: WantedBy,
    /// The port that was asked for, that of the end which did not start: the local one where the peer started,
    /// the peer's where the interface did; where nobody knows, the destination port. Absent for protocols
    /// without ports.
    pub port: Option<u64>,
    pub protocol: Option<u64>,
    pub total: Tally,
    /// Distinct addresses of who wanted it.
    pub n_sources: u64,
    /// The ones with most rows, at most [`SOURCES_SHOWN`].
    pub top_sources: Vec<(Address, u64)>,
    /// Distinct addresses that were asked for.
    pub n_targets: u64,
    /// The ones with most rows, at most [`SOURCES_SHOWN`].
    pub top_targets: Vec<(Address, u64)>,
    /// Smallest start and largest end, seconds since 1970.
    pub time: Option<(u64, u64)>,
    /// Rows over the time of the whole load, in [`SPARK_BUCKETS`] equal parts.
    pub spark: Vec<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedView {
    /// All rejected rows.
    pub total: Tally,
    /// By who wanted it, in the order of [`WantedBy`].
    pub by_wanted: Vec<(WantedBy, Tally)>,
    /// Own networks first, then known peers, then scan noise; within each by rows. At most [`GROUPS_MAX`].
    pub groups: Vec<RejectedGroup>,
    pub n_groups: u64,
    /// Fields that no file records and that would make the answer better.
    pub needs: Vec<Field>,
    /// Whether any file records an action; without it nothing can be said about rejections.
    pub has_action: bool,
    /// The start and length of the sparklines, seconds.
    pub spark_time: Option<(u64, u64)>,
}

pub const SOURCES_SHOWN: usize = 5;
/// Parts of a sparkline: as many bars as one can tell apart in a table cell.
pub const SPARK_BUCKETS: usize = 32;
/// Groups listed: past these a person filters first. The count is given in full.
pub const GROUPS_MAX: usize = 500;

/// Fields that tell more about rejections, what matters most first.
const HELPFUL: [Field; 8] = [
    Field::SRCADDR,
    Field::DSTADDR,
    Field::DSTPORT,
    Field::SRCPORT,
    Field::PROTOCOL,
    Field::INTERFACE_ID,
    Field::TCP_FLAGS,
    Field::FLOW_DIRECTION,
];

/// Asks what was rejected, of segments that were oriented with this knowledge.
#[derive(Clone, Copy, Debug)]
pub struct RejectedQuestion<'a> {
    pub knowledge: &'a InterfaceKnowledge,
    /// What [`PeersQuestion`] found in the same rows of all shards; only scans look at it.
    pub peers: &'a RejectedPeers,
    /// The time of the whole load, for the sparklines; the same for every shard.
    pub extent: Option<TimeExtent>,
}

impl RejectedQuestion<'_> {
    fn spark(&self) -> Option<Spark> {
        self.extent.map(Spark::over)
    }
}

/// The time axis of all sparklines.
#[derive(Clone, Copy, Debug)]
struct Spark {
    start_secs: u64,
    part_secs: u64,
}

impl Spark {
    fn over(extent: TimeExtent) -> Spark {
        let n_secs = extent.end_secs.saturating_sub(extent.start_secs).saturating_add(1);
        Spark { start_secs: extent.start_secs, part_secs: n_secs.div_ceil(SPARK_BUCKETS as u64) }
    }

    fn n_secs(self) -> u64 {
        self.part_secs.saturating_mul(SPARK_BUCKETS as u64)
    }

    fn part_of(self, time: u64) -> Option<u8> {
        let part = time.checked_sub(self.start_secs)? / self.part_secs;
        u8::try_from(part).ok().filter(|&part| usize::from(part) < SPARK_BUCKETS)
    }
}

impl Analysis for RejectedQuestion<'_> {
    type Partial = RejectedPartial;
    type Answer = RejectedView;

    fn remember(&self, store: &Store, _rows: &RowSet, memory: &mut Memory) {
        memory.addresses.update(store);
    }

    fn scan(&self, shard: ShardView<'_>) -> RejectedPartial {
        partial::scan(shard, self.knowledge, self.peers, self.spark())
    }

    fn merge(&self, into: &mut RejectedPartial, other: RejectedPartial) {
        into.merge(other);
    }

    fn finish(&self, partial: RejectedPartial) -> RejectedView {
        groups::view(&partial, self.spark())
    }
}
