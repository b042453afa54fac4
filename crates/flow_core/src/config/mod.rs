//! The account's rules: what `aws ec2 describe-…` says of security groups, network ACLs and the interfaces that they
//! guard, and what those rules decide for a flow.
//!
//! Pure: files come as bytes with their names, flows as values. Knows nothing of flow log files, stores or what was
//! observed; whoever compares a decision with a record's `action` does so elsewhere.

pub mod commands;
pub mod configuration;
pub mod description;
pub mod edit;
pub mod evaluate;

pub mod kind;
pub mod read;
pub mod remedy;
pub mod report;
pub mod rule;
pub mod rule_text;

pub use configuration::Configuration;

pub use edit::{Edited, Misfit, RuleEdit};
pub use evaluate::{Decision, Evaluator, Explanation, Flow, Placement, PortPair};
pub use kind::Kind;
pub use read::ConfigurationReader;
pub use report::{ConfigurationReport, Missing, Reason};
pub use rule::{AclEntry, Peer, RuleDirection, RulePorts, SecurityGroupRule, Traffic};
