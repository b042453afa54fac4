//! Rules of security groups: in which group of an interface, and for whom.

use super::Way;
use super::holder::{n_interfaces_by_group, shared_group};
use super::plan::{Draft, Planner};
use super::probe::{End, flows};
use super::wanted::RefusedBy;
use super::warning::GROUP_RULES_MAX;
use crate::config::configuration::Configuration;
use crate::config::edit::{GROUP_TO_LOOK_UP, RuleEdit};
use crate::config::evaluate::PlaceId;
use crate::config::rule::{Peer, RuleDirection, SecurityGroupRule, Traffic};
use crate::record::Address;

/// What a new rule says of itself; AWS shows it beside the rule.
pub(super) const RULE_DESCRIPTION: &str = "Refused in flow logs, wanted";

impl Planner<'_> {
    /// `addresses`: those that the groups do not admit for certain.
    pub fn mend_groups(&self, end: &End, place: PlaceId, addresses: &[Address], draft: &mut Draft) {
        let peers = self.group_peers(end, addresses, draft);
        let groups = draft.evaluator.placement(place).groups.clone();
        let Some(groups) = groups else {
            if end.is_own
                && matches!(self.wanted.refused_by, RefusedBy::SecurityGroup | RefusedBy::GroupOrAcl)
            {
                let edits = rules(GROUP_TO_LOOK_UP, end.direction, self.request, peers);
                draft.push(end, edits);
            } else {
                draft.note(format!("The groups of {} are not described and may refuse it.", end.interface));
            }
            return;
        };
        let configuration = draft.evaluator.configuration();
        let Some(group) = choose_group(configuration, &groups, end.direction, peers.len()).map(str::to_owned)
        else {
            return;
        };
        let is_described = configuration.groups.get(&group).is_some_and(|group| group.rules.is_some());
        let refused = addresses.iter().find_map(|address| {
            let flows = flows(&draft.evaluator, place, end, *address, self.wanted);
            flows.iter().find_map(|flow| draft.evaluator.explain(place, flow).groups.nearest)
        });
        if let Some(nearest) = refused {
            draft.note(format!("The other way is to change a rule that is there: {nearest}."));
        }
        if groups.len() > 1 {
            draft.note(format!(
                "{} has {} groups; {group} is the one with fewest interfaces.",
                end.interface,
                groups.len()
            ));
        }
        if !is_described {
            draft.note(format!("The rules of {group} are not described, so the rule may be there already."));
        }
        draft.push(end, rules(&group, end.direction, self.request, peers));
    }

    /// A group where all are of one; otherwise prefixes.
    fn group_peers(&self, end: &End, addresses: &[Address], draft: &mut Draft) -> Vec<Peer> {
        if draft.way == Way::GroupReference {
            let vpc = self.vpc_of(&end.interface);
            if let Some(shared) = shared_group(&self.holders, vpc, addresses) {
                if let Some(vpc) = shared.peered_vpc {
                    draft.note(format!(
                        "{} is a group of {vpc}, which a route reaches over VPC peering. A rule can refer to it within one \
                         region only, and while the peering is active.",
                        shared.group
                    ));
                }
                return vec![Peer::Group(shared.group.to_owned())];
            }
        }
        self.prefixes(end, addresses, draft.way).into_iter().map(Peer::Cidr).collect()
    }
}

/// The described group with fewest interfaces among those with room for the rules.
fn choose_group<'g>(
    configuration: &Configuration,
    groups: &'g [String],
    direction: RuleDirection,
    n_rules: usize,
) -> Option<&'g str> {
    let counts = n_interfaces_by_group(configuration);
    let preference = |id: &'g str| {
        let rules = configuration.groups.get(id).and_then(|group| group.rules.as_ref());
        let of_direction = rules.into_iter().flatten().filter(|rule| rule.direction == direction);
        let is_full = of_direction.count() + n_rules > GROUP_RULES_MAX;
        (rules.is_none(), is_full, counts.get(id).copied(), id)
    };
    groups.iter().map(String::as_str).min_by_key(|id| preference(id))
}

/// One edit for each peer.
pub(super) fn rules(
    group: &str,
    direction: RuleDirection,
    traffic: Traffic,
    peers: Vec<Peer>,
) -> Vec<RuleEdit> {
    let rule = |peer| SecurityGroupRule {
        direction,
        traffic,
        peer,
        id: None,
        description: Some(RULE_DESCRIPTION.to_owned()),
    };
    let edit = |peer| RuleEdit::AddGroupRule { group: group.to_owned(), rule: rule(peer) };
    peers.into_iter().map(edit).collect()
}
