//! Rules of security groups: in which group of an interface, and for whom.

use super::Way;
use super::holder::{Holders, shared_group};
use super::plan::{Draft, Planner};
use super::probe::{End, Probes};
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
        let mut peers = self.group_peers(end, addresses, draft);
        let groups = draft.evaluator.placement(place).groups.clone();
        let Some(groups) = groups else {
            draft.push_look_up(end, rules(GROUP_TO_LOOK_UP, end.direction, self.request, peers));
            return;
        };
        // The evaluator has not seen the rules that were added for the ends before.
        peers.retain(|peer| !draft.has_rule(&groups, end.direction, self.request, peer));
        let chosen = choose_group(&draft.configuration, &self.holders, &groups, end.direction, peers.len());
        let Some(group) = chosen.map(str::to_owned).filter(|_| !peers.is_empty()) else { return };
        let is_described = draft.configuration.groups.get(&group).is_some_and(|group| group.rules.is_some());
        if end.is_own {
            self.note_other_rules(end, place, addresses, draft);
        }
        if end.is_own && groups.len() > 1 {
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

    /// Names the rule that misses by least.
    fn note_other_rules(&self, end: &End, place: PlaceId, addresses: &[Address], draft: &mut Draft) {
        let probes = Probes::of(&draft.evaluator, place, end, self.wanted);
        let nearest = addresses.iter().find_map(|address| {
            probes.flows(*address).find_map(|flow| draft.evaluator.explain(place, &flow).groups.nearest)
        });
        if let Some(nearest) = nearest {
            draft.note(format!("The other way is to change a rule that is there: {nearest}."));
        }
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
    holders: &Holders<'_>,
    groups: &'g [String],
    direction: RuleDirection,
    n_rules: usize,
) -> Option<&'g str> {
    let preference = |id: &'g str| {
        let rules = configuration.groups.get(id).and_then(|group| group.rules.as_ref());
        let of_direction = rules.into_iter().flatten().filter(|rule| rule.direction == direction);
        let is_full = of_direction.count() + n_rules > GROUP_RULES_MAX;
        (rules.is_none(), is_full, holders.members(id).len(), id)
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
