//! What is known of each thing in the account. Every field is optional: a description may come from an output that
//! tells little (an instance names its interfaces, a NAT gateway its subnet), and absent is not empty.
//!
//! How descriptions of one thing from several outputs come together is here; how they are read from JSON is not.

use serde::{Deserialize, Serialize};

use super::rule::{AclEntry, SecurityGroupRule};
use crate::record::{Address, Prefix};

/// Declares a description and how it is filled from another of the same thing: a field that is absent is taken over,
/// one that both have and that differs is taken from the other and named.
macro_rules! description {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name { $($(#[$field_doc])* pub $field: Option<$type>,)* }

        impl Description for $name {
            fn fill_from(&mut self, other: Self) -> Vec<&'static str> {
                let mut contradictory = Vec::new();
                $(if other.$field.is_some() {
                    if self.$field.is_some() && self.$field != other.$field {
                        contradictory.push(stringify!($field));
                    }
                    self.$field = other.$field;
                })*
                contradictory
            }
        }
    };
}

/// Something described once or several times.
pub(super) trait Description: Default {
    /// Takes over what `other` knows, and gives the names of the fields that were different.
    fn fill_from(&mut self, other: Self) -> Vec<&'static str>;
}

description! {
    pub struct SecurityGroup {
        pub name: String,
        pub description: String,
        pub owner: String,
        pub vpc: String,
        /// Sorted, both directions, each once. Some but empty: nothing is admitted.
        pub rules: Vec<SecurityGroupRule>,
        /// True where a rule could not be read, so that nobody can say that none admits a flow.
        pub has_unread_rules: bool,
    }
}

description! {
    pub struct NetworkAcl {
        /// The value of the tag `Name`.
        pub name: String,
        pub owner: String,
        pub vpc: String,
        pub is_default: bool,
        /// Sorted ids of the subnets that it guards.
        pub subnets: Vec<String>,
        /// By direction, then number: the order in which AWS tries them. Absent where one could not be read, since it
        /// might come first.
        pub entries: Vec<AclEntry>,
    }
}

description! {
    /// A network interface (ENI).
    pub struct Interface {
        pub name: String,
        pub description: String,
        pub owner: String,
        pub vpc: String,
        pub subnet: String,
        pub zone: String,
        pub instance: String,
        /// `interface`, `nat_gateway`, `lambda`, …
        pub interface_type: String,
        /// The primary private IPv4 address: the one that flow logs write.
        pub primary_address: Address,
        /// All private IPv4 and all IPv6 addresses, sorted.
        pub addresses: Vec<Address>,
        /// Prefixes delegated to it, as for pods; sorted.
        pub delegated: Vec<Prefix>,
        /// Sorted ids. Some but empty: no security group filters here (NAT gateway, transit gateway).
        pub groups: Vec<String>,
        pub has_source_dest_check: bool,
    }
}

description! {
    pub struct Subnet {
        pub name: String,
        pub owner: String,
        pub vpc: String,
        pub zone: String,
        pub zone_id: String,
        /// The IPv4 block first.
        pub cidrs: Vec<Prefix>,
    }
}

description! {
    pub struct Vpc {
        pub name: String,
        pub owner: String,
        /// The primary IPv4 block first; Amazon's DNS resolver is in it.
        pub cidrs: Vec<Prefix>,
    }
}

/// Where a route table sends a destination.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Route {
    /// A CIDR or the id of a prefix list.
    pub destination: String,
    /// `local`, `igw-…`, `nat-…`, `eni-…`, …
    pub target: Option<String>,
    /// AWS's `State` is `active`; otherwise the target is gone (`blackhole`).
    pub is_active: bool,
}

description! {
    pub struct RouteTable {
        pub name: String,
        pub owner: String,
        pub vpc: String,
        /// Whether it is used by subnets of the VPC that name no other.
        pub is_main: bool,
        pub subnets: Vec<String>,
        pub routes: Vec<Route>,
    }
}

description! {
    pub struct Instance {
        pub name: String,
        pub owner: String,
        pub vpc: String,
        pub interfaces: Vec<String>,
    }
}

description! {
    pub struct PrefixList {
        pub name: String,
        pub owner: String,
        /// Sorted; absent where no output with the entries was read.
        pub entries: Vec<Prefix>,
    }
}

description! {
    pub struct NatGateway {
        pub name: String,
        pub vpc: String,
        pub subnet: String,
        pub interfaces: Vec<String>,
        /// Public IPv4 addresses, sorted.
        pub public_addresses: Vec<Address>,
    }
}

description! {
    pub struct VpcEndpoint {
        pub name: String,
        pub owner: String,
        pub vpc: String,
        pub service: String,
        /// `Interface`, `Gateway`, `GatewayLoadBalancer`, …
        pub endpoint_type: String,
        pub interfaces: Vec<String>,
        pub groups: Vec<String>,
    }
}

description! {
    /// A flow log's own settings.
    pub struct FlowLog {
        /// The VPC, subnet, interface or transit gateway that it logs.
        pub resource: String,
        /// `ALL`, `ACCEPT` or `REJECT`: what it leaves out cannot be missed in its records.
        pub traffic_type: String,
        /// As `--log-format`: `${version} ${account-id} …`.
        pub log_format: String,
        pub max_aggregation_secs: u32,
        pub destination: String,
    }
}
