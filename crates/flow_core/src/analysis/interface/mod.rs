//! Which address an interface has, inferred from its own records, with the evidence.
//!
//! A record shows two addresses and the interface that logged it, but not which of the two is the interface.
//! For IPv4, AWS always writes the interface's primary address at its end, whatever the packet said. So the
//! own address is an end of *every* record of the interface, and one look at all of them tells it.
//!
//! Ports and TCP flags are never asked who owns an address. They tell who started a flow, and an interface logs
//! flows that it started as well as flows that its peers did: a server answering on port 443 and a client
//! asking port 443 look the same from there.

mod addresses;
mod common;
mod knowledge;
mod orient;

use serde::{Deserialize, Serialize};

use crate::config::Configuration;
use crate::record::address::Family;
use crate::record::{Address, Evidence, Value};

pub use addresses::InterfaceAddresses;
pub(in crate::analysis) use addresses::subnet_of;
pub use knowledge::InterfaceKnowledge;
pub use orient::Orienter;

/// What is known of one interface's address in one family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnAddress {
    pub family: Family,
    /// The interface's own address; `None` where nothing tells, or where it has several.
    pub address: Option<Address>,
    pub evidence: Evidence,
    /// Addresses that could be it, to choose from by hand: those in every record, else the most frequent; or
    /// all own addresses where it has several.
    pub candidates: Vec<Address>,
    pub n_rows: u64,
}

/// What was said of the interfaces beside the logs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told<'a> {
    pub by_hand: &'a [AddressByHand],
    /// The account, where it is described.
    pub described: Option<&'a Configuration>,
}

/// What a reader said of an interface's address, stronger than any inference.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AddressByHand {
    /// The interface-id; absent for rows without one.
    pub interface: Value,
    pub address: Address,
}
