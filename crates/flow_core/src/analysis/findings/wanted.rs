//! What a fix of a cause has to let through.

use super::Cause;
use crate::analysis::diagnosis::Verdict;
use crate::config::RuleDirection;
use crate::config::remedy::{PortSpan, RefusedBy, Wanted};
use crate::record::Value;

impl Cause {
    /// The refused flows as whoever writes rules sees them. `None` where the protocol is not recorded: no rule can be
    /// written then.
    pub fn wanted(&self) -> Option<Wanted> {
        Some(Wanted {
            interfaces: self.interfaces.iter().filter_map(id).collect(),
            refused_by: refused_by(self.verdict),
            direction: RuleDirection::of_egress(self.is_inbound == Some(false)),
            peers: self.peers.all.clone(),
            protocol: self.service.protocol?,
            ports: self.service.port.map(|port| PortSpan { from: port, to: port }),
        })
    }
}

fn id(interface: &Value) -> Option<String> {
    if let Value::Text(id) = interface { Some(id.clone()) } else { None }
}

const fn refused_by(verdict: Verdict) -> RefusedBy {
    match verdict {
        Verdict::PolicyInbound | Verdict::PolicyOutbound => RefusedBy::GroupOrAcl,
        Verdict::SecurityGroupInbound | Verdict::SecurityGroupOutbound => RefusedBy::SecurityGroup,
        Verdict::NetworkAclInbound | Verdict::NetworkAclOutbound => RefusedBy::NetworkAcl,
        Verdict::NetworkAclReturnInbound | Verdict::NetworkAclReturnOutbound => RefusedBy::NetworkAclReturn,
        Verdict::Straggler => RefusedBy::Straggler,
        Verdict::BlockPublicAccess => RefusedBy::BlockPublicAccess,
        Verdict::EncryptionControls => RefusedBy::EncryptionControls,
        Verdict::Scan => RefusedBy::Scan,
        Verdict::Unknown => RefusedBy::Unknown,
    }
}
