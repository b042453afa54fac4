//! How much: rows, packets and bytes together.

use serde::{Deserialize, Serialize};

use crate::store::ABSENT;

/// Sums over rows; packets and bytes of rows where they are absent count as nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tally {
    pub rows: u64,
    pub packets: u64,
    pub bytes: u64,
}

impl Tally {
    /// One row, from its decoded packets and bytes. Where rows were rolled up, what is counted is the records that
    /// they stand for: rows as they stood in the files.
    pub(super) fn of_row(n_records: u64, packets: u64, bytes: u64) -> Tally {
        let counted = |count| if count == ABSENT { 0 } else { count };
        Tally { rows: n_records, packets: counted(packets), bytes: counted(bytes) }
    }

    pub fn add(&mut self, other: Tally) {
        self.rows += other.rows;
        // Hostile counts may not stop the page: a sum past u64 stays at its end.
        self.packets = self.packets.saturating_add(other.packets);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }

    #[must_use]
    pub(super) fn plus(mut self, other: Tally) -> Tally {
        self.add(other);
        self
    }

    /// Whether this sum and a few more like it are one without coming to the end of `u64`: then rows can be taken away
    /// again. Only hostile counts are so large.
    pub(super) fn is_exact(&self) -> bool {
        const EXACT_MAX: u64 = u64::MAX / 8;
        self.packets <= EXACT_MAX && self.bytes <= EXACT_MAX
    }

    /// Without rows that were part of it.
    #[must_use]
    pub(super) fn minus(self, other: Tally) -> Tally {
        Tally {
            rows: self.rows - other.rows,
            packets: self.packets - other.packets,
            bytes: self.bytes - other.bytes,
        }
    }

    pub fn get(&self, metric: Metric) -> u64 {
        match metric {
            Metric::Rows => self.rows,
            Metric::Packets => self.packets,
            Metric::Bytes => self.bytes,
        }
    }
}

/// Which of the three a chart or a ranking is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Metric {
    /// What to begin with: one large transfer hides everything else from the other two, rejections first.
    #[default]
    Rows,
    Packets,
    Bytes,
}

impl Metric {
    pub const ALL: [Metric; 3] = [Metric::Rows, Metric::Packets, Metric::Bytes];

    pub const fn name(self) -> &'static str {
        match self {
            Metric::Rows => "rows",
            Metric::Packets => "packets",
            Metric::Bytes => "bytes",
        }
    }
}
