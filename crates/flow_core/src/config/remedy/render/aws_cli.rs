//! Edits as commands of the AWS CLI for a POSIX shell, and the commands that take them back.

use serde_json::{Map, Value, json};

use super::context::{Context, Unknowns};
use super::{acl_protocol, group_protocol, is_icmp, is_unnumbered, offsets, ports, quote};
use crate::config::edit::{ACL_TO_LOOK_UP, GROUP_TO_LOOK_UP, RuleEdit};
use crate::config::rule::{AclEntry, Peer, RuleDirection, SecurityGroupRule};
use crate::record::Address;

/// Commands that make the edits, in their order; rules of one group and direction in one command. What is not known is
/// looked up first.
pub fn aws_cli(edits: &[RuleEdit], context: &Context) -> String {
    script(edits.iter().cloned().zip(offsets(edits)).collect(), context)
}

/// Commands that take the edits back, the last one first.
pub fn undo(edits: &[RuleEdit], context: &Context) -> String {
    let inverses = edits.iter().map(RuleEdit::inverse).zip(offsets(edits));
    let mut inverses: Vec<(RuleEdit, u32)> = inverses.collect();
    inverses.reverse();
    script(inverses, context)
}

fn script(steps: Vec<(RuleEdit, u32)>, context: &Context) -> String {
    let edits: Vec<RuleEdit> = steps.iter().map(|(edit, _)| edit.clone()).collect();
    let mut script = context.heading(&edits);
    script += &look_ups(Unknowns::of(&edits), &edits, context);
    let batches = steps.chunk_by(|(a, _), (b, _)| is_one_command(a, b));
    for batch in batches {
        script += &command(batch, context);
        script.push('\n');
    }
    script
}

/// Whether two edits, one after the other, can be made together.
fn is_one_command(a: &RuleEdit, b: &RuleEdit) -> bool {
    match (a, b) {
        (
            RuleEdit::AddGroupRule { group: group_a, rule: a },
            RuleEdit::AddGroupRule { group: group_b, rule: b },
        ) => group_a == group_b && a.direction == b.direction,
        (
            RuleEdit::RemoveGroupRule { group: group_a, rule: a },
            RuleEdit::RemoveGroupRule { group: group_b, rule: b },
        ) => group_a == group_b && a.direction == b.direction && a.id.is_some() == b.id.is_some(),
        _ => false,
    }
}

fn command(batch: &[(RuleEdit, u32)], context: &Context) -> String {
    let Some((edit, offset)) = batch.first() else { return String::new() };
    match edit {
        RuleEdit::AddGroupRule { group, rule } => {
            let verb = format!("authorize-security-group-{}", way(rule.direction));
            format!("{} \\\n  --ip-permissions {}", of_group(&verb, group), permissions(batch, context, true))
        }
        RuleEdit::RemoveGroupRule { group, rule } => {
            let verb = format!("revoke-security-group-{}", way(rule.direction));
            let ids: Vec<String> =
                rules(batch).filter_map(|rule| rule.id.as_deref()).map(quote::shell).collect();
            if ids.is_empty() {
                let permissions = permissions(batch, context, false);
                format!("{} \\\n  --ip-permissions {permissions}", of_group(&verb, group))
            } else {
                format!("{} \\\n  --security-group-rule-ids {}", of_group(&verb, group), ids.join(" "))
            }
        }
        RuleEdit::AddAclEntry { acl, entry } => {
            let mut command = of_entry("create-network-acl-entry", acl, entry, *offset);
            command += &format!(" \\\n  --protocol {}", acl_protocol(entry.traffic));
            match ports(entry.traffic) {
                Some((icmp_type, code)) if is_icmp(entry.traffic) => {
                    command += &format!(" --icmp-type-code Code={code},Type={icmp_type}");
                }
                Some((first, last)) => command += &format!(" --port-range From={first},To={last}"),
                None => {}
            }
            let option = match entry.cidr.base() {
                Address::V4(_) => "--cidr-block",
                _ => "--ipv6-cidr-block",
            };
            let action = if entry.is_allow { "allow" } else { "deny" };
            format!("{command} {option} {} --rule-action {action}", entry.cidr)
        }
        RuleEdit::RemoveAclEntry { acl, entry } => of_entry("delete-network-acl-entry", acl, entry, *offset),
    }
}

fn way(direction: RuleDirection) -> &'static str {
    match direction {
        RuleDirection::Ingress => "ingress",
        RuleDirection::Egress => "egress",
    }
}

fn of_group(verb: &str, group: &str) -> String {
    let group = if group == GROUP_TO_LOOK_UP { "\"$GROUP_ID\"".to_owned() } else { quote::shell(group) };
    format!("aws ec2 {verb} --group-id {group}")
}

fn of_entry(verb: &str, acl: &str, entry: &AclEntry, offset: u32) -> String {
    let number = match offset {
        _ if !is_unnumbered(entry) => entry.number.to_string(),
        0 => "\"$RULE_NUMBER\"".to_owned(),
        offset => format!("\"$((RULE_NUMBER + {offset}))\""),
    };
    let way = way(entry.direction);
    format!("aws ec2 {verb} --network-acl-id {} --{way} --rule-number {number}", acl_argument(acl))
}

fn acl_argument(acl: &str) -> String {
    if acl == ACL_TO_LOOK_UP { "\"$ACL_ID\"".to_owned() } else { quote::shell(acl) }
}

fn rules(batch: &[(RuleEdit, u32)]) -> impl Iterator<Item = &SecurityGroupRule> {
    batch.iter().filter_map(|(edit, _)| match edit {
        RuleEdit::AddGroupRule { rule, .. } | RuleEdit::RemoveGroupRule { rule, .. } => Some(rule),
        _ => None,
    })
}

/// The JSON of `--ip-permissions`, quoted. AWS compares no description where rules are taken away.
fn permissions(batch: &[(RuleEdit, u32)], context: &Context, has_descriptions: bool) -> String {
    let policy = batch.first().map_or("", |(edit, _)| edit.policy());
    let permission = |rule: &SecurityGroupRule| {
        let (list, mut peer) = match &rule.peer {
            Peer::Cidr(cidr) => match cidr.base() {
                Address::V4(_) => ("IpRanges", json!({ "CidrIp": cidr.to_string() })),
                _ => ("Ipv6Ranges", json!({ "CidrIpv6": cidr.to_string() })),
            },
            Peer::PrefixList(id) => ("PrefixListIds", json!({ "PrefixListId": id })),
            Peer::Group(id) => {
                let mut pair = json!({ "GroupId": id });
                if let Some(owner) = context.foreign_owner(policy, id) {
                    pair["UserId"] = json!(owner);
                }
                ("UserIdGroupPairs", pair)
            }
        };
        if let Some(description) = rule.description.as_ref().filter(|_| has_descriptions) {
            peer["Description"] = json!(description);
        }
        let mut permission = Map::new();
        permission.insert("IpProtocol".to_owned(), json!(group_protocol(rule.traffic)));
        if let Some((from, to)) = ports(rule.traffic) {
            permission.insert("FromPort".to_owned(), json!(from));
            permission.insert("ToPort".to_owned(), json!(to));
        }
        permission.insert(list.to_owned(), json!([peer]));
        Value::Object(permission)
    };
    quote::shell_json(&rules(batch).map(permission).collect::<Vec<_>>())
}

/// Read-only commands that fill the variables, and checks of those that people must fill.
fn look_ups(unknowns: Unknowns, edits: &[RuleEdit], context: &Context) -> String {
    let mut lines: Vec<String> = Vec::new();
    if unknowns.group || unknowns.acl {
        lines.push(match &context.interface {
            Some(interface) => format!("INTERFACE_ID={}", quote::shell(interface)),
            None => ": \"${INTERFACE_ID:?Set it to the id of the interface, eni-...}\"".to_owned(),
        });
    }
    let of_interface = |variable: &str, query: &str| {
        format!(
            "{variable}=$(aws ec2 describe-network-interfaces --network-interface-ids \"$INTERFACE_ID\" \\\n  --query \
             'NetworkInterfaces[0].{query}' --output text)"
        )
    };
    if unknowns.group {
        lines.push(of_interface("GROUP_ID", "Groups[0].GroupId"));
    }
    if unknowns.acl {
        lines.push(of_interface("SUBNET_ID", "SubnetId"));
        lines.push(
            "ACL_ID=$(aws ec2 describe-network-acls --filters \"Name=association.subnet-id,Values=$SUBNET_ID\" \\\n  \
             --query 'NetworkAcls[0].NetworkAclId' --output text)"
                .to_owned(),
        );
    }
    if unknowns.number {
        let acls = edits.iter().filter(|edit| {
            matches!(edit, RuleEdit::AddAclEntry { entry, .. } | RuleEdit::RemoveAclEntry { entry, .. }
                if is_unnumbered(entry))
        });
        let mut acls: Vec<String> = acls.map(|edit| acl_argument(edit.policy())).collect();
        acls.dedup();
        lines.extend(acls.iter().map(|acl| {
            format!(
                "aws ec2 describe-network-acls --network-acl-ids {acl} \\\n  --query 'NetworkAcls[0].Entries' --output \
                 table"
            )
        }));
        lines.push(
            ": \"${RULE_NUMBER:?Set it to a number that is free and smaller than that of the entry that denies}\""
                .to_owned(),
        );
    }
    lines.into_iter().map(|line| line + "\n").collect()
}
