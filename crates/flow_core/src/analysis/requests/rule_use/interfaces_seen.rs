//! Interfaces that logged anything, by what guards them: a rule that guards none of these was not put to the test.

use std::collections::BTreeMap;

use crate::analysis::requests::request::Requests;
use crate::config::Configuration;
use crate::record::Value;

/// How many of the interfaces that logged anything each group and ACL guards.
pub(super) struct InterfacesSeen<'a> {
    pub by_group: BTreeMap<&'a str, u64>,
    pub by_acl: BTreeMap<&'a str, u64>,
}

impl<'a> InterfacesSeen<'a> {
    pub fn of(configuration: &'a Configuration, requests: &Requests) -> InterfacesSeen<'a> {
        let mut seen = InterfacesSeen { by_group: BTreeMap::new(), by_acl: BTreeMap::new() };
        for (id, interface) in &configuration.interfaces {
            let coverage = requests.coverage.get(&Value::Text(id.clone()));
            if coverage.is_none_or(|coverage| coverage.time.is_none()) {
                continue;
            }
            for group in interface.groups.iter().flatten() {
                *seen.by_group.entry(group).or_default() += 1;
            }
            let acl = interface.subnet.as_deref().and_then(|subnet| configuration.network_acl_of(subnet));
            if let Some((acl, _)) = acl {
                *seen.by_acl.entry(acl).or_default() += 1;
            }
        }
        seen
    }
}
