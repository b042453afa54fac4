//! What of the account is said beside the edits: names, owners, region.

use std::collections::BTreeMap;

use super::quote;
use crate::arrange::Arrange;
use crate::config::configuration::Configuration;
use crate::config::edit::{ACL_TO_LOOK_UP, GROUP_TO_LOOK_UP, RuleEdit};
use crate::config::rule::{NUMBER_TO_CHOOSE, Peer};

/// Empty where nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// `eni-…`, by which ids are looked up that are not known.
    pub interface: Option<String>,
    /// Names of groups and ACLs, by id.
    pub names: BTreeMap<String, String>,
    /// Account numbers, by id of group or ACL.
    pub owners: BTreeMap<String, String>,
    pub region: Option<String>,
}

impl Context {
    /// What is known of all that the edits name.
    pub fn of(rules: Option<&Configuration>, interface: Option<&str>, edits: &[RuleEdit]) -> Context {
        let mut context = Context { interface: interface.map(str::to_owned), ..Context::default() };
        let Some(rules) = rules else { return context };
        for edit in edits {
            let referred = match edit {
                RuleEdit::AddGroupRule { rule, .. } | RuleEdit::RemoveGroupRule { rule, .. } => {
                    match &rule.peer {
                        Peer::Group(id) => Some(id.as_str()),
                        Peer::Cidr(_) | Peer::PrefixList(_) => None,
                    }
                }
                _ => None,
            };
            for id in [Some(edit.policy()), referred].into_iter().flatten() {
                context.add(rules, id);
            }
        }
        let interface = interface.and_then(|id| rules.interfaces.get(id));
        let subnet = interface.and_then(|interface| rules.subnets.get(interface.subnet.as_ref()?));
        let zone = interface
            .and_then(|interface| interface.zone.as_deref())
            .or_else(|| subnet.and_then(|subnet| subnet.zone.as_deref()));
        context.region = zone.and_then(region_of);
        context
    }

    fn add(&mut self, rules: &Configuration, id: &str) {
        let (name, owner) = match (rules.groups.get(id), rules.network_acls.get(id)) {
            (Some(group), _) => (&group.name, &group.owner),
            (None, Some(acl)) => (&acl.name, &acl.owner),
            (None, None) => return,
        };
        if let Some(name) = name {
            self.names.insert(id.to_owned(), name.clone());
        }
        if let Some(owner) = owner {
            self.owners.insert(id.to_owned(), owner.clone());
        }
    }

    /// The account of a group that a rule of `policy` refers to, where it is another one.
    pub(super) fn foreign_owner(&self, policy: &str, referred: &str) -> Option<&str> {
        let (own, other) = (self.owners.get(policy)?, self.owners.get(referred)?);
        (own != other).then_some(other.as_str())
    }

    /// Lines of comment that stand before the edits.
    pub(super) fn heading(&self, edits: &[RuleEdit]) -> String {
        let mut lines = String::new();
        if let Some(region) = &self.region {
            lines += &format!("# Region {}.\n", quote::comment(region));
        }
        let mut policies: Vec<&str> = edits.iter().map(RuleEdit::policy).collect();
        policies.arrange();
        policies.dedup();
        for policy in policies {
            let name = self.names.get(policy).map(|name| format!(" ({})", quote::comment(name)));
            let owner = self.owners.get(policy).map(|owner| format!(", account {}", quote::comment(owner)));
            if name.is_some() || owner.is_some() {
                let (name, owner) = (name.unwrap_or_default(), owner.unwrap_or_default());
                lines += &format!("# {}{name}{owner}.\n", quote::comment(policy));
            }
        }
        lines
    }
}

/// `eu-west-1` of `eu-west-1a` and of `eu-west-1-lhr-1a`.
fn region_of(zone: &str) -> Option<String> {
    let end = zone.find(|char: char| char.is_ascii_digit())?;
    let n_digits = zone[end..].bytes().take_while(u8::is_ascii_digit).count();
    Some(zone[..end + n_digits].to_owned())
}

/// What of the edits is not known and is a variable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Unknowns {
    pub group: bool,
    pub acl: bool,
    pub number: bool,
}

impl Unknowns {
    pub fn of(edits: &[RuleEdit]) -> Unknowns {
        let mut unknowns = Unknowns::default();
        for edit in edits {
            unknowns.group |= edit.policy() == GROUP_TO_LOOK_UP;
            unknowns.acl |= edit.policy() == ACL_TO_LOOK_UP;
            if let RuleEdit::AddAclEntry { entry, .. } | RuleEdit::RemoveAclEntry { entry, .. } = edit {
                unknowns.number |= entry.number == NUMBER_TO_CHOOSE;
            }
        }
        unknowns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_of_a_region() {
        for (zone, region) in [
            ("eu-west-1a", "eu-west-1"),
            ("us-gov-west-1b", "us-gov-west-1"),
            ("us-west-2-lax-1a", "us-west-2"),
            ("ap-southeast-12c", "ap-southeast-12"),
        ] {
            assert_eq!(region_of(zone).as_deref(), Some(region));
        }
        assert_eq!(region_of("nowhere"), None);
    }
}
