//! How much went each way, by orientation and by interface.

use super::{ByDirection, in_values};
use crate::analysis::Tally;
use crate::analysis::by_code::n_codes;
use crate::analysis::columns::FieldIds;
use crate::analysis::counted::{Count, Counted};
use crate::analysis::counters::{Counters, Weights};
use crate::query::SegmentRows;
use crate::record::{Direction, Field, Orientation, Value};
use crate::store::{ABSENT, Segment, SegmentVersion, Store};

/// Counts of rows by orientation, and by interface and direction.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct DirectionCounts {
    ids: FieldIds<3>,
    /// By the code of an orientation.
    orientations: Counters,
    /// Rows without an interface-id, then each interface by its code; of each, [`Direction::ALL`].
    interfaces: Counters,
    /// By the code of an orientation.
    directions: Vec<u8>,
}

const N_DIRECTIONS: u32 = Direction::ALL.len() as u32;

impl Count for DirectionCounts {
    fn prepare(&mut self, store: &Store) {
        self.ids = FieldIds::of(store, [Field::INTERFACE_ID, Field::PACKETS, Field::BYTES]);
        self.orientations.grow(usize::from(Orientation::N_CODES));
        self.interfaces.grow((n_codes(store, Field::INTERFACE_ID) + 1) * N_DIRECTIONS as usize);
        let direction = |code| Orientation::from_code(code).direction as u8;
        self.directions = (0..Orientation::N_CODES).map(direction).collect();
    }

    fn count(&mut self, segment: &Segment, rows: &SegmentRows) {
        let [interface, packets, bytes] = self.ids.columns(segment);
        let mut weights = Weights::default();
        let (mut codes, mut orientations, mut keys) = (Vec::<u32>::new(), Vec::new(), Vec::new());
        rows.for_each_block(|block| {
            weights.read(segment.n_records(), packets, bytes, block);
            segment.read_orientation(block, &mut orientations);
            keys.clear();
            keys.extend(orientations.iter().map(|&code| u32::from(code)));
            self.orientations.add(&keys, &weights);
            interface.read(block, &mut codes);
            let directions = orientations.iter().map(|&code| u32::from(self.directions[usize::from(code)]));
            keys.clear();
            keys.extend(
                codes
                    .iter()
                    .zip(directions)
                    .map(|(code, direction)| code.wrapping_add(1) * N_DIRECTIONS + direction),
            );
            self.interfaces.add(&keys, &weights);
        });
    }

    fn is_exact(&self) -> bool {
        self.orientations.is_exact()
    }

    fn version(segment: &Segment) -> SegmentVersion {
        segment.oriented_version()
    }
}

impl Counted<'_, DirectionCounts> {
    pub fn of_orientation(&self, code: u8) -> Tally {
        self.sum(|counts| counts.orientations.get(usize::from(code)))
    }

    /// Every interface that rows have.
    pub(super) fn by_interface(&self, store: &Store) -> Vec<(Value, ByDirection)> {
        let n_interfaces = self.counted().interfaces.n_keys() / N_DIRECTIONS as usize - 1;
        let codes = [ABSENT].into_iter().chain(0..n_interfaces as u64);
        let by_code = codes.enumerate().filter_map(|(place, code)| {
            let by_direction = Direction::ALL.map(|direction| {
                let key = place * N_DIRECTIONS as usize + direction as usize;
                self.sum(|counts| counts.interfaces.get(key))
            });
            by_direction.iter().any(|tally| tally.rows > 0).then_some((code, by_direction))
        });
        in_values(store, by_code.collect())
    }
}
