//! How likely it is that the owner wants a refused flow to work. A score with its reasons, for the order of the cards and
//! nothing else; docs/diagnosis.md has the table.

use serde::{Deserialize, Serialize};

use crate::analysis::diagnosis::Verdict;
use crate::record::name::service_name;

/// What every cause begins with.
const SCORE_AT_FIRST: u32 = 10;

/// Below this are only packets after a connection's end.
const SCORE_MIN: u32 = 5;

/// Clients of own networks from which on they are many, very many, and as many as it gets.
const CLIENTS: [u64; 3] = [2, 5, 20];

/// Refused packets (rows, where packets are not recorded) for each client and server from which on somebody tries
/// again, and keeps trying.
const TRIES: [u64; 2] = [2, 6];

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Likelihood {
    /// 0 to 100.
    pub score: u32,
    /// In the order of the enum.
    pub reasons: Vec<LikelihoodReason>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LikelihoodReason {
    /// Who asked is of our networks.
    OwnNetworks,
    /// So many of our own addresses asked.
    ManyClients(u64),
    /// So many packets, or rows, came after the first.
    Retries(u64),
    /// Clients that were never refused there were accepted at the same service.
    OthersAllowed,
    /// The same client was accepted at the same service, before or after.
    WorkedBefore,
    WorkedLater,
    /// The request was let through, here or at the other side.
    RequestAllowed,
    /// The port has a name that people know.
    KnownServicePort,
    /// Somebody on the internet, once each.
    SingleProbe,
    /// Block Public Access or encryption controls, which are there to refuse.
    BlockedOnPurpose,
    /// The account's rules, as they are described, let it through.
    AdmittedNow,
    /// Nothing tells what refused it.
    NothingKnown,
    /// Packets after a connection's end, which nobody misses.
    Straggler,
}

/// What a reason does to the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    Adds(u32),
    Takes(u32),
    AtMost(u32),
}

impl LikelihoodReason {
    /// For people, without a full stop.
    pub fn words(self) -> String {
        let text = match self {
            LikelihoodReason::OwnNetworks => "the clients are in your own networks",
            LikelihoodReason::ManyClients(n) => return format!("{n} of your own addresses asked for it"),
            LikelihoodReason::Retries(n) => return format!("they tried again {n} times"),
            LikelihoodReason::OthersAllowed => "other clients are accepted at the same service",
            LikelihoodReason::WorkedBefore => "the same client was accepted there before",
            LikelihoodReason::WorkedLater => "the same client was accepted there later",
            LikelihoodReason::RequestAllowed => "the request itself was let through",
            LikelihoodReason::KnownServicePort => "the port is that of a known service",
            LikelihoodReason::SingleProbe => "each client is on the internet and tried once",
            LikelihoodReason::BlockedOnPurpose => "a setting of the account refuses it on purpose",
            LikelihoodReason::AdmittedNow => "the rules as they are described let it through",
            LikelihoodReason::NothingKnown => "nothing tells what refused it",
            LikelihoodReason::Straggler => {
                "packets after the end of a connection are refused as they should be"
            }
        };
        text.to_owned()
    }

    fn effect(self) -> Effect {
        use Effect::{Adds, AtMost, Takes};
        match self {
            LikelihoodReason::OwnNetworks => Adds(30),
            LikelihoodReason::ManyClients(n) if n >= CLIENTS[2] => Adds(10),
            LikelihoodReason::ManyClients(n) if n >= CLIENTS[1] => Adds(6),
            LikelihoodReason::ManyClients(_) => Adds(3),
            LikelihoodReason::Retries(_) => Adds(10),
            LikelihoodReason::OthersAllowed => Adds(10),
            LikelihoodReason::WorkedBefore => Adds(15),
            LikelihoodReason::WorkedLater => Adds(5),
            LikelihoodReason::RequestAllowed => Adds(10),
            LikelihoodReason::KnownServicePort => Adds(5),
            LikelihoodReason::SingleProbe => Takes(10),
            LikelihoodReason::BlockedOnPurpose => AtMost(30),
            LikelihoodReason::AdmittedNow | LikelihoodReason::NothingKnown => AtMost(20),
            LikelihoodReason::Straggler => AtMost(SCORE_MIN - 1),
        }
    }
}

/// What is weighed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weighed {
    pub verdict: Verdict,
    pub is_admitted_now: bool,
    pub port: Option<u16>,
    /// Distinct addresses that asked, and how many of them are ours.
    pub n_clients: u64,
    pub n_own_clients: u64,
    /// Distinct pairs of who asked and who was asked.
    pub n_pairs: u64,
    /// Refused packets, or rows where packets are not recorded.
    pub n_tries: u64,
    pub others_allowed: bool,
    pub worked_before: bool,
    pub worked_later: bool,
    pub request_allowed: bool,
}

impl Likelihood {
    pub(super) fn of(weighed: &Weighed) -> Likelihood {
        let reasons = reasons(weighed);
        let mut score = SCORE_AT_FIRST;
        let mut at_most = 100;
        for reason in &reasons {
            match reason.effect() {
                Effect::Adds(points) => score += points,
                Effect::Takes(points) => score = score.saturating_sub(points),
                Effect::AtMost(points) => at_most = at_most.min(points),
            }
        }
        Likelihood { score: score.max(SCORE_MIN).min(at_most), reasons }
    }
}

fn reasons(weighed: &Weighed) -> Vec<LikelihoodReason> {
    use LikelihoodReason::{
        AdmittedNow, BlockedOnPurpose, KnownServicePort, ManyClients, NothingKnown, OthersAllowed,
        OwnNetworks, RequestAllowed, Retries, SingleProbe, Straggler, WorkedBefore, WorkedLater,
    };
    let &Weighed { verdict, n_clients, n_own_clients, n_pairs, n_tries, .. } = weighed;
    if verdict == Verdict::Straggler {
        // That the connection worked, and that its end was sent again, is how stragglers come to be.
        return vec![Straggler];
    }
    let is_own = n_own_clients > 0;
    let tries_again = n_pairs > 0 && n_tries >= TRIES[0] * n_pairs;
    let keeps_trying = n_pairs > 0 && n_tries >= TRIES[1] * n_pairs;
    let is_return = matches!(verdict, Verdict::NetworkAclReturnInbound | Verdict::NetworkAclReturnOutbound);
    let is_on_purpose = matches!(verdict, Verdict::BlockPublicAccess | Verdict::EncryptionControls);
    let is_known = weighed.port.is_some_and(|port| service_name(u64::from(port)).is_some());
    let all = [
        (is_own, OwnNetworks),
        (n_own_clients >= CLIENTS[0], ManyClients(n_own_clients)),
        // A scanner sends a second packet at times, too.
        (if is_own { tries_again } else { keeps_trying }, Retries(n_tries.saturating_sub(n_pairs))),
        (weighed.others_allowed, OthersAllowed),
        (weighed.worked_before, WorkedBefore),
        (weighed.worked_later && !weighed.worked_before, WorkedLater),
        (is_return || weighed.request_allowed, RequestAllowed),
        (is_known, KnownServicePort),
        (n_clients > 0 && !is_own && !tries_again, SingleProbe),
        (is_on_purpose, BlockedOnPurpose),
        (weighed.is_admitted_now, AdmittedNow),
        (verdict == Verdict::Unknown, NothingKnown),
    ];
    all.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One client on the internet, refused twice at a port without a name: nothing speaks for it, and nothing against.
    const NOTHING: Weighed = Weighed {
        verdict: Verdict::PolicyInbound,
        is_admitted_now: false,
        port: Some(9_999),
        n_clients: 1,
        n_own_clients: 0,
        n_pairs: 1,
        n_tries: 2,
        others_allowed: false,
        worked_before: false,
        worked_later: false,
        request_allowed: false,
    };

    fn found(weighed: Weighed) -> (u32, Vec<LikelihoodReason>) {
        let Likelihood { score, reasons } = Likelihood::of(&weighed);
        (score, reasons)
    }

    #[test]
    fn without_any_reason_it_is_where_all_begin() {
        assert_eq!(found(NOTHING), (10, vec![]));
    }

    #[test]
    fn own_networks() {
        let own = Weighed { n_own_clients: 1, n_tries: 1, ..NOTHING };
        assert_eq!(found(own), (40, vec![LikelihoodReason::OwnNetworks]));
    }

    #[test]
    fn many_clients_of_ours() {
        let many = |n| Weighed { n_clients: n, n_own_clients: n, n_pairs: n, n_tries: n, ..NOTHING };
        for (n, points) in [(2, 3), (4, 3), (5, 6), (19, 6), (20, 10), (1_000_000, 10)] {
            let reasons = vec![LikelihoodReason::OwnNetworks, LikelihoodReason::ManyClients(n)];
            assert_eq!(found(many(n)), (40 + points, reasons));
        }
    }

    #[test]
    fn many_clients_on_the_internet_count_for_nothing() {
        let many = Weighed { n_clients: 1_000, n_pairs: 1_000, n_tries: 3_000, ..NOTHING };
        assert_eq!(found(many), (10, vec![]));
    }

    #[test]
    fn retries() {
        let own = Weighed { n_own_clients: 1, n_tries: 5, ..NOTHING };
        assert_eq!(found(own), (50, vec![LikelihoodReason::OwnNetworks, LikelihoodReason::Retries(4)]));
        let stubborn = Weighed { n_pairs: 2, n_tries: 12, ..NOTHING };
        assert_eq!(found(stubborn), (20, vec![LikelihoodReason::Retries(10)]));
        assert_eq!(found(Weighed { n_pairs: 2, n_tries: 11, ..NOTHING }), (10, vec![]));
    }

    #[test]
    fn others_allowed() {
        let weighed = Weighed { others_allowed: true, ..NOTHING };
        assert_eq!(found(weighed), (20, vec![LikelihoodReason::OthersAllowed]));
    }

    #[test]
    fn worked_before() {
        let weighed = Weighed { worked_before: true, ..NOTHING };
        assert_eq!(found(weighed), (25, vec![LikelihoodReason::WorkedBefore]));
        assert_eq!(found(Weighed { worked_later: true, ..weighed }), found(weighed));
    }

    #[test]
    fn worked_later() {
        let weighed = Weighed { worked_later: true, ..NOTHING };
        assert_eq!(found(weighed), (15, vec![LikelihoodReason::WorkedLater]));
    }

    #[test]
    fn request_allowed() {
        let expected = (20, vec![LikelihoodReason::RequestAllowed]);
        assert_eq!(found(Weighed { request_allowed: true, ..NOTHING }), expected);
        for verdict in [Verdict::NetworkAclReturnInbound, Verdict::NetworkAclReturnOutbound] {
            assert_eq!(found(Weighed { verdict, ..NOTHING }), expected);
        }
    }

    #[test]
    fn known_service_port() {
        let weighed = Weighed { port: Some(443), ..NOTHING };
        assert_eq!(found(weighed), (15, vec![LikelihoodReason::KnownServicePort]));
    }

    #[test]
    fn single_probe() {
        let probes = Weighed { n_clients: 3, n_pairs: 3, n_tries: 5, ..NOTHING };
        assert_eq!(found(probes), (SCORE_MIN, vec![LikelihoodReason::SingleProbe]));
    }

    #[test]
    fn blocked_on_purpose() {
        for verdict in [Verdict::BlockPublicAccess, Verdict::EncryptionControls] {
            let weighed = Weighed { verdict, n_own_clients: 1, n_tries: 1, ..NOTHING };
            let reasons = vec![LikelihoodReason::OwnNetworks, LikelihoodReason::BlockedOnPurpose];
            assert_eq!(found(weighed), (30, reasons));
        }
    }

    #[test]
    fn nothing_known() {
        let weighed = Weighed { verdict: Verdict::Unknown, n_own_clients: 1, n_tries: 1, ..NOTHING };
        assert_eq!(found(weighed), (20, vec![LikelihoodReason::OwnNetworks, LikelihoodReason::NothingKnown]));
    }

    #[test]
    fn stragglers_are_behind_all_others() {
        let weighed =
            Weighed { verdict: Verdict::Straggler, n_own_clients: 1, worked_before: true, ..NOTHING };
        assert_eq!(found(weighed), (4, vec![LikelihoodReason::Straggler]));
    }

    #[test]
    fn admitted_now() {
        let own = Weighed { n_own_clients: 1, n_tries: 5, is_admitted_now: true, ..NOTHING };
        let reasons =
            [LikelihoodReason::OwnNetworks, LikelihoodReason::Retries(4), LikelihoodReason::AdmittedNow];
        assert_eq!(found(own), (20, reasons.to_vec()));
    }

    #[test]
    fn all_that_speaks_for_it_together_is_a_hundred() {
        let weighed = Weighed {
            n_clients: 20,
            n_own_clients: 20,
            n_pairs: 20,
            n_tries: 100,
            port: Some(22),
            others_allowed: true,
            worked_before: true,
            request_allowed: true,
            ..NOTHING
        };
        assert_eq!(found(weighed).0, 100);
    }
}
