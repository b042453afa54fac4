//! Which requests used, or may have used, which rules and entries.

use crate::analysis::requests::judge::{Judge, Judged};
use crate::analysis::requests::request::Request;
use crate::arrange::Arrange;
use crate::config::RuleDirection;
use crate::config::evaluate::{AclRuling, EntryIndex, GroupRuling, RuleIndex};

/// What of a request used a rule or an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// What was asked and accepted, which several rules admit.
    Shared,
    /// The same, which no other rule admits.
    Alone,
    /// The same, which it cannot be known whether the rule admits.
    MayBe,
    /// Of an ACL's entry, which one alone decides.
    Asked,
    AskedAndRefused,
    Answered,
    AnsweredAndRefused,
}

/// A request by its place, and what of it.
pub(super) type Used = (u32, Part);

#[derive(Default)]
pub(super) struct Found {
    pub rules: Vec<(u32, Used)>,
    pub entries: Vec<(u32, Used)>,
    /// Requests by place, and whether the groups refuse.
    pub unexplained: Vec<(u32, bool)>,
    pub n_rows_exempt: u64,
    pub n_rows_not_judged: u64,
}

impl Found {
    pub fn note_groups(&mut self, judge: &Judge, judged: &Judged, at: u32, is_accepted: bool) {
        if !is_accepted {
            return;
        }
        let first = self.rules.len();
        let mut n_certain = 0;
        judge.evaluator.admitting_rules(judged.place, &judged.flow, |RuleIndex(rule), is_certain| {
            n_certain += u32::from(is_certain);
            self.rules.push((rule, (at, if is_certain { Part::Shared } else { Part::MayBe })));
        });
        if n_certain == 1 {
            let only = self.rules[first..].iter_mut().find(|(_, (_, part))| *part == Part::Shared);
            only.into_iter().for_each(|(_, (_, part))| *part = Part::Alone);
        }
    }

    pub fn note_acl(&mut self, judged: &Judged, at: u32, request: &Request) {
        let Some(acl) = judged.acl else { return };
        let mut note = |EntryIndex(entry): EntryIndex, part: Part| self.entries.push((entry, (at, part)));
        let (asked, answered) = (&request.total.asked, &request.total.answered);
        // What comes in meets the ACL first; what goes out meets it only if the groups let it pass.
        let is_reached =
            judged.flow.direction == RuleDirection::Ingress || judged.groups != GroupRuling::Denied;
        match acl.request {
            AclRuling::Allowed(entry) if asked.accepted.rows > 0 => note(entry, Part::Asked),
            AclRuling::Denied(Some(entry)) if asked.rejected.rows > 0 && is_reached => {
                note(entry, Part::AskedAndRefused);
            }
            _ => {}
        }
        match acl.reply {
            AclRuling::Allowed(entry) if answered.accepted.rows > 0 => note(entry, Part::Answered),
            AclRuling::Denied(Some(entry)) if answered.rejected.rows > 0 => {
                note(entry, Part::AnsweredAndRefused);
            }
            _ => {}
        }
    }

    pub fn note_unexplained(&mut self, judged: &Judged, at: u32, request: &Request) {
        if request.total.asked.accepted.rows == 0 {
            return;
        }
        let by_groups = judged.groups == GroupRuling::Denied;
        if by_groups || judged.acl.is_some_and(|acl| matches!(acl.request, AclRuling::Denied(_))) {
            self.unexplained.push((at, by_groups));
        }
    }
}

/// For each rule or entry what used it.
pub(super) fn by_number(mut found: Vec<(u32, Used)>, n: u32) -> Vec<Vec<Used>> {
    found.arrange();
    let mut by_number = vec![Vec::new(); n as usize];
    for of_one in found.chunk_by(|a, b| a.0 == b.0) {
        by_number[of_one[0].0 as usize] = of_one.iter().map(|(_, used)| *used).collect();
    }
    by_number
}
