//! The addresses of a store in their order, kept so that no question has to put them in it.

use std::borrow::Cow;

use crate::analysis::Memory;
use crate::record::Address;
use crate::store::Store;

/// Of each family, ascending: the bits of an address, and its code.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct AddressOrder {
    n_codes: usize,
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u32)>,
    mac: Vec<(u64, u32)>,
}

impl AddressOrder {
    /// Of all addresses of a store.
    pub fn of(store: &Store) -> AddressOrder {
        let mut order = AddressOrder::default();
        order.update(store);
        order
    }

    /// The one that is remembered, if it knows all addresses of the store.
    pub fn remembered<'a>(store: &Store, memory: Option<&'a Memory>) -> Option<&'a AddressOrder> {
        memory.map(|memory| &memory.addresses).filter(|order| order.n_codes == store.addresses().all().len())
    }

    /// The same, or else one made for this.
    pub fn remembered_or_made<'a>(store: &Store, memory: Option<&'a Memory>) -> Cow<'a, AddressOrder> {
        AddressOrder::remembered(store, memory)
            .map_or_else(|| Cow::Owned(AddressOrder::of(store)), Cow::Borrowed)
    }

    /// Takes in the addresses that the store has learned since. Codes of a store never change.
    pub fn update(&mut self, store: &Store) {
        let all = store.addresses().all();
        if all.len() < self.n_codes {
            // Another store.
            *self = AddressOrder::default();
        }
        let new = || (0u32..).zip(all).skip(self.n_codes);
        if new().next().is_none() {
            return;
        }
        let v4 = new().filter_map(|(code, address)| Some((v4(*address)?, code))).collect();
        let v6 = new().filter_map(|(code, address)| Some((v6(*address)?, code))).collect();
        let mac = new().filter_map(|(code, address)| Some((mac(*address)?, code))).collect();
        self.n_codes = all.len();
        take_in(&mut self.v4, v4);
        take_in(&mut self.v6, v6);
        take_in(&mut self.mac, mac);
    }

    /// All addresses, ascending, with their codes.
    pub fn for_each(&self, mut visit: impl FnMut(Address, u32)) {
        self.v4.iter().for_each(|&(bits, code)| visit(Address::V4(bits), code));
        self.v6.iter().for_each(|&(bits, code)| visit(Address::V6(bits), code));
        self.mac.iter().for_each(|&(bits, code)| visit(Address::Mac(bits), code));
    }

    /// The codes of all addresses, ascending by address.
    pub fn codes(&self) -> impl Iterator<Item = u32> {
        let v4 = self.v4.iter().map(|(_, code)| *code);
        let v6 = self.v6.iter().map(|(_, code)| *code);
        v4.chain(v6).chain(self.mac.iter().map(|(_, code)| *code))
    }
}

fn v4(address: Address) -> Option<u32> {
    if let Address::V4(bits) = address { Some(bits) } else { None }
}

fn v6(address: Address) -> Option<u128> {
    if let Address::V6(bits) = address { Some(bits) } else { None }
}

fn mac(address: Address) -> Option<u64> {
    if let Address::Mac(bits) = address { Some(bits) } else { None }
}

/// Puts more behind what is in order, and all in order: the sort finds the two runs.
fn take_in<T: Ord + Copy>(ordered: &mut Vec<(T, u32)>, mut more: Vec<(T, u32)>) {
    if more.is_empty() {
        return;
    }
    more.sort_unstable();
    ordered.extend(more);
    ordered.sort();
}
