//! The first pass: five-tuples that may not have worked. An interface of one shard saw only one side of them, or a reset
//! without a handshake; other shards may have the rest, which the second pass finds.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use crate::analysis::action::Action;
use crate::analysis::by_key::ByKey;
use crate::analysis::conversation::{EndsOf, Marks, ReadRow, RowReader, Tuple, TupleList, span_of};
use crate::analysis::{Analysis, ShardView};
use crate::store::Store;

/// Tuples that may not have worked. Which rows are asked about makes no difference: all rows of a conversation tell
/// how it went.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OneSidedTuples(pub(super) TupleList);

/// Asks for them.
#[derive(Clone, Copy, Debug)]
pub struct OneSidedTuplesQuestion;

/// What one interface saw of a tuple; without ports, in one span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SeenKey {
    tuple: Tuple,
    interface: u32,
    span: u32,
}

impl Hash for SeenKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tuple.hash(state);
        state.write_u64(u64::from(self.interface) << 32 | u64::from(self.span));
    }
}

impl SeenKey {
    fn of(row: &ReadRow) -> SeenKey {
        // Times that no record has share the last span.
        let span = u32::try_from(span_of(row)).unwrap_or(u32::MAX);
        SeenKey { tuple: row.tuple, interface: row.interface, span }
    }
}

/// A bit for each thing that was seen.
#[derive(Clone, Copy, Debug, Default)]
struct Seen(u8);

impl Seen {
    const FROM_LOW: u8 = 1;
    const FROM_HIGH: u8 = 2;
    const RESET: u8 = 4;
    const SYN_ACK: u8 = 8;

    fn add(&mut self, row: &ReadRow) {
        self.0 |= if row.is_of_high() { Seen::FROM_HIGH } else { Seen::FROM_LOW };
        self.0 |= if row.marks.has(Marks::RST) { Seen::RESET } else { 0 };
        self.0 |= if row.marks.has(Marks::SYN_ACK) { Seen::SYN_ACK } else { 0 };
    }

    /// Whether this alone shows that it works.
    fn is_answered(self) -> bool {
        const BOTH: u8 = Seen::FROM_LOW | Seen::FROM_HIGH;
        let is_refused = self.0 & (Seen::RESET | Seen::SYN_ACK) == Seen::RESET;
        self.0 & BOTH == BOTH && !is_refused
    }
}

impl Analysis for OneSidedTuplesQuestion {
    type Partial = OneSidedTuples;
    type Answer = OneSidedTuples;

    fn scan(&self, shard: ShardView<'_>) -> OneSidedTuples {
        OneSidedTuples(TupleList::of_codes(shard.store, one_sided(shard.store)))
    }

    fn merge(&self, into: &mut OneSidedTuples, other: OneSidedTuples) {
        into.0.merge(other.0);
    }

    fn finish(&self, partial: OneSidedTuples) -> OneSidedTuples {
        OneSidedTuples(partial.0.distinct())
    }
}

fn one_sided(store: &Store) -> HashSet<Tuple, FxBuildHasher> {
    let mut reader = RowReader::new(store, EndsOf::Packet);
    let mut seen: ByKey<SeenKey, Seen> = ByKey::with_capacity(0);
    for segment in store.rows().segments() {
        let accepted = reader.rows_with(segment, Action::Accepted);
        reader.for_each(segment, &accepted, |row| seen.at(SeenKey::of(&row)).add(&row));
    }
    let open = seen.into_entries().into_iter().filter(|(_, seen)| !seen.is_answered());
    open.map(|(key, _)| key.tuple).collect()
}
