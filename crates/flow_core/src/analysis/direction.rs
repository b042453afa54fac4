//! Which way the traffic went, by interface and between whom.

use serde::{Deserialize, Serialize};

use super::Tally;
use super::interface::OwnAddress;
use crate::record::{Direction, Evidence, FlowClass, Value};

/// One interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceDirection {
    /// The interface-id; absent for rows without one.
    pub interface: Value,
    pub ingress: Tally,
    pub egress: Tally,
    pub unknown: Tally,
    /// For each address family seen at the interface, over the whole load.
    pub own: Vec<OwnAddress>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectionView {
    /// In the order of [`Direction::ALL`].
    pub directions: Vec<(Direction, Tally)>,
    /// In the order of [`FlowClass::ALL`].
    pub classes: Vec<(FlowClass, Tally)>,
    /// Each class split by direction, for the picture: only those with rows.
    pub class_directions: Vec<(FlowClass, Direction, Tally)>,
    /// In the order of [`Evidence::ALL`].
    pub evidence: Vec<(Evidence, Tally)>,
    /// Most bytes first, then rows, then interface-id; at most [`INTERFACES_MAX`].
    pub interfaces: Vec<InterfaceDirection>,
    pub n_interfaces: u64,
}

/// Interfaces listed: past these a person filters first.
pub const INTERFACES_MAX: usize = 500;
