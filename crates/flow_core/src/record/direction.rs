//! Which way a flow went, seen from the interface that recorded it, and how we know.

use serde::{Deserialize, Serialize};

/// Seen from the interface: into it, out of it, or not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Direction {
    Ingress,
    Egress,
    Unknown,
}

impl Direction {
    pub const ALL: [Direction; 3] = [Direction::Ingress, Direction::Egress, Direction::Unknown];

    pub const fn name(self) -> &'static str {
        match self {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
            Direction::Unknown => "unknown",
        }
    }
}

/// What a direction rests on, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Evidence {
    /// The record's own `flow-direction` says so.
    Recorded,
    /// The reader said which address the interface has.
    SetByHand,
    /// Other records of the interface have `flow-direction`, and with it show this address as its own.
    RecordedElsewhere,
    /// The description of the interface lists this address.
    Described,
    /// One address only is an end of every record of the interface.
    CommonAddress,
    /// Two addresses are in every record; the other one is another interface's own.
    OtherClaimed,
    /// Two addresses are in every record; one is private, the other public.
    PrivateSide,
    /// IPv6: one end of every record lies in one /64, that of the interface's subnet.
    CommonSubnet,
    /// Nothing tells.
    None,
}

impl Evidence {
    pub const ALL: [Evidence; 9] = [
        Evidence::Recorded,
        Evidence::SetByHand,
        Evidence::RecordedElsewhere,
        Evidence::Described,
        Evidence::CommonAddress,
        Evidence::OtherClaimed,
        Evidence::PrivateSide,
        Evidence::CommonSubnet,
        Evidence::None,
    ];

    /// The evidence in a sentence for people.
    pub const fn explanation(self) -> &'static str {
        match self {
            Evidence::Recorded => "Recorded in flow-direction",
            Evidence::SetByHand => "You said which address the interface has",
            Evidence::RecordedElsewhere => {
                "Other records of this interface have flow-direction, which shows this address as its own"
            }
            Evidence::Described => {
                "The description of the interface, opened beside the logs, lists this address"
            }
            Evidence::CommonAddress => {
                "One address is an end of every record of this interface, so it is the interface's own"
            }
            Evidence::OtherClaimed => {
                "Two addresses are in every record of this interface; the other one belongs to another interface"
            }
            Evidence::PrivateSide => {
                "Two addresses are in every record of this interface; the private one is its own"
            }
            Evidence::CommonSubnet => "One end of every record of this interface lies in one /64, its subnet",
            Evidence::None => "Nothing in the records tells which end is the interface",
        }
    }
}

/// Where a flow ran, seen from the networks of the log's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FlowClass {
    /// Both ends are own addresses: private, or an interface's.
    Internal,
    /// From somebody else to the interface.
    Inbound,
    /// From the interface to somebody else.
    Outbound,
    /// Neither end of the packet is the interface: it forwards (NAT, transit gateway, firewall).
    Transit,
    Unknown,
}

impl FlowClass {
    pub const ALL: [FlowClass; 5] = [
        FlowClass::Internal,
        FlowClass::Inbound,
        FlowClass::Outbound,
        FlowClass::Transit,
        FlowClass::Unknown,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            FlowClass::Internal => "internal",
            FlowClass::Inbound => "inbound",
            FlowClass::Outbound => "outbound",
            FlowClass::Transit => "transit",
            FlowClass::Unknown => "unknown",
        }
    }
}

/// Which way a row went, how we know, and between whom; packs into one byte so that a segment can hold one
/// for each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Orientation {
    pub direction: Direction,
    pub evidence: Evidence,
    pub class: FlowClass,
}

impl Orientation {
    pub const UNKNOWN: Orientation =
        Orientation { direction: Direction::Unknown, evidence: Evidence::None, class: FlowClass::Unknown };

    /// Codes are below this.
    pub const N_CODES: u8 = Self::N_DIRECTIONS * Self::N_CLASSES * Evidence::ALL.len() as u8;

    const N_DIRECTIONS: u8 = Direction::ALL.len() as u8;
    const N_CLASSES: u8 = FlowClass::ALL.len() as u8;

    pub const fn to_code(self) -> u8 {
        (self.evidence as u8 * Self::N_CLASSES + self.class as u8) * Self::N_DIRECTIONS + self.direction as u8
    }

    /// # Panics
    /// Where `code` is not one that [`Orientation::to_code`] made.
    pub fn from_code(code: u8) -> Orientation {
        let (rest, direction) = (code / Self::N_DIRECTIONS, code % Self::N_DIRECTIONS);
        let (evidence, class) = (rest / Self::N_CLASSES, rest % Self::N_CLASSES);
        Orientation {
            direction: Direction::ALL[usize::from(direction)],
            evidence: Evidence::ALL[usize::from(evidence)],
            class: FlowClass::ALL[usize::from(class)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_orientation_survives_its_byte() {
        for direction in Direction::ALL {
            for evidence in Evidence::ALL {
                for class in FlowClass::ALL {
                    let orientation = Orientation { direction, evidence, class };
                    assert_eq!(Orientation::from_code(orientation.to_code()), orientation);
                }
            }
        }
    }
}
