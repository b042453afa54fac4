//! What became of the files of descriptions: what was read, what could not be, and what is referred to but missing.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::rule::TrafficMistake;

/// After all files were read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationReport {
    /// By name.
    pub files: Vec<FileReport>,
    /// How many different things of each kind are known, in the order of [`Kind`]; kinds without any are left out.
    pub counts: Vec<(Kind, u32)>,
    /// In the order of the files; at most [`PROBLEMS_KEPT`].
    pub problems: Vec<Problem>,
    pub n_problems: u32,
    /// By kind and id.
    pub missing: Vec<Missing>,
}

/// Problems kept with their places; all are counted. Nobody reads past these.
pub const PROBLEMS_KEPT: usize = 1_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileReport {
    pub name: String,
    pub n_documents: u32,
    /// Descriptions of each kind in this file, however often each thing is described.
    pub counts: Vec<(Kind, u32)>,
}

/// Something in a file that could not be taken as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    pub file: String,
    /// 1 for the first; of the document that the problem is in, or of the problem itself where that is known.
    pub line: u32,
    /// Within the document: `SecurityGroups[2].IpPermissions[0]`; empty for the document as a whole.
    pub path: String,
    pub reason: Reason,
}

/// Why something could not be taken as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reason {
    NotText,
    FileTooLong,
    /// Lines outside any document, how many.
    LinesSkipped(u32),
    /// What the JSON parser says of a document that it could not read.
    NotJson(String),
    /// So many documents could not be read that the rest of the file was left.
    RestNotRead,
    /// The document was read after this many repairs.
    Repaired(u32),
    NothingKnown,
    /// The key that should be there.
    KeyMissing(String),
    /// What should be there.
    NotA(String),
    Traffic(TrafficMistake),
    /// Prefix list entries without the id of their list.
    EntriesOfUnknownList,
    /// There are more pages than were read.
    MorePages(Kind),
    /// Described twice; the fields that differ. This file's is used, for it has the last name.
    Contradiction {
        kind: Kind,
        id: String,
        fields: String,
    },
    /// A rule that is not among its group's permissions elsewhere; it is used all the same.
    RuleNotInGroup {
        rule: String,
        group: String,
    },
}

impl fmt::Display for Reason {
    /// A sentence or two for people, with a next step where there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NotText => f.write_str("This is not text. Save the command's output as JSON"),
            Reason::FileTooLong => f.write_str("The file is too long to be read as a whole. Split it"),
            Reason::LinesSkipped(1) => f.write_str("One line is not part of a JSON document; it was skipped"),
            Reason::LinesSkipped(n) => {
                write!(f, "{n} lines are not part of a JSON document; they were skipped. Use --output json")
            }
            Reason::NotJson(why) => write!(f, "This is not JSON: {why}. The document was skipped"),
            Reason::RestNotRead => {
                f.write_str("Too many documents of this file are not JSON; what follows was not read")
            }
            Reason::Repaired(1) => f.write_str("The text is not quite JSON; it was read after one repair"),
            Reason::Repaired(n) => {
                write!(f, "The text is not quite JSON; it was read after {n} repairs")
            }
            Reason::NothingKnown => {
                f.write_str("Nothing here is a description that is used. Expected is the output of aws ec2 describe-…")
            }
            Reason::KeyMissing(key) => write!(f, "{key} is missing; this was skipped"),
            Reason::NotA(what) => write!(f, "{what} is expected here; this was skipped"),
            Reason::Traffic(mistake) => f.write_str(match mistake {
                TrafficMistake::UnknownProtocol => "The protocol is neither a number nor one that rules can name",
                TrafficMistake::PortOutOfRange => "A port is not between 0 and 65535",
                TrafficMistake::PortsReversed => "The first port is larger than the last",
                TrafficMistake::IcmpOutOfRange => "An ICMP type or code is not between 0 and 255",
            }),
            Reason::EntriesOfUnknownList => f.write_str(
                "These are entries of a prefix list, and AWS does not print of which. Put the list's id (pl-…) into the \
                 name of the file",
            ),
            Reason::MorePages(kind) => write!(
                f,
                "The output goes on (NextToken), and no last page of it was read. Load all pages of {}",
                kind.command()
            ),
            Reason::Contradiction { kind, id, fields } => write!(
                f,
                "The {} {id} is described twice and differently ({fields}). What this file says is used, because its \
                 name comes last",
                kind.name()
            ),
            Reason::RuleNotInGroup { rule, group } => write!(
                f,
                "The rule {rule} is not among the permissions of {group} in the other output. It is used; load outputs \
                 of the same time"
            ),
        }
    }
}

/// Something that descriptions refer to and that none describes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Missing {
    /// [`Kind::PrefixListEntry`] for a list whose entries are missing; [`Kind::NetworkAcl`] for the ACL of a subnet,
    /// whose id is then the subnet's.
    pub kind: Kind,
    pub id: String,
    /// How many places refer to it.
    pub n_references: u32,
    /// The first of them: `sg-…`, `eni-…`.
    pub referred_to_by: String,
}

impl fmt::Display for Missing {
    /// What is missing, and the command that tells.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Missing { kind, id, referred_to_by, .. } = self;
        match kind {
            Kind::NetworkAcl => write!(f, "No network ACL is described that guards {id}")?,
            Kind::PrefixListEntry => {
                write!(f, "{referred_to_by} refers to {id}, whose entries are not described")?
            }
            _ => write!(f, "{referred_to_by} refers to the {} {id}, which is not described", kind.name())?,
        }
        write!(f, ". Load the output of aws ec2 {}", kind.command())
    }
}
