//! The words of an outcome: what became of accepted conversations, of one and of all of a service.

use serde::{Deserialize, Serialize};

use crate::analysis::confidence::Confidence;
use crate::analysis::conversation::{Began, Blind};
use crate::query::Filter;
use crate::record::{Address, Field, Value};

/// What became of an accepted conversation, what a person can act on first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// The host reset what asked for a connection: nothing listens on the port.
    HostRefused,
    /// It was let in at the responder's interface, and nothing came back.
    HostSilent,
    /// One interface let it out, the other one saw nothing of it.
    LostBetween,
    /// Nobody can tell.
    Unknown,
    /// A reply was seen.
    Works,
}

impl Outcome {
    pub const ALL: [Outcome; 5] =
        [Outcome::HostRefused, Outcome::HostSilent, Outcome::LostBetween, Outcome::Unknown, Outcome::Works];

    pub const fn name(self) -> &'static str {
        match self {
            Outcome::HostRefused => "host-refused",
            Outcome::HostSilent => "host-silent",
            Outcome::LostBetween => "lost-between",
            Outcome::Unknown => "unknown",
            Outcome::Works => "works",
        }
    }
}

/// Which line of the table it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Line {
    /// A reply reached the initiator, or was seen on its way there.
    Answered,
    /// A SYN was answered by RST.
    Reset,
    /// The request came in, and nothing went out.
    NoReply,
    /// The request went out, and nothing came in at the other end.
    RequestLost,
    /// The reply went out, and nothing came in at the initiator's end.
    ReplyLost,
    /// The initiator sent data or closed, so a reply there was.
    MustHaveOpened,
    /// The initiator's packets are the rest of a connection.
    NotABeginning,
    /// Nothing is known of the other end's interface.
    OtherEndNotHere,
    /// Nothing was heard of the other end's interface about then.
    OtherEndNotHeard,
    /// That a row is not there tells nothing.
    Blind(Blind),
    /// A row that is not there may be of a refusal, because many others were refused there.
    OthersRefused,
    /// A few rows are not there, and the like of them came through between the same ends at other times.
    OthersCameThrough,
    /// Nothing tells whether the interface is the initiator's or the responder's.
    SideNotKnown,
    /// Nothing tells which end began.
    BeginnerNotKnown,
}

/// One accepted conversation that did not work, or of which nobody can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationOutcome {
    /// The responder's interface, where it is in the logs; else one that saw the conversation. Absent for rows
    /// without one.
    pub interface: Value,
    /// The ends, absent where nothing tells which is which. Packet addresses, where the rows have them.
    pub initiator: Option<Address>,
    pub responder: Option<Address>,
    /// The port that was asked for; absent for protocols without ports.
    pub port: Option<u16>,
    /// The initiator's own port.
    pub initiator_port: Option<u16>,
    pub protocol: Option<u8>,
    pub began: Began,
    pub outcome: Outcome,
    pub confidence: Confidence,
    pub(super) line: Line,
    /// Fields that would settle it.
    pub needs: Vec<Field>,
    /// All its accepted rows, of all interfaces.
    pub n_rows: u64,
    /// Smallest start and largest end of those, seconds since 1970.
    pub first_secs: Option<u64>,
    pub last_secs: Option<u64>,
}

/// Conversations with one service that came to the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceOutcome {
    /// As in [`ConversationOutcome`].
    pub interface: Value,
    pub responder: Option<Address>,
    pub port: Option<u16>,
    pub protocol: Option<u8>,
    pub outcome: Outcome,
    /// The one that most of the conversations have; of two, the surer.
    pub confidence: Confidence,
    pub(super) line: Line,
    /// Two or three sentences for people: what was seen, and what that means.
    pub because: String,
    /// Fields that would settle it, for any of the conversations.
    pub needs: Vec<Field>,
    pub n_conversations: u64,
    /// Accepted rows of the same address, port and protocol that are of conversations that work, whoever was asked
    /// about; `None` for protocols without ports.
    pub n_rows_working: Option<u64>,
    /// Distinct initiators.
    pub n_peers: u64,
    /// Of those, how many are of own networks.
    pub n_own_peers: u64,
    /// The ones with most rows, at most [`super::PEERS_SHOWN`].
    pub top_peers: Vec<(Address, u64)>,
    /// Accepted rows of the conversations.
    pub n_rows: u64,
    /// Smallest start and largest end, seconds since 1970.
    pub first_secs: Option<u64>,
    pub last_secs: Option<u64>,
    /// Leaves the accepted rows of these conversations, and of others of the same peers with the service.
    pub filter: Filter,
    /// The ones with most rows, at most [`super::EVIDENCE_MAX`].
    pub evidence: Vec<ConversationOutcome>,
}

/// How much came to an outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeCount {
    pub n_conversations: u64,
    /// Accepted rows that were asked about.
    pub n_rows: u64,
}
