//! What was rejected, grouped by what somebody wanted, and whether the owner is likely to want it too.

use serde::{Deserialize, Serialize};

use super::Tally;
use crate::record::{Address, Field, Value};

/// Which side started the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Initiator {
    /// The peer wanted something of the interface.
    Remote,
    /// The interface wanted something of the peer.
    Local,
    Unknown,
}

/// What the initiator rests on, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum InitiatorEvidence {
    /// SYN without ACK, or SYN-ACK, in tcp-flags.
    TcpFlags,
    /// One port of one address is met from many ports of its peers.
    FanIn,
    /// One port is a known service, the other an ephemeral one.
    ServicePort,
    /// The smaller port.
    SmallerPort,
    /// The protocol has no ports: who sends, starts.
    Sender,
    None,
}

/// Who wanted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum WantedBy {
    /// Private addresses, or interfaces in these logs: most likely somebody's broken application.
    OwnNetworks,
    /// Public addresses whose traffic was accepted elsewhere in the load.
    KnownPeers,
    /// Public addresses that were only ever rejected: most likely internet-wide scanning.
    ScanNoise,
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
    /// The port that was asked for: the local one where the peer started, the peer's where the interface did;
    /// where nobody knows, the destination port. Absent for protocols without ports.
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
