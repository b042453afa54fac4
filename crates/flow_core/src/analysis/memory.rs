//! What a shard remembers between questions, so that none is worked out twice.
//!
//! All of it follows from the store: without it answers are the same and take longer. It holds for segments by
//! their versions, so that nothing outlives what it was made of, whatever has happened to the store since.

use super::counted::Remembered;
use super::direction::DirectionCounts;
use super::overview::{AddressOrder, OverviewCounts, RememberedWindows};
use super::rejected::AcceptedAddresses;
use super::timeline::{TimelineCounts, TimelineQuestion};

/// Filled by [`super::Analysis::remember`].
#[derive(Clone, Debug, Default)]
pub struct Memory {
    pub(super) overview: Remembered<OverviewCounts>,
    pub(super) windows: RememberedWindows,
    pub(super) addresses: AddressOrder,
    /// With the question that says which buckets.
    pub(super) timeline: Option<(TimelineQuestion, Remembered<TimelineCounts>)>,
    pub(super) direction: Remembered<DirectionCounts>,
    pub(super) accepted: Remembered<AcceptedAddresses>,
}
