//! Ports and protocols as parts of a number: 1 more than they are, 0 for what is absent.

/// Bits of a packed port, and of a packed protocol.
pub(super) const PORT_BITS: u32 = 17;
pub(super) const PROTOCOL_BITS: u32 = 9;

pub(super) fn packed(value: Option<impl Into<u64>>) -> u64 {
    value.map_or(0, |value| value.into() + 1)
}

/// The port in the lowest bits.
pub(super) fn port(bits: u64) -> Option<u16> {
    (bits & ((1 << PORT_BITS) - 1)).checked_sub(1).map(|port| port as u16)
}

/// The protocol in the lowest bits.
pub(super) fn protocol(bits: u64) -> Option<u8> {
    (bits & ((1 << PROTOCOL_BITS) - 1)).checked_sub(1).map(|protocol| protocol as u8)
}
