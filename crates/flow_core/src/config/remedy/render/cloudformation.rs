//! Edits as a CloudFormation template in YAML.
//!
//! A removal has no resource: it is a comment that says what to delete.

use super::context::{Context, Unknowns};
use super::{acl_protocol, group_protocol, is_icmp, is_unnumbered, offsets, ports, quote};
use crate::config::edit::{ACL_TO_LOOK_UP, GROUP_TO_LOOK_UP, RuleEdit};
use crate::config::rule::{AclEntry, Peer, RuleDirection, SecurityGroupRule};
use crate::record::Address;

/// Keys and values of a resource, in their order.
type Properties = Vec<(&'static str, String)>;

/// A whole template, or comments only where nothing is added.
pub fn cloudformation(edits: &[RuleEdit], context: &Context) -> String {
    let mut text = context.heading(edits);
    for edit in edits.iter().filter(|edit| !edit.is_addition()) {
        let edit = quote::comment(&edit.to_string());
        text += &format!("# To {edit}, delete the resource that makes it and update its stack.\n");
    }
    if !edits.iter().any(RuleEdit::is_addition) {
        return text;
    }
    text += "AWSTemplateFormatVersion: \"2010-09-09\"\n";
    let offsets = offsets(edits);
    text += &parameters(Unknowns::of(edits), &offsets, context);
    text += "Resources:\n";
    for ((n, edit), offset) in (1..).zip(edits).zip(offsets) {
        match edit {
            RuleEdit::AddGroupRule { group, rule } => {
                let kind = match rule.direction {
                    RuleDirection::Ingress => "AWS::EC2::SecurityGroupIngress",
                    RuleDirection::Egress => "AWS::EC2::SecurityGroupEgress",
                };
                text += &resource(kind, group, n, group_rule(group, rule, context));
            }
            RuleEdit::AddAclEntry { acl, entry } => {
                text += &resource("AWS::EC2::NetworkAclEntry", acl, n, acl_entry(acl, entry, offset));
            }
            RuleEdit::RemoveGroupRule { .. } | RuleEdit::RemoveAclEntry { .. } => {}
        }
    }
    text
}

fn parameters(unknowns: Unknowns, offsets: &[u32], context: &Context) -> String {
    let of = context.interface.as_deref().unwrap_or("the interface");
    let parameter = |name: &str, kind: &str, description: &str| {
        format!("  {name}:\n    Type: {kind}\n    Description: {}\n", quote::yaml(description))
    };
    let mut text = String::new();
    if unknowns.group {
        let description = format!("The security group of {of}");
        text += &parameter("GroupId", "AWS::EC2::SecurityGroup::Id", &description);
    }
    if unknowns.acl {
        text += &parameter("AclId", "String", &format!("The network ACL of the subnet of {of}"));
    }
    if unknowns.number {
        // CloudFormation cannot count.
        for offset in 0..=offsets.iter().copied().max().unwrap_or_default() {
            let description = "Free, and smaller than the number of the entry that denies";
            text += &parameter(&number_parameter(offset), "Number", description);
        }
    }
    if text.is_empty() { text } else { format!("Parameters:\n{text}") }
}

fn number_parameter(offset: u32) -> String {
    format!("RuleNumber{}", offset + 1)
}

fn resource(kind: &str, policy: &str, n: u32, properties: Properties) -> String {
    let lines = properties.into_iter().map(|(key, value)| format!("      {key}: {value}\n"));
    let lines: String = lines.collect();
    format!("  {}{n}:\n    Type: {kind}\n    Properties:\n{lines}", logical_id(policy))
}

/// Letters and digits only: `SgWeb` of `sg-web`.
fn logical_id(policy: &str) -> String {
    let name = quote::name(policy);
    let parts = name.split('_').map(|part| match part.split_at_checked(1) {
        Some((first, rest)) => format!("{}{rest}", first.to_ascii_uppercase()),
        None => String::new(),
    });
    parts.collect()
}

fn group_rule(group: &str, rule: &SecurityGroupRule, context: &Context) -> Properties {
    let is_ingress = rule.direction == RuleDirection::Ingress;
    let key = |ingress, egress| if is_ingress { ingress } else { egress };
    let id = if group == GROUP_TO_LOOK_UP { "{ Ref: GroupId }".to_owned() } else { quote::yaml(group) };
    let mut properties = vec![("GroupId", id)];
    properties.extend(rule.description.as_ref().map(|text| ("Description", quote::yaml(text))));
    properties.push(("IpProtocol", quote::yaml(&group_protocol(rule.traffic))));
    if let Some((from, to)) = ports(rule.traffic) {
        properties.extend([("FromPort", from.to_string()), ("ToPort", to.to_string())]);
    }
    match &rule.peer {
        Peer::Cidr(cidr) => {
            let key = if matches!(cidr.base(), Address::V4(_)) { "CidrIp" } else { "CidrIpv6" };
            properties.push((key, quote::yaml(&cidr.to_string())));
        }
        Peer::PrefixList(id) => {
            properties.push((key("SourcePrefixListId", "DestinationPrefixListId"), quote::yaml(id)));
        }
        Peer::Group(id) => {
            properties.push((key("SourceSecurityGroupId", "DestinationSecurityGroupId"), quote::yaml(id)));
            // The egress resource has no such property: the id alone has to do.
            let owner = context.foreign_owner(group, id).filter(|_| is_ingress);
            properties.extend(owner.map(|owner| ("SourceSecurityGroupOwnerId", quote::yaml(owner))));
        }
    }
    properties
}

fn acl_entry(acl: &str, entry: &AclEntry, offset: u32) -> Properties {
    let id = if acl == ACL_TO_LOOK_UP { "{ Ref: AclId }".to_owned() } else { quote::yaml(acl) };
    let number = if is_unnumbered(entry) {
        format!("{{ Ref: {} }}", number_parameter(offset))
    } else {
        entry.number.to_string()
    };
    let key = if matches!(entry.cidr.base(), Address::V4(_)) { "CidrBlock" } else { "Ipv6CidrBlock" };
    let mut properties = vec![
        ("NetworkAclId", id),
        ("RuleNumber", number),
        ("Egress", (entry.direction == RuleDirection::Egress).to_string()),
        ("Protocol", acl_protocol(entry.traffic).to_string()),
        ("RuleAction", quote::yaml(if entry.is_allow { "allow" } else { "deny" })),
        (key, quote::yaml(&entry.cidr.to_string())),
    ];
    if let Some((from, to)) = ports(entry.traffic) {
        properties.push(if is_icmp(entry.traffic) {
            ("Icmp", format!("{{ Type: {from}, Code: {to} }}"))
        } else {
            ("PortRange", format!("{{ From: {from}, To: {to} }}"))
        });
    }
    properties
}
