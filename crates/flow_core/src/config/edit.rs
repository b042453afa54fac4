//! Changes to rules: what a fix consists of, and what an account would be after it.
//!
//! An edit is one call of AWS's API. Why one is wanted, and how it is written down as a command, is not here.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::configuration::Configuration;
use super::rule::{ACL_STAR_NUMBER, AclEntry, SecurityGroupRule};
use crate::arrange::Arrange;

/// In the place of a group's id: the group of an interface that is not described. Renderers make a variable of it.
pub const GROUP_TO_LOOK_UP: &str = "$GROUP_ID";
/// In the place of an ACL's id: the ACL of a subnet that is not described.
pub const ACL_TO_LOOK_UP: &str = "$ACL_ID";

/// A rule or entry that comes or goes. A rule that changes is one of each.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RuleEdit {
    AddGroupRule {
        group: String,
        rule: SecurityGroupRule,
    },
    /// The rule that admits the same; its id and description are not compared.
    RemoveGroupRule {
        group: String,
        rule: SecurityGroupRule,
    },
    AddAclEntry {
        acl: String,
        entry: AclEntry,
    },
    /// All of the entry, so that it can be made again.
    RemoveAclEntry {
        acl: String,
        entry: AclEntry,
    },
}

impl RuleEdit {
    /// The edit that takes this one back.
    pub fn inverse(&self) -> RuleEdit {
        match self.clone() {
            RuleEdit::AddGroupRule { group, rule } => RuleEdit::RemoveGroupRule { group, rule },
            RuleEdit::RemoveGroupRule { group, rule } => RuleEdit::AddGroupRule { group, rule },
            RuleEdit::AddAclEntry { acl, entry } => RuleEdit::RemoveAclEntry { acl, entry },
            RuleEdit::RemoveAclEntry { acl, entry } => RuleEdit::AddAclEntry { acl, entry },
        }
    }

    /// Id of the group or network ACL that it changes.
    pub fn policy(&self) -> &str {
        match self {
            RuleEdit::AddGroupRule { group, .. } | RuleEdit::RemoveGroupRule { group, .. } => group,
            RuleEdit::AddAclEntry { acl, .. } | RuleEdit::RemoveAclEntry { acl, .. } => acl,
        }
    }

    pub const fn is_addition(&self) -> bool {
        matches!(self, RuleEdit::AddGroupRule { .. } | RuleEdit::AddAclEntry { .. })
    }
}

impl fmt::Display for RuleEdit {
    /// `add to sg-1: inbound tcp 443 from 10.0.0.0/16`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.is_addition() { "add to" } else { "remove from" };
        write!(f, "{word} {}: ", self.policy())?;
        match self {
            RuleEdit::AddGroupRule { rule, .. } | RuleEdit::RemoveGroupRule { rule, .. } => rule.fmt(f),
            RuleEdit::AddAclEntry { entry, .. } | RuleEdit::RemoveAclEntry { entry, .. } => entry.fmt(f),
        }
    }
}

/// Why AWS would refuse an edit, or why nobody can say what it would lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MisfitReason {
    /// The rules of the group, or the entries of the ACL, are not described.
    Undescribed,
    /// The group has a rule that admits the same.
    AlreadyThere,
    /// There is nothing to remove.
    NotThere,
    /// Another entry of the ACL has the number in this direction, be it for IPv4 or IPv6.
    NumberTaken,
    /// Entries are numbered from 1 to 32766.
    NumberOutOfRange,
}

impl MisfitReason {
    pub const fn words(self) -> &'static str {
        match self {
            MisfitReason::Undescribed => "its rules are not described",
            MisfitReason::AlreadyThere => "it has this rule already",
            MisfitReason::NotThere => "it has no such rule",
            MisfitReason::NumberTaken => "another entry of this direction has the number",
            MisfitReason::NumberOutOfRange => "entries are numbered from 1 to 32766",
        }
    }
}

/// An edit that changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misfit {
    pub edit: RuleEdit,
    pub reason: MisfitReason,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cannot {}: {}.", self.edit, self.reason.words())
    }
}

/// An account after edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    pub configuration: Configuration,
    /// In the order of the edits; the others were made.
    pub misfits: Vec<Misfit>,
}

impl Configuration {
    /// The account as it would be after `edits`, made in their order. One that does not fit is left out and reported.
    pub fn edited(&self, edits: &[RuleEdit]) -> Edited {
        let mut configuration = self.clone();
        let made = edits.iter().map(|edit| (edit, configuration.make(edit)));
        let misfits =
            made.filter_map(|(edit, made)| Some(Misfit { edit: edit.clone(), reason: made.err()? }));
        let misfits = misfits.collect();
        Edited { configuration, misfits }
    }

    /// Makes one edit where it fits.
    pub(super) fn make(&mut self, edit: &RuleEdit) -> Result<(), MisfitReason> {
        match edit {
            RuleEdit::AddGroupRule { group, rule } => {
                let rules = self.rules_of_mut(group)?;
                if rules.iter().any(|known| admits_the_same(known, rule)) {
                    return Err(MisfitReason::AlreadyThere);
                }
                rules.push(rule.clone());
                rules.arrange();
            }
            RuleEdit::RemoveGroupRule { group, rule } => {
                let rules = self.rules_of_mut(group)?;
                let at = rules.iter().position(|known| admits_the_same(known, rule));
                rules.remove(at.ok_or(MisfitReason::NotThere)?);
            }
            RuleEdit::AddAclEntry { acl, entry } => {
                let entries = self.entries_of_mut(acl)?;
                if !(1..ACL_STAR_NUMBER).contains(&entry.number) {
                    return Err(MisfitReason::NumberOutOfRange);
                }
                if entries.iter().any(|known| has_number_of(known, entry)) {
                    return Err(MisfitReason::NumberTaken);
                }
                entries.push(entry.clone());
                entries.arrange();
            }
            RuleEdit::RemoveAclEntry { acl, entry } => {
                let entries = self.entries_of_mut(acl)?;
                let at = entries.iter().position(|known| known == entry);
                entries.remove(at.ok_or(MisfitReason::NotThere)?);
            }
        }
        Ok(())
    }

    fn rules_of_mut(&mut self, group: &str) -> Result<&mut Vec<SecurityGroupRule>, MisfitReason> {
        let group = self.groups.get_mut(group);
        group.and_then(|group| group.rules.as_mut()).ok_or(MisfitReason::Undescribed)
    }

    fn entries_of_mut(&mut self, acl: &str) -> Result<&mut Vec<AclEntry>, MisfitReason> {
        let acl = self.network_acls.get_mut(acl);
        acl.and_then(|acl| acl.entries.as_mut()).ok_or(MisfitReason::Undescribed)
    }
}

/// What AWS calls a duplicate.
pub(super) fn admits_the_same(a: &SecurityGroupRule, b: &SecurityGroupRule) -> bool {
    (a.direction, a.traffic, &a.peer) == (b.direction, b.traffic, &b.peer)
}

/// AWS deletes an entry by its direction and number alone, so both families share the numbers.
fn has_number_of(a: &AclEntry, b: &AclEntry) -> bool {
    (a.direction, a.number) == (b.direction, b.number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::description::{NetworkAcl, SecurityGroup};
    use crate::config::rule::{Peer, RuleDirection, Traffic};
    use crate::record::Prefix;

    fn rule(port: i64, cidr: &str) -> SecurityGroupRule {
        SecurityGroupRule {
            direction: RuleDirection::Ingress,
            traffic: Traffic::read("tcp", Some(port), Some(port)).unwrap(),
            peer: Peer::Cidr(Prefix::parse(cidr).unwrap()),
            id: None,
            description: None,
        }
    }

    fn entry(direction: RuleDirection, number: u32, cidr: &str) -> AclEntry {
        let cidr = Prefix::parse(cidr).unwrap();
        AclEntry { direction, number, cidr, traffic: Traffic::ALL, is_allow: true }
    }

    fn account() -> Configuration {
        let mut account = Configuration::default();
        let rules = vec![SecurityGroupRule { id: Some("sgr-1".into()), ..rule(443, "10.0.0.0/16") }];
        account.groups.insert("sg-1".into(), SecurityGroup { rules: Some(rules), ..Default::default() });
        account.groups.insert("sg-2".into(), SecurityGroup::default());
        let entries = vec![entry(RuleDirection::Ingress, 100, "0.0.0.0/0")];
        account
            .network_acls
            .insert("acl-1".into(), NetworkAcl { entries: Some(entries), ..Default::default() });
        account
    }

    fn reasons(edits: &[RuleEdit]) -> Vec<MisfitReason> {
        account().edited(edits).misfits.iter().map(|misfit| misfit.reason).collect()
    }

    #[test]
    fn edits_and_their_inverses_lead_back() {
        let edits = [
            RuleEdit::AddGroupRule { group: "sg-1".into(), rule: rule(80, "10.0.0.0/16") },
            RuleEdit::RemoveGroupRule {
                group: "sg-1".into(),
                rule: account().groups["sg-1"].rules.as_ref().unwrap()[0].clone(),
            },
            RuleEdit::AddAclEntry { acl: "acl-1".into(), entry: entry(RuleDirection::Ingress, 90, "::/0") },
            RuleEdit::RemoveAclEntry {
                acl: "acl-1".into(),
                entry: entry(RuleDirection::Ingress, 100, "0.0.0.0/0"),
            },
        ];
        let edited = account().edited(&edits);
        assert_eq!(edited.misfits, []);
        let rules = edited.configuration.groups["sg-1"].rules.as_ref().unwrap();
        assert_eq!(
            rules.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["inbound tcp 80 from 10.0.0.0/16"]
        );
        let entries = edited.configuration.network_acls["acl-1"].entries.as_ref().unwrap();
        assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), [90]);
        let back: Vec<RuleEdit> = edits.iter().rev().map(RuleEdit::inverse).collect();
        assert_eq!(edited.configuration.edited(&back).configuration, account());
    }

    #[test]
    fn a_rule_is_the_same_whatever_it_is_called() {
        let edit = RuleEdit::AddGroupRule { group: "sg-1".into(), rule: rule(443, "10.0.0.0/16") };
        assert_eq!(reasons(std::slice::from_ref(&edit)), [MisfitReason::AlreadyThere]);
        assert_eq!(account().edited(&[edit.inverse()]).misfits, []);
    }

    #[test]
    fn what_does_not_fit_is_reported() {
        let add = |group: &str| RuleEdit::AddGroupRule { group: group.into(), rule: rule(80, "10.0.0.0/16") };
        assert_eq!(reasons(&[add("sg-2"), add("sg-3")]), [MisfitReason::Undescribed; 2]);
        assert_eq!(reasons(&[add("sg-1").inverse()]), [MisfitReason::NotThere]);
        let add = |number, cidr| RuleEdit::AddAclEntry {
            acl: "acl-1".into(),
            entry: entry(RuleDirection::Ingress, number, cidr),
        };
        assert_eq!(reasons(&[add(100, "::/0")]), [MisfitReason::NumberTaken], "families share numbers");
        assert_eq!(reasons(&[add(0, "::/0"), add(32_767, "::/0")]), [MisfitReason::NumberOutOfRange; 2]);
        let other_way = entry(RuleDirection::Egress, 100, "0.0.0.0/0");
        assert_eq!(reasons(&[RuleEdit::AddAclEntry { acl: "acl-1".into(), entry: other_way }]), []);
        let misfit = &account().edited(&[add(100, "::/0")]).misfits[0];
        assert_eq!(
            misfit.to_string(),
            "Cannot add to acl-1: inbound rule 100: allow all traffic from ::/0: another entry of this direction has \
             the number."
        );
    }
}
