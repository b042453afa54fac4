//! Which address an interface has, inferred from its own records, with the evidence.

use serde::{Deserialize, Serialize};

use crate::record::address::Family;
use crate::record::{Address, Evidence, Value};

/// What is known of one interface's address in one family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnAddress {
    pub family: Family,
    /// The interface's own address; `None` where nothing tells.
    pub address: Option<Address>,
    pub evidence: Evidence,
    /// Addresses that could be it, to choose from by hand: those in every record, else the most frequent.
    pub candidates: Vec<Address>,
    pub n_rows: u64,
}

/// What a reader said of an interface's address, stronger than any inference.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AddressByHand {
    /// The interface-id; absent for rows without one.
    pub interface: Value,
    pub address: Address,
}
