//! What the account's rules say of a refusal that the logs put down to a policy.

use super::policy_evaluator::{PolicyEvaluator, Refusal, Ruling};
use super::verdict::{Diagnosed, Verdict};
use crate::analysis::confidence::Confidence;
use crate::record::{Direction, Field};

impl Diagnosed {
    /// Lets the rules say which of them refused, or that none does.
    pub(super) fn refine(&mut self, evaluator: &dyn PolicyEvaluator) {
        let refinement = match self.refusal().and_then(|refusal| evaluator.ruling(&refusal)) {
            None => return,
            Some(Ruling::Refused(refinement)) => refinement,
            Some(Ruling::Admitted) => return self.doubt(),
        };
        if self.verdict != Verdict::Scan {
            self.verdict = refinement.verdict;
            self.confidence = refinement.confidence;
            self.needs.retain(|field| *field != Field::SUBNET_ID);
        }
        self.rule = Some(refinement.rule);
    }

    /// The rules let it pass. What only a rule can have refused, others did then; all else may have been refused because its
    /// connection was over.
    fn doubt(&mut self) {
        if self.verdict == Verdict::Scan {
            return;
        }
        self.is_admitted_now = true;
        if !self.grounds.is_of_open_connection() {
            self.confidence = Confidence::Low;
        }
    }

    /// Adds what the rules say of it in words, where they had something to say. `evaluator` is the one that the diagnosis was
    /// made with.
    pub fn tell(&mut self, evaluator: Option<&dyn PolicyEvaluator>) {
        if self.rule.is_some() || self.is_admitted_now {
            let told =
                self.refusal().zip(evaluator).and_then(|(refusal, evaluator)| evaluator.because(&refusal));
            self.told = told.map(String::into_boxed_str);
        }
    }

    /// As rules are asked about it; `None` where no policy refused, or the interface's side is not known.
    fn refusal(&self) -> Option<Refusal<'_>> {
        use Verdict::{
            BlockPublicAccess, EncryptionControls, NetworkAclInbound, NetworkAclOutbound,
            NetworkAclReturnInbound, NetworkAclReturnOutbound, PolicyInbound, PolicyOutbound, Scan,
            SecurityGroupInbound, SecurityGroupOutbound, Straggler, Unknown,
        };
        let is_reply = match self.verdict {
            PolicyInbound
            | PolicyOutbound
            | SecurityGroupInbound
            | SecurityGroupOutbound
            | NetworkAclInbound
            | NetworkAclOutbound
            | Scan => false,
            NetworkAclReturnInbound | NetworkAclReturnOutbound => true,
            Straggler | BlockPublicAccess | EncryptionControls | Unknown => return None,
        };
        let request_comes_in = self.grounds.is_inbound()?;
        Some(Refusal {
            interface: &self.interface,
            initiator: self.initiator?,
            responder: self.responder?,
            port: self.port,
            initiator_port: self.initiator_port,
            protocol: self.protocol,
            direction: if request_comes_in == is_reply { Direction::Egress } else { Direction::Ingress },
            is_reply,
            verdict: self.verdict,
            first_secs: self.first_secs,
            last_secs: self.last_secs,
        })
    }
}
