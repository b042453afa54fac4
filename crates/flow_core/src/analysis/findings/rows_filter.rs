//! The filter that leaves the rejected rows that a cause rests on.
//!
//! It always leaves all of them. It leaves others, too, where a filter cannot say more: refused rows of the same addresses
//! and service with another verdict; of any address where there are more than [`FILTER_ITEMS_MAX`] that no few networks
//! hold; all that the interface refused of the protocol where nothing tells which end began.

use super::prefixes::cover;
use crate::analysis::diagnosis::Diagnosed;
use crate::intake::client::has_ports;
use crate::query::{Filter, Item, Predicate};
use crate::record::{Address, Field, Prefix, Value};

/// Values that one test names: a filter is also text in a box and in a link.
const FILTER_ITEMS_MAX: usize = 64;

/// What the rows of a cause have in common, distinct and ascending.
pub(super) struct Common<'a> {
    pub interfaces: Vec<&'a Value>,
    pub protocol: Option<u8>,
    pub port: Option<u16>,
    /// Who asked, and who was asked; empty where that is not known of every conversation.
    pub initiators: Vec<Address>,
    pub responders: Vec<Address>,
}

/// Of conversations that have this in common.
pub(super) fn filter_of<'a>(
    common: &Common<'_>,
    conversations: impl Iterator<Item = &'a Diagnosed>,
    is_ours: impl Fn(Address) -> bool,
) -> Filter {
    let (mut has_requests, mut has_replies, mut is_readdressed) = (false, false, false);
    for Diagnosed { grounds, .. } in conversations {
        has_requests |= grounds.n_requests_refused > 0;
        has_replies |= grounds.n_replies_refused > 0;
        is_readdressed |= grounds.is_readdressed;
    }
    let mut parts = vec![rejected()];
    if common.interfaces.len() <= FILTER_ITEMS_MAX {
        let items = common.interfaces.iter().map(|interface| match interface {
            Value::Absent => Item::Absent,
            interface => Item::Text(interface.to_string()),
        });
        parts.push(Filter::test(Field::INTERFACE_ID, Predicate::In(items.collect())));
    }
    parts.push(is(Field::PROTOCOL, common.protocol.map(u64::from)));
    if !common.initiators.is_empty() && !common.responders.is_empty() {
        let (initiators, responders) =
            (items(&common.initiators, &is_ours), items(&common.responders, &is_ours));
        let end = |ends: &Option<Vec<Item>>, is_source| {
            ends.clone().map(|items| end_is_in(items, is_source, is_readdressed))
        };
        let port = |field: Field| {
            let with_ports = common.protocol.is_some_and(|protocol| has_ports(u64::from(protocol), 0, 0));
            (common.port.is_some() || with_ports).then(|| is(field, common.port.map(u64::from)))
        };
        let request: Vec<Filter> = [end(&initiators, true), end(&responders, false), port(Field::DSTPORT)]
            .into_iter()
            .flatten()
            .collect();
        let reply: Vec<Filter> = [end(&responders, true), end(&initiators, false), port(Field::SRCPORT)]
            .into_iter()
            .flatten()
            .collect();
        match (has_requests, has_replies) {
            (true, true) => parts.push(Filter::Or(vec![Filter::And(request), Filter::And(reply)])),
            (true, false) => parts.extend(request),
            (false, true) => parts.extend(reply),
            (false, false) => {}
        }
    }
    Filter::And(parts)
}

/// Of what scanners sent. Where there are too many to name, what was refused of any address that is not private.
pub(super) fn filter_of_scanners(scanners: &[Address], is_readdressed: bool) -> Filter {
    if scanners.is_empty() {
        return Filter::Or(Vec::new());
    }
    let of_scanners = if scanners.len() <= FILTER_ITEMS_MAX {
        let items = scanners.iter().map(|address| Item::Address(*address)).collect();
        end_is_in(items, true, is_readdressed)
    } else {
        Filter::Not(Box::new(end_is_in(private_networks(), true, is_readdressed)))
    };
    Filter::And(vec![rejected(), of_scanners])
}

/// The networks of [`Address::is_private`], but for MAC addresses, which never scan.
fn private_networks() -> Vec<Item> {
    const PRIVATE: [&str; 7] = [
        "10.0.0.0/8",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fc00::/7",
        "fe80::/10",
    ];
    PRIVATE.into_iter().filter_map(Prefix::parse).map(Item::Prefix).collect()
}

fn rejected() -> Filter {
    Filter::test(Field::ACTION, Predicate::In(vec![Item::Text("REJECT".to_owned())]))
}

fn is(field: Field, value: Option<u64>) -> Filter {
    Filter::test(field, Predicate::In(vec![value.map_or(Item::Absent, Item::Number)]))
}

/// Few items that hold these addresses; `None` where there are none.
fn items(addresses: &[Address], is_ours: impl Fn(Address) -> bool) -> Option<Vec<Item>> {
    if addresses.len() <= FILTER_ITEMS_MAX {
        return Some(addresses.iter().map(|address| Item::Address(*address)).collect());
    }
    let has_network = |address: &Address| !matches!(address, Address::Mac(_));
    let prefixes = cover(addresses, is_ours, FILTER_ITEMS_MAX);
    let is_all = prefixes.len() <= FILTER_ITEMS_MAX && addresses.iter().all(has_network);
    is_all.then(|| prefixes.into_iter().map(Item::Prefix).collect())
}

/// Whether one end of the packet is one of these: the packet address, where the rows have it.
fn end_is_in(items: Vec<Item>, is_source: bool, is_readdressed: bool) -> Filter {
    let (field, packet) =
        if is_source { (Field::SRCADDR, Field::PKT_SRCADDR) } else { (Field::DSTADDR, Field::PKT_DSTADDR) };
    if !is_readdressed {
        return Filter::test(field, Predicate::In(items));
    }
    let not_recorded = Filter::test(packet, Predicate::In(vec![Item::Absent]));
    Filter::Or(vec![
        Filter::test(packet, Predicate::In(items.clone())),
        Filter::And(vec![not_recorded, Filter::test(field, Predicate::In(items))]),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_networks_are_those_that_addresses_say() {
        let networks: Vec<Prefix> = private_networks()
            .into_iter()
            .map(|item| match item {
                Item::Prefix(prefix) => prefix,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(networks.len(), 7);
        for network in networks {
            let beside = |address: Address, step: i8| match address {
                Address::V4(bits) => Address::V4(bits.wrapping_add_signed(step.into())),
                Address::V6(bits) => Address::V6(bits.wrapping_add_signed(step.into())),
                other => other,
            };
            assert!(network.base().is_private() && network.last().is_private(), "{network}");
            assert!(
                !beside(network.base(), -1).is_private() && !beside(network.last(), 1).is_private(),
                "{network}"
            );
        }
    }

    #[test]
    fn too_many_addresses_on_the_internet_are_not_named() {
        let apart = |n: u32| (0..n).map(|n| Address::V4(0x0800_0000 + 2 * n)).collect::<Vec<_>>();
        let is_ours = Address::is_private;
        assert_eq!(items(&apart(64), is_ours).map(|items| items.len()), Some(64));
        assert_eq!(items(&apart(65), is_ours), None);
        let own: Vec<Address> = (0..2_000).map(|n| Address::V4(0x0a00_0000 + n)).collect();
        assert_eq!(items(&own, is_ours).map(|items| items.len()), Some(8));
    }
}
