//! Renderings are read back by other people's parsers: a shell, JSON, HCL and YAML. Whatever is in an id, a name or a
//! description comes back as one value, and nothing else comes with it.

use std::process::Command;

use flow_core::config::description::{NetworkAcl, SecurityGroup};
use flow_core::config::remedy::render::{self, Context};
use flow_core::config::{AclEntry, Configuration, Peer, RuleEdit, SecurityGroupRule};
use flow_testkit::rules::{any_entry, any_rule};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

/// Text that somebody made to break out of its quotes, and any other.
fn any_text() -> impl Strategy<Value = String> {
    let made = select(
        &[
            "'; reboot #",
            "$(reboot)",
            "`reboot`",
            "\"; reboot; \"",
            "\nreboot\n",
            "\\",
            "\\\"\\'",
            "${file(\"/etc/passwd\")}",
            "%{ if true }x%{ endif }",
            "a: b\n- !Ref c # d",
            "{{resolve:ssm:x}}",
            "\u{2028}reboot\u{85}\u{202e}",
            "EOT\nEOT",
            "*/ //",
            "$GROUP_ID",
            "",
        ][..],
    );
    prop_oneof![made.prop_map(str::to_owned), any::<String>(), "sg-[0-9a-f]{8}"]
}

fn any_edit() -> impl Strategy<Value = RuleEdit> {
    let rule = (any_rule(), proptest::option::of(any_text()), proptest::option::of(any_text()), any_text())
        .prop_map(|(rule, id, description, text)| {
            let peer = match rule.peer {
                Peer::Group(_) => Peer::Group(text),
                Peer::PrefixList(_) => Peer::PrefixList(text),
                cidr => cidr,
            };
            SecurityGroupRule { peer, id, description, ..rule }
        });
    (any_text(), rule, any_entry(), 0..4u8).prop_map(|(policy, rule, entry, kind)| match kind {
        0 => RuleEdit::AddGroupRule { group: policy, rule },
        1 => RuleEdit::RemoveGroupRule { group: policy, rule },
        2 => RuleEdit::AddAclEntry { acl: policy, entry },
        _ => RuleEdit::RemoveAclEntry { acl: policy, entry },
    })
}

/// An account in which what the edits change has names and owners of any text.
fn context(edits: &[RuleEdit], name: &str, owner: &str) -> Context {
    let mut account = Configuration::default();
    let (name, owner) = (Some(name.to_owned()), Some(owner.to_owned()));
    for edit in edits {
        let id = edit.policy().to_owned();
        match edit {
            RuleEdit::AddGroupRule { .. } | RuleEdit::RemoveGroupRule { .. } => {
                let (name, owner) = (name.clone(), owner.clone());
                account.groups.insert(id, SecurityGroup { name, owner, ..SecurityGroup::default() });
            }
            RuleEdit::AddAclEntry { .. } | RuleEdit::RemoveAclEntry { .. } => {
                let (name, owner) = (name.clone(), owner.clone());
                account.network_acls.insert(id, NetworkAcl { name, owner, ..NetworkAcl::default() });
            }
        }
    }
    Context::of(Some(&account), Some(name.as_deref().unwrap_or_default()), edits)
}

/// What becomes of text on its way into a command: control characters do nothing there.
fn shown(text: &str) -> String {
    let is_control = |char: char| {
        char.is_control()
            || matches!(char, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
    };
    text.chars().map(|char| if is_control(char) { '\u{fffd}' } else { char }).collect()
}

/// Commands as a shell reads them; comments and joined lines are gone.
fn commands(script: &str) -> Vec<Vec<String>> {
    let joined = script.replace(" \\\n", " ");
    let lines = joined.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| shlex::split(line).unwrap_or_else(|| panic!("not words: {line}"))).collect()
}

fn strings_of(edit: &RuleEdit) -> Vec<&str> {
    let mut strings = vec![edit.policy()];
    if let RuleEdit::AddGroupRule { rule, .. } = edit {
        if let Peer::Group(id) | Peer::PrefixList(id) = &rule.peer {
            strings.push(id);
        }
        strings.extend(rule.description.as_deref());
    }
    strings
}

fn has_string(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own == text,
        Value::Array(items) => items.iter().any(|item| has_string(item, text)),
        Value::Object(map) => map.values().any(|item| has_string(item, text)),
        _ => false,
    }
}

fn is_placeholder(text: &str) -> bool {
    matches!(text, "$GROUP_ID" | "$ACL_ID")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_shell_reads_back_only_what_is_meant(edits in vec(any_edit(), 1..5), name in any_text(), owner in any_text()) {
        let context = context(&edits, &name, &owner);
        for (script, is_undo) in [(render::aws_cli(&edits, &context), false), (render::undo(&edits, &context), true)] {
            let mut n_rules = 0;
            for words in commands(&script) {
                let [first, ..] = &words[..] else { panic!("a blank line") };
                let is_known = first == "aws" || first == ":" || first.ends_with("(aws") || first.starts_with("INTERFACE_ID=");
                prop_assert!(is_known, "{:?}", words);
                if first != "aws" {
                    continue;
                }
                prop_assert_eq!(&words[1], "ec2");
                let after = |option: &str| Some(words[words.iter().position(|word| word == option)? + 1].as_str());
                let policy = after("--group-id").or(after("--network-acl-id")).or(after("--network-acl-ids")).unwrap();
                let is_meant = |edit: &RuleEdit| shown(edit.policy()) == policy || is_placeholder(edit.policy());
                prop_assert!(edits.iter().any(is_meant), "{}", policy);
                if let Some(json) = after("--ip-permissions") {
                    let permissions: Vec<Value> = serde_json::from_str(json).unwrap();
                    n_rules += permissions.len();
                    for permission in permissions {
                        let lists = ["IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"];
                        prop_assert_eq!(lists.iter().filter(|list| permission.get(**list).is_some()).count(), 1);
                    }
                }
                if let Some(at) = words.iter().position(|word| word == "--security-group-rule-ids") {
                    n_rules += words.len() - at - 1;
                }
            }
            let is_rule = |edit: &&RuleEdit| matches!(edit, RuleEdit::AddGroupRule { .. } | RuleEdit::RemoveGroupRule { .. });
            prop_assert_eq!(n_rules, edits.iter().filter(is_rule).count(), "undo: {}", is_undo);
        }
    }

    #[test]
    fn hcl_reads_back_only_what_is_meant(edits in vec(any_edit(), 1..5), name in any_text(), owner in any_text()) {
        let text = render::terraform(&edits, &context(&edits, &name, &owner));
        let body: hcl::Body = hcl::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let resources: Vec<&hcl::Block> =
            body.blocks().filter(|block| block.identifier() == "resource").collect();
        let added: Vec<&RuleEdit> = edits.iter().filter(|edit| edit.is_addition()).collect();
        prop_assert_eq!(resources.len(), added.len());
        for (resource, edit) in resources.into_iter().zip(added) {
            let value = |attribute: &hcl::Attribute| match attribute.expr() {
                hcl::Expression::String(text) => Some(text.clone()),
                // A string with an escaped `${` or `%{` in it.
                hcl::Expression::TemplateExpr(template) => {
                    let template = hcl::Template::from_expr(template).unwrap();
                    Some(template.elements().iter().map(|element| match element {
                        hcl::template::Element::Literal(text) => text.clone(),
                        other => panic!("not text: {other:?}"),
                    }).collect())
                }
                _ => None,
            };
            let values: Vec<String> = resource.body().attributes().filter_map(value).collect();
            for text in strings_of(edit).into_iter().filter(|text| !is_placeholder(text)) {
                let unescaped = |value: &String| value == text || value.replace("$${", "${").replace("%%{", "%{") == text;
                prop_assert!(values.iter().any(unescaped), "{:?} in {:?}", text, values);
            }
        }
    }

    #[test]
    fn yaml_reads_back_only_what_is_meant(edits in vec(any_edit(), 1..5), name in any_text(), owner in any_text()) {
        let text = render::cloudformation(&edits, &context(&edits, &name, &owner));
        let added: Vec<&RuleEdit> = edits.iter().filter(|edit| edit.is_addition()).collect();
        if added.is_empty() {
            prop_assert!(text.lines().all(|line| line.starts_with('#')));
            return Ok(());
        }
        let template: Value = serde_yaml_ng::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let resources = template["Resources"].as_object().unwrap();
        prop_assert_eq!(resources.len(), added.len());
        for (resource, edit) in resources.values().zip(added) {
            prop_assert!(!has_string(&resource["Properties"], "{{resolve:ssm:x}}"), "a reference is filled in");
            let has = |text: &&str| {
                is_placeholder(text) || has_string(&resource["Properties"], &text.replace("{{", "{ {"))
            };
            prop_assert!(strings_of(edit).iter().all(has), "{}", text);
        }
    }
}

/// The shell of the machine, not a model of one.
#[test]
fn a_real_shell_runs_nothing_but_the_command() {
    let texts = [
        "'; echo owned #",
        "$(echo owned)",
        "`echo owned`",
        "\"; echo owned; \"",
        "\necho owned\n",
        "\\'\"!*?~",
    ];
    for text in texts {
        let cidr = flow_core::record::Prefix::parse("10.0.0.0/8").unwrap();
        let rule = SecurityGroupRule {
            direction: flow_core::config::RuleDirection::Ingress,
            traffic: flow_core::config::Traffic::ALL,
            peer: Peer::Cidr(cidr),
            id: None,
            description: Some(text.to_owned()),
        };
        let entry = AclEntry {
            direction: flow_core::config::RuleDirection::Egress,
            number: 7,
            cidr,
            traffic: flow_core::config::Traffic::ALL,
            is_allow: true,
        };
        let edits = [
            RuleEdit::AddGroupRule { group: text.to_owned(), rule },
            RuleEdit::AddAclEntry { acl: text.to_owned(), entry },
        ];
        let script = render::aws_cli(&edits, &context(&edits, text, text));
        // One line for each call: how many arguments it has.
        let output =
            Command::new("sh").arg("-c").arg(format!("aws() {{ echo \"$#\"; }}\n{script}")).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "6\n13\n", "{script}");
        assert!(output.stderr.is_empty(), "{script}");
    }
}
