//! What a shard remembers between questions, so that none is worked out twice.
//!
//! All of it follows from the store: without it answers are the same and take longer. It holds for segments by
//! their versions, so that nothing outlives what it was made of, whatever has happened to the store since.

use super::counted::Remembered;
use super::direction::DirectionCounts;
use super::last_counted::LastCounted;
use super::overview::{AddressOrder, OverviewCounts, RememberedWindows};
use super::rejected::{AcceptedAddresses, RejectedEnds};
use super::timeline::{TimelineCounts, TimelineQuestion};
use crate::store::Store;

/// Filled by [`super::Analysis::remember`].
#[derive(Clone, Debug, Default)]
pub struct Memory {
    pub(super) overview: Remembered<OverviewCounts>,
    pub(super) last_overview: LastCounted<OverviewCounts>,
    pub(super) windows: RememberedWindows,
    pub(super) addresses: AddressOrder,
    /// With the question that says which buckets.
    pub(super) timeline: Option<(TimelineQuestion, Remembered<TimelineCounts>)>,
    pub(super) direction: Remembered<DirectionCounts>,
    pub(super) accepted: Remembered<AcceptedAddresses>,
    /// Only where there was time for it: a question about few rows does not need it.
    pub(super) rejected_ends: Remembered<RejectedEnds>,
}

/// Segments that are counted in one step of [`Memory::prepare`], so that a question waits for a few milliseconds. It may wait
/// longer, up to 50 ms in a browser, for the one step in which a large store's addresses are put in order.
const SEGMENTS_AT_ONCE: usize = 4;

impl Memory {
    /// Notes a part of what questions will use that nobody may have asked yet, so that the first of a kind is answered as fast
    /// as the next; true where there may be more. For when there is nothing else to do.
    pub fn prepare(&mut self, store: &Store) -> bool {
        let some = SEGMENTS_AT_ONCE;
        // Directions are worked out last, and anew where more is known; counted before, they would be counted twice.
        let is_oriented = store.rows().segments().iter().all(|segment| !segment.orientation().is_empty());
        if self.overview.update_some(store, some, OverviewCounts::default) > 0
            || self.windows.update_some(store, some) > 0
            || self.accepted.update_some(store, some, AcceptedAddresses::default) > 0
            || self.rejected_ends.update_some(store, some, RejectedEnds::default) > 0
            || (is_oriented && self.direction.update_some(store, some, DirectionCounts::default) > 0)
        {
            return true;
        }
        self.addresses.update(store);
        false
    }
}
