//! Rows folded by all that a verdict may ask of them: one direction of a conversation, accepted or rejected, as one
//! interface saw it.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use super::coverage::LATENESS_SECS;
use super::row_reader::ReadRow;
use super::tuple::{Tuple, TupleEnd};
use crate::analysis::time_extent::time_of;
use crate::analysis::{Tally, TimeExtent};
use crate::record::{Address, Direction};
use crate::store::ABSENT;

/// What became of a row's packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(in crate::analysis) enum Fate {
    Accepted,
    Rejected,
    /// Rejected by VPC Block Public Access, as reject-reason says.
    RejectedByBlockPublicAccess,
    RejectedByEncryptionControls,
    /// No action is recorded.
    NotRecorded,
}

impl Fate {
    /// Of a rejected row, by its reject-reason.
    pub fn of_reason(text: &str) -> Fate {
        if text.eq_ignore_ascii_case("BPA") {
            Fate::RejectedByBlockPublicAccess
        } else if text.eq_ignore_ascii_case("EC") {
            Fate::RejectedByEncryptionControls
        } else {
            Fate::Rejected
        }
    }
}

/// What tcp-flags show of some rows, a bit for each thing that one row at least shows. Bits of different rows are not
/// mixed: a SYN and a SYN-ACK in two rows are two bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Marks(u8);

impl Marks {
    /// SYN without ACK: the first packet of a connection.
    pub const SYN: Marks = Marks(1);
    /// The answer to it.
    pub const SYN_ACK: Marks = Marks(2);
    /// Neither, where flags are recorded: the middle or the end of a connection.
    pub const LATER: Marks = Marks(4);
    /// FIN or RST, whatever else.
    pub const CLOSING: Marks = Marks(8);
    /// TCP whose flags are not recorded, which is not "no flags".
    pub const NOT_RECORDED: Marks = Marks(16);
    /// RST, whatever else; such a row is closing, too.
    pub const RST: Marks = Marks(32);

    /// Of a row of TCP, from its decoded flags. The bits are ORed over the row's window, so each is tested alone. Rows
    /// that are not TCP show nothing.
    pub fn of_tcp(flags: u64) -> Marks {
        const FIN: u64 = 1;
        const SYN: u64 = 2;
        const RST: u64 = 4;
        const ACK: u64 = 16;
        if flags == ABSENT {
            return Marks::NOT_RECORDED;
        }
        let opening = match (flags & SYN != 0, flags & ACK != 0) {
            (true, true) => Marks::SYN_ACK,
            (true, false) => Marks::SYN,
            (false, _) => Marks::LATER,
        };
        match (flags & RST != 0, flags & FIN != 0) {
            (true, _) => opening.and(Marks::CLOSING).and(Marks::RST),
            (false, true) => opening.and(Marks::CLOSING),
            (false, false) => opening,
        }
    }

    #[must_use]
    pub fn and(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    pub fn has(self, mark: Marks) -> bool {
        self.0 & mark.0 != 0
    }
}

/// Which rows are folded together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct TraceKey {
    pub tuple: Tuple,
    /// Whether the larger end sent, see [`TraceKey::sender`].
    is_of_high: bool,
    /// When, in spans of [`SPAN_SECS`]; 0 where ports tell conversations apart.
    pub span: u64,
    /// [`crate::analysis::places::NOT_THERE`] for rows without one.
    pub interface: u32,
    pub direction: Direction,
    pub is_transit: bool,
    pub is_readdressed: bool,
    pub fate: Fate,
}

impl Hash for TraceKey {
    /// Four words instead of a dozen small writes.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tuple.hash(state);
        state.write_u64(self.span);
        state.write_u64(
            u64::from(self.interface) << 24
                | (self.direction as u64) << 8
                | (self.fate as u64) << 1
                | u64::from(self.is_of_high),
        );
    }
}

impl TraceKey {
    pub fn of(row: &ReadRow) -> TraceKey {
        TraceKey {
            tuple: row.tuple,
            is_of_high: row.is_of_high(),
            span: span_of(row),
            interface: row.interface,
            direction: row.direction,
            is_transit: row.is_transit,
            is_readdressed: row.is_readdressed,
            fate: row.fate,
        }
    }

    /// Of accepted rows without an interface's direction.
    #[cfg(test)]
    pub fn between(src: TupleEnd, dst: TupleEnd, protocol: Option<u8>) -> TraceKey {
        TraceKey {
            tuple: Tuple::new(src, dst, protocol),
            is_of_high: src > dst,
            span: 0,
            interface: 0,
            direction: Direction::Unknown,
            is_transit: false,
            is_readdressed: false,
            fate: Fate::Accepted,
        }
    }

    /// The end that sent, as its place in [`Tuple::ends`].
    pub fn sender(&self) -> usize {
        usize::from(self.is_of_high)
    }

    pub fn src(&self) -> TupleEnd {
        self.tuple.ends()[self.sender()]
    }

    pub fn dst(&self) -> TupleEnd {
        self.tuple.ends()[1 - self.sender()]
    }

    /// Gives both ends, and the interface, what they are now called.
    pub fn replace(&mut self, interface: impl FnOnce(u32) -> u32, mut address: impl FnMut(u32) -> u32) {
        let [src, dst] =
            [self.src(), self.dst()].map(|end| TupleEnd { address: address(end.address), ..end });
        self.tuple = Tuple::new(src, dst, self.tuple.protocol());
        self.is_of_high = src > dst;
        self.interface = interface(self.interface);
    }
}

/// A packet with nothing but headers and options: IPv4 and IPv6, each with the largest TCP header.
const SYN_BYTES_MAX_V4: u64 = 20 + 60;
const SYN_BYTES_MAX_V6: u64 = 40 + 60;

/// What times without ports are told apart by: as late as one may be, and a part of either aggregation interval.
pub(in crate::analysis) const SPAN_SECS: u64 = LATENESS_SECS;

/// Pings between two hosts have one tuple, whoever began and whenever: without ports, rows belong together only where
/// they lie no further apart than [`super::LoadCoverage::n_spans_apart`].
pub(in crate::analysis) fn span_of(row: &ReadRow) -> u64 {
    match (row.src.port, row.dst.port) {
        (None, None) => time_of(row.start, row.end).unwrap_or(0) / SPAN_SECS,
        _ => 0,
    }
}

/// What the rows of a key add up to. Empty for a direction that was not seen.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(in crate::analysis) struct Trace {
    pub tally: Tally,
    /// Smallest start to largest end.
    pub time: Option<TimeExtent>,
    pub marks: Marks,
    /// The rows that the question is about.
    pub n_rows_asked: u64,
}

impl Trace {
    pub fn of_row(row: &ReadRow, is_asked: bool) -> Trace {
        Trace {
            tally: Tally::of_row(row.n_records, row.packets, row.bytes),
            time: TimeExtent::of_window(row.start, row.end),
            marks: row.marks,
            n_rows_asked: if is_asked { row.n_records } else { 0 },
        }
    }

    pub fn add(&mut self, other: Trace) {
        self.tally.add(other.tally);
        self.time = TimeExtent::joined(self.time, other.time);
        self.marks = self.marks.and(other.marks);
        self.n_rows_asked += other.n_rows_asked;
    }

    pub fn is_there(&self) -> bool {
        self.tally.rows > 0
    }

    /// When it began; without a time, before everything.
    pub fn first_secs(&self) -> u64 {
        self.time.map_or(0, |time| time.start_secs)
    }

    pub fn last_secs(&self) -> u64 {
        self.time.map_or(0, |time| time.end_secs)
    }

    /// Whether the packets of this sender can all be empty, as those that open a connection are. They can where
    /// nobody counted them.
    pub fn is_small(&self, sender: Address) -> bool {
        let max = match sender {
            Address::V6(_) => SYN_BYTES_MAX_V6,
            Address::V4(_) | Address::Mac(_) => SYN_BYTES_MAX_V4,
        };
        let Tally { packets, bytes, .. } = self.tally;
        packets == 0 || bytes.div_ceil(packets) <= max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_tested_bit_by_bit() {
        let marks = Marks::of_tcp;
        for syn in [2, 3, 6] {
            assert!(marks(syn).has(Marks::SYN) && !marks(syn).has(Marks::SYN_ACK), "{syn}");
        }
        for syn_ack in [18, 19, 22] {
            assert!(marks(syn_ack).has(Marks::SYN_ACK) && !marks(syn_ack).has(Marks::SYN), "{syn_ack}");
        }
        for later in [0, 1, 4, 16] {
            assert!(marks(later).has(Marks::LATER), "{later}");
        }
        for closing in [1, 4, 5, 19] {
            assert!(marks(closing).has(Marks::CLOSING), "{closing}");
            assert_eq!(marks(closing).has(Marks::RST), closing & 4 != 0, "{closing}");
        }
        assert_eq!(marks(ABSENT), Marks::NOT_RECORDED);
    }
}
