//! Why there is no fix, and where to look instead.

use serde::{Deserialize, Serialize};

use crate::config::rule::RuleDirection;

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CannotFix {
    Scanner,
    Straggler,
    BlockPublicAccess,
    EncryptionControls,
    CauseUnknown,
    NoPeers,
    /// TCP or UDP, and the log does not tell which service.
    PortUnknown,
    /// The rules as described let all of it through.
    AlreadyAllowed,
    /// The first numbers of a network ACL are all in use.
    NoNumberFree {
        acl: String,
        direction: RuleDirection,
    },
}

impl CannotFix {
    /// For people: what it is, and the next step.
    pub fn words(&self) -> String {
        let words = match self {
            CannotFix::Scanner => "These are probes of a scanner. Refusing them is what the rules are for.",
            CannotFix::Straggler => {
                "These packets came after their connection was closed or had expired. No rule is missing; a shorter \
                 idle time at the client, or keep-alives, makes them fewer."
            }
            CannotFix::BlockPublicAccess => {
                "VPC Block Public Access refused it, which no rule overrides. Look at the VPC console under Settings, or \
                 at `aws ec2 describe-vpc-block-public-access-options` and `aws ec2 \
                 describe-vpc-block-public-access-exclusions`."
            }
            CannotFix::EncryptionControls => {
                "The VPC's encryption controls refused it, which no rule overrides. Look at the VPC console under \
                 Encryption controls, or at `aws ec2 describe-vpc-encryption-controls`."
            }
            CannotFix::CauseUnknown => {
                "It is not known what refused it, so no rule is proposed. The diagnosis names the fields that would tell."
            }
            CannotFix::NoPeers => "There is no IP address to write a rule for.",
            CannotFix::PortUnknown => {
                "The port of the service is not known, and a rule for all ports would open more than was asked for. Flow \
                 logs with srcport and dstport tell it."
            }
            CannotFix::AlreadyAllowed => {
                "The rules as they are described let it through. They may have been changed since, or the refusal is at an \
                 end that is not described: describe the account again and compare with newer flow logs."
            }
            CannotFix::NoNumberFree { acl, direction } => {
                return format!(
                    "{acl} has no free {} number before the entry that denies. Renumber its entries first: the console \
                     leaves gaps of 100.",
                    direction.name()
                );
            }
        };
        words.to_owned()
    }
}
