//! Hashes of values instead of codes, by which all shards agree which conversations to keep where not all have room: those
//! with the smallest are the same however rows are dealt out, and no others of them are in any one shard.

use super::tuple::{Tuple, TupleEnd};
use crate::analysis::packing::packed;
use crate::record::Address;

/// The same whichever shard's codes or places its addresses are. `hash_of` says what [`address_hash`] does of an end's address.
pub(in crate::analysis) fn conversation_hash(tuple: &Tuple, hash_of: impl Fn(u32) -> u64) -> u64 {
    let [low, high] = tuple.ends();
    let end = |end: TupleEnd| mixed(hash_of(end.address) ^ packed(end.port));
    mixed(end(low).wrapping_add(end(high)) ^ packed(tuple.protocol()))
}

pub(in crate::analysis) fn address_hash(address: Address) -> u64 {
    match address {
        Address::V4(bits) => mixed(u64::from(bits)),
        Address::V6(bits) => mixed(mixed(bits as u64 ^ 6) ^ (bits >> 64) as u64),
        Address::Mac(bits) => mixed(bits ^ 1 << 63),
    }
}

/// Every bit of the result depends on every bit of the number (the finish of SplitMix64).
const fn mixed(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}
