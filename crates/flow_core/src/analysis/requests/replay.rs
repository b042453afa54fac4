//! What edited rules would change: every request asked of the rules as they are and as they would be.
//!
//! The log's own action says what happened; the rules say only what an edit changes. So a change is where the two
//! configurations rule differently, and rows that the loaded rules do not explain are counted apart.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::basis::Basis;
use super::judge::{Judge, Judged};
use super::request::{Request, Requests};
use super::tops::PeerRows;
use crate::analysis::Tally;
use crate::arrange::keep_first;
use crate::config::edit::Misfit;
use crate::config::evaluate::Answer;
use crate::config::{Configuration, RuleDirection, RuleEdit};
use crate::record::{Address, Value};

/// Groups in one answer: more than anybody reads, and few enough for one message.
pub const GROUPS_MAX: usize = 200;
/// Peers named with a group.
const PEERS_SHOWN: usize = 10;

/// What edits would change for the rows of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Change {
    /// Accepted, and would be refused.
    WouldBreak,
    /// Rejected, and would be accepted.
    WouldPass,
    /// The edit matters, and the logs or the descriptions cannot tell how.
    Unknowable,
    Unchanged,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// Whether anything is described; without, nothing can be said.
    pub has_rules: bool,
    /// Edits that AWS would refuse; the others were made.
    pub misfits: Vec<Misfit>,
    /// Each of [`Change`] with all that falls under it.
    pub changes: Vec<(Change, Changed)>,
    /// What changes or may, most rows first; at most [`GROUPS_MAX`].
    pub groups: Vec<ReplayGroup>,
    pub n_groups: u64,
    /// Rows whose action is not what the loaded rules say: these changed, or something else decided. An edit may do less,
    /// or more, for them than the rules say.
    pub n_rows_unexplained: u64,
    /// Rows that no ACL was asked about, because none is described for their subnet: taken to let pass.
    pub n_rows_without_acl: u64,
    /// Rows of interfaces that are not described, or without a protocol.
    pub n_rows_not_judged: u64,
    /// Rows that something else refused, by their reject-reason; no rule lets them pass.
    pub n_rows_refused_otherwise: u64,
    pub basis: Basis,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// A request of which rows were accepted and rejected can count under two changes.
    pub n_requests: u64,
    pub rows: u64,
    pub bytes: u64,
}

impl Changed {
    fn add(&mut self, tally: Tally) {
        self.n_requests += 1;
        self.rows += tally.rows;
        self.bytes = self.bytes.saturating_add(tally.bytes);
    }
}

/// Requests that would change in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayGroup {
    pub change: Change,
    pub interface: Value,
    /// Of the request.
    pub direction: RuleDirection,
    pub protocol: Option<u8>,
    pub port: Option<u16>,
    pub changed: Changed,
    pub peers: PeerRows,
}

/// What makes requests a group; the interface is a place among those of the requests.
type GroupKey = (Change, u32, RuleDirection, Option<u8>, Option<u16>);

/// `configuration`: what is described of the account, where anything is.
pub fn replay(requests: &Requests, configuration: Option<&Arc<Configuration>>, edits: &[RuleEdit]) -> Replay {
    let nothing = Arc::new(Configuration::default());
    let configuration = configuration.unwrap_or(&nothing);
    let edited = configuration.edited(edits);
    let before = Judge::new(configuration.clone(), requests);
    let after = Judge::new(Arc::new(edited.configuration), requests);
    let mut changes = BTreeMap::from(
        [Change::WouldBreak, Change::WouldPass, Change::Unknowable, Change::Unchanged]
            .map(|change| (change, Changed::default())),
    );
    let mut groups: BTreeMap<GroupKey, (Changed, Vec<(Address, u64)>)> = BTreeMap::new();
    let mut replay = Replay {
        has_rules: !configuration.groups.is_empty() || !configuration.network_acls.is_empty(),
        misfits: edited.misfits,
        changes: Vec::new(),
        groups: Vec::new(),
        n_groups: 0,
        n_rows_unexplained: 0,
        n_rows_without_acl: 0,
        n_rows_not_judged: 0,
        n_rows_refused_otherwise: 0,
        basis: requests.basis.clone(),
    };
    for request in &requests.requests {
        let (asked, answered) = (&request.total.asked, &request.total.answered);
        replay.n_rows_refused_otherwise += asked.n_rows_refused_otherwise + answered.n_rows_refused_otherwise;
        let fates = Fates::of(request);
        let Some((old, new)) = before.judge(request).zip(after.judge(request)) else {
            replay.n_rows_not_judged += fates.n_rows();
            continue;
        };
        replay.n_rows_unexplained += n_rows_unexplained(&old, &fates);
        replay.n_rows_without_acl += if old.acl.is_none() && !old.is_exempt { fates.n_rows() } else { 0 };
        let mut changed: BTreeMap<Change, Tally> = BTreeMap::new();
        for (change, tally) in changes_of(old.answers(), new.answers(), &fates) {
            if tally.rows > 0 {
                changed.entry(change).or_default().add(tally);
            }
        }
        for (change, tally) in changed {
            changes.entry(change).or_default().add(tally);
            if change == Change::Unchanged {
                continue;
            }
            let key = &request.key;
            let group = (change, key.interface, key.direction, key.protocol, key.port);
            let (of_group, peers) = groups.entry(group).or_default();
            of_group.add(tally);
            peers.push((requests.remote(request), tally.rows));
        }
    }
    replay.changes = changes.into_iter().collect();
    replay.n_groups = groups.len() as u64;
    let mut groups: Vec<_> = groups.into_iter().collect();
    keep_first(&mut groups, GROUPS_MAX, |(a, (a_total, _)), (b, (b_total, _))| {
        let interface = |key: &GroupKey| requests.interfaces.get(key.1 as usize).cloned();
        let rest = |key: &GroupKey| (key.0, key.2, key.3, key.4);
        (b_total.rows.cmp(&a_total.rows))
            .then_with(|| interface(a).cmp(&interface(b)))
            .then_with(|| rest(a).cmp(&rest(b)))
    });
    replay.groups = groups
        .into_iter()
        .map(|((change, interface, direction, protocol, port), (changed, peers))| ReplayGroup {
            change,
            interface: requests.interfaces.get(interface as usize).cloned().unwrap_or(Value::Absent),
            direction,
            protocol,
            port,
            changed,
            peers: PeerRows::of(peers, PEERS_SHOWN),
        })
        .collect();
    replay
}

/// What became of a request's rows, as far as rules decide it.
struct Fates {
    accepted_requests: Tally,
    rejected_requests: Tally,
    accepted_replies: Tally,
    rejected_replies: Tally,
}

impl Fates {
    fn of(request: &Request) -> Fates {
        let (asked, answered) = (&request.total.asked, &request.total.answered);
        Fates {
            accepted_requests: asked.accepted,
            rejected_requests: asked.rejected,
            accepted_replies: answered.accepted,
            rejected_replies: answered.rejected,
        }
    }

    fn n_rows(&self) -> u64 {
        let all =
            [self.accepted_requests, self.rejected_requests, self.accepted_replies, self.rejected_replies];
        all.iter().map(|tally| tally.rows).sum()
    }
}

/// The change for rows of each fate. `old` and `new`: what groups, ACL for the request and ACL for the reply answer.
fn changes_of(old: [Answer; 3], new: [Answer; 3], fates: &Fates) -> [(Change, Tally); 4] {
    let differing = || old.into_iter().zip(new).filter(|(old, new)| old != new).map(|(_, new)| new);
    // What was accepted passed all that is the same; only what differs can refuse it.
    let of_accepted = if differing().any(|new| new == Answer::No) {
        Change::WouldBreak
    } else if differing().any(|new| new == Answer::Unknowable) {
        Change::Unknowable
    } else {
        Change::Unchanged
    };
    // What was rejected needs all of them, and one must have refused it before.
    let of_rejected = |old: &[Answer], new: &[Answer]| {
        let is_same = old == new;
        if is_same || new.contains(&Answer::No) || old.iter().all(|answer| *answer == Answer::Yes) {
            Change::Unchanged
        } else if new.contains(&Answer::Unknowable) {
            Change::Unknowable
        } else {
            Change::WouldPass
        }
    };
    [
        (of_accepted, fates.accepted_requests),
        (of_accepted, fates.accepted_replies),
        (of_rejected(&old, &new), fates.rejected_requests),
        // Groups let replies pass.
        (of_rejected(&old[2..], &new[2..]), fates.rejected_replies),
    ]
}

/// Rows whose action is not what the rules say.
fn n_rows_unexplained(judged: &Judged, fates: &Fates) -> u64 {
    let [groups, acl_request, acl_reply] = judged.answers();
    let request = groups.and(acl_request);
    let mut n_rows = 0;
    for (answer, accepted, rejected) in [
        (request, fates.accepted_requests, fates.rejected_requests),
        (acl_reply, fates.accepted_replies, fates.rejected_replies),
    ] {
        n_rows += match answer {
            Answer::Yes => rejected.rows,
            Answer::No => accepted.rows,
            Answer::Unknowable => 0,
        };
    }
    n_rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use Answer::{No, Unknowable, Yes};

    #[test]
    fn a_change_is_where_the_two_rulings_differ() {
        let one = Tally { rows: 1, packets: 1, bytes: 1 };
        let fates = Fates {
            accepted_requests: one,
            rejected_requests: one,
            accepted_replies: one,
            rejected_replies: one,
        };
        let found = |old, new| changes_of(old, new, &fates).map(|(change, _)| change);
        use Change::{Unchanged, Unknowable as MayChange, WouldBreak, WouldPass};
        for same in [[Yes, Yes, Yes], [No, Yes, Unknowable], [Unknowable, No, No]] {
            assert_eq!(found(same, same), [Unchanged; 4], "{same:?}");
        }
        let refused = found([Yes, Yes, Yes], [No, Yes, Yes]);
        assert_eq!(refused, [WouldBreak, WouldBreak, Unchanged, Unchanged]);
        let admitted = found([No, Yes, Yes], [Yes, Yes, Yes]);
        assert_eq!(admitted, [Unchanged, Unchanged, WouldPass, Unchanged]);
        let still_refused = found([No, No, Yes], [Yes, No, Yes]);
        assert_eq!(still_refused, [Unchanged; 4]);
        let reply_admitted = found([Yes, Yes, No], [Yes, Yes, Yes]);
        assert_eq!(reply_admitted, [Unchanged, Unchanged, WouldPass, WouldPass]);
        let reply_refused = found([Yes, Yes, Yes], [Yes, Yes, No]);
        assert_eq!(reply_refused, [WouldBreak, WouldBreak, Unchanged, Unchanged]);
        let perhaps = found([No, Yes, Yes], [Unknowable, Yes, Yes]);
        assert_eq!(perhaps, [MayChange, MayChange, MayChange, Unchanged]);
        let admitted_but_not_answered = found([No, Yes, No], [Yes, Yes, No]);
        assert_eq!(admitted_but_not_answered, [Unchanged; 4]);
        // Something else refused what the rules let pass.
        assert_eq!(found([Yes, Yes, Yes], [Yes, Unknowable, Yes])[2], Unchanged);
    }
}
