//! Edits as Terraform resources of the provider `hashicorp/aws`.
//!
//! A removal has no resource: it is a comment that says what to delete.

use super::context::{Context, Unknowns};
use super::{acl_protocol, group_protocol, is_icmp, is_unnumbered, offsets, ports, quote};
use crate::config::edit::{ACL_TO_LOOK_UP, GROUP_TO_LOOK_UP, RuleEdit};
use crate::config::rule::{AclEntry, Peer, RuleDirection, SecurityGroupRule};
use crate::record::Address;

/// Keys and values of a block, in their order.
type Attributes = Vec<(&'static str, String)>;

pub fn terraform(edits: &[RuleEdit], context: &Context) -> String {
    let mut parts = Vec::new();
    let heading = context.heading(edits);
    if !heading.is_empty() {
        parts.push(heading);
    }
    parts.extend(variables(Unknowns::of(edits), context));
    for ((n, edit), offset) in (1..).zip(edits).zip(offsets(edits)) {
        parts.push(match edit {
            RuleEdit::AddGroupRule { group, rule } => {
                let kind = match rule.direction {
                    RuleDirection::Ingress => "aws_vpc_security_group_ingress_rule",
                    RuleDirection::Egress => "aws_vpc_security_group_egress_rule",
                };
                resource(kind, group, n, group_rule(group, rule, context))
            }
            RuleEdit::AddAclEntry { acl, entry } => {
                resource("aws_network_acl_rule", acl, n, acl_rule(acl, entry, offset))
            }
            RuleEdit::RemoveGroupRule { rule, .. } => {
                let id = rule.id.as_deref().map_or(String::new(), |id| format!(" ({})", quote::comment(id)));
                removal(edit, &id)
            }
            RuleEdit::RemoveAclEntry { .. } => removal(edit, ""),
        });
    }
    parts.join("\n")
}

fn removal(edit: &RuleEdit, id: &str) -> String {
    let edit = quote::comment(&edit.to_string());
    format!("# To {edit}{id}, delete the resource that makes it: Terraform then removes it.\n")
}

fn variables(unknowns: Unknowns, context: &Context) -> Vec<String> {
    let of = match &context.interface {
        Some(interface) => quote::comment(interface),
        None => "the interface".to_owned(),
    };
    let variable = |name: &str, kind: &str, description: String| {
        let description = quote::hcl(&description);
        format!("variable \"{name}\" {{\n  type        = {kind}\n  description = {description}\n}}\n")
    };
    let mut variables = Vec::new();
    if unknowns.group {
        variables.push(variable("group_id", "string", format!("The security group of {of}")));
    }
    if unknowns.acl {
        variables.push(variable("acl_id", "string", format!("The network ACL of the subnet of {of}")));
    }
    if unknowns.number {
        let description = "Free, and smaller than the number of the entry that denies";
        variables.push(variable("rule_number", "number", description.to_owned()));
    }
    variables
}

fn resource(kind: &str, policy: &str, n: u32, attributes: Attributes) -> String {
    let width = attributes.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
    let lines = attributes.iter().map(|(key, value)| format!("  {key:width$} = {value}\n"));
    let lines: String = lines.collect();
    format!("resource \"{kind}\" \"{}_{n}\" {{\n{lines}}}\n", quote::name(policy))
}

fn group_rule(group: &str, rule: &SecurityGroupRule, context: &Context) -> Attributes {
    let id = if group == GROUP_TO_LOOK_UP { "var.group_id".to_owned() } else { quote::hcl(group) };
    let mut attributes = vec![("security_group_id", id)];
    attributes.extend(rule.description.as_ref().map(|text| ("description", quote::hcl(text))));
    attributes.push(("ip_protocol", quote::hcl(&group_protocol(rule.traffic))));
    if let Some((from, to)) = ports(rule.traffic) {
        attributes.extend([("from_port", from.to_string()), ("to_port", to.to_string())]);
    }
    attributes.push(match &rule.peer {
        Peer::Cidr(cidr) => (cidr_key(cidr.base(), "cidr_ipv4", "cidr_ipv6"), quote::hcl(&cidr.to_string())),
        Peer::PrefixList(id) => ("prefix_list_id", quote::hcl(id)),
        Peer::Group(id) => {
            let owner = context.foreign_owner(group, id).map(|owner| format!("{owner}/"));
            let id = format!("{}{id}", owner.unwrap_or_default());
            ("referenced_security_group_id", quote::hcl(&id))
        }
    });
    attributes
}

fn acl_rule(acl: &str, entry: &AclEntry, offset: u32) -> Attributes {
    let id = if acl == ACL_TO_LOOK_UP { "var.acl_id".to_owned() } else { quote::hcl(acl) };
    let number = match offset {
        _ if !is_unnumbered(entry) => entry.number.to_string(),
        0 => "var.rule_number".to_owned(),
        offset => format!("var.rule_number + {offset}"),
    };
    let mut attributes = vec![
        ("network_acl_id", id),
        ("rule_number", number),
        ("egress", (entry.direction == RuleDirection::Egress).to_string()),
        ("protocol", quote::hcl(&acl_protocol(entry.traffic).to_string())),
        ("rule_action", quote::hcl(if entry.is_allow { "allow" } else { "deny" })),
        (cidr_key(entry.cidr.base(), "cidr_block", "ipv6_cidr_block"), quote::hcl(&entry.cidr.to_string())),
    ];
    if let Some((from, to)) = ports(entry.traffic) {
        let keys = if is_icmp(entry.traffic) { ["icmp_type", "icmp_code"] } else { ["from_port", "to_port"] };
        attributes.extend(keys.into_iter().zip([from.to_string(), to.to_string()]));
    }
    attributes
}

fn cidr_key(base: Address, v4: &'static str, v6: &'static str) -> &'static str {
    if matches!(base, Address::V4(_)) { v4 } else { v6 }
}
