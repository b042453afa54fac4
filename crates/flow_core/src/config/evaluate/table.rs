//! Rules in their order, made ready for being asked many times: which of them fit a flow.
//!
//! Knows neither groups nor ACLs; whoever asks knows what it means that a rule fits.

use std::borrow::Cow;
use std::ops::ControlFlow;

use std::collections::HashMap;

use super::flow::Flow;
use super::line_map::{Layer, LineMap};
use super::ranges::Ranges;
use super::remote::{AddressSet, RemoteRanges};
use crate::config::rule::{RulePorts, Traffic};
use crate::record::Address;

/// Rules in one table. What a table takes grows with the square of its rules, what asking several costs with their
/// number. AWS admits 1,000 rules for an interface, so one is nearly always enough.
const TABLE_RULES_MAX: usize = 1_024;

/// Places on the line of protocols and ports: for each protocol its ports, then one for "not known".
const SERVICE_STRIDE: u32 = 0x1_0001;
const PORT_UNKNOWN: u32 = 0x1_0000;

/// What is asked of a rule.
pub(super) struct TableRule<'a> {
    pub traffic: Traffic,
    pub remote: &'a RemoteRanges,
}

#[derive(Debug, Default)]
pub(super) struct RuleTable {
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    first_rule: u32,
    v4: LineMap<u32>,
    v6: LineMap<u128>,
    services: LineMap<u32>,
}

impl RuleTable {
    pub fn new(rules: &[TableRule<'_>]) -> RuleTable {
        let parts = rules.chunks(TABLE_RULES_MAX).enumerate();
        RuleTable {
            parts: parts.map(|(at, rules)| Part::new((at * TABLE_RULES_MAX) as u32, rules)).collect(),
        }
    }

    /// Calls `visit` for each rule that fits or may, in order, until it breaks: the rule's number and whether it fits
    /// for certain.
    pub fn visit<B>(
        &self,
        flow: &Flow,
        mut visit: impl FnMut(u32, bool) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let service = service_of(flow.protocol, flow.destination_port());
        for part in &self.parts {
            let remotes = match flow.remote {
                Address::V4(bits) => part.v4.row(bits),
                Address::V6(bits) => part.v6.row(bits),
                // Rules are for IP; other packets are never shown to them.
                Address::Mac(_) => continue,
            };
            let services = part.services.row(service);
            let possible = remotes.possible.iter().zip(services.possible);
            let certain = remotes.certain.iter().zip(services.certain);
            for ((word, possible), certain) in (0u32..).zip(possible).zip(certain) {
                let mut bits = possible.0 & possible.1;
                let certain = certain.0 & certain.1;
                while bits != 0 {
                    let bit = bits.trailing_zeros();
                    visit(part.first_rule + word * 64 + bit, certain >> bit & 1 == 1)?;
                    bits &= bits - 1;
                }
            }
        }
        ControlFlow::Continue(())
    }
}

impl Part {
    fn new(first_rule: u32, rules: &[TableRule<'_>]) -> Part {
        let n_rules = rules.len() as u32;
        // Many rules share their remote end, many their traffic: each is on its line once.
        let (mut certain, mut possible) = (Shared::default(), Shared::default());
        let mut traffics: HashMap<Traffic, Vec<u32>> = HashMap::new();
        for (at, rule) in (0u32..).zip(rules) {
            certain.share(&rule.remote.certain, at);
            possible.share(&rule.remote.possible, at);
            traffics.entry(rule.traffic).or_default().push(at);
        }
        let mut v4 = Vec::new();
        let mut v6 = Vec::new();
        for (shared, is_certain) in [(&certain, true), (&possible, false)] {
            for (set, rules) in shared.0.values() {
                v4.push(Layer { rules: rules.into(), ranges: Cow::Borrowed(&set.v4), is_certain });
                v6.push(Layer { rules: rules.into(), ranges: Cow::Borrowed(&set.v6), is_certain });
            }
        }
        let mut services = Vec::new();
        for (traffic, rules) in &traffics {
            let (certain, possible) = services_of(*traffic);
            services.push(Layer { rules: rules.into(), ranges: Cow::Owned(certain), is_certain: true });
            services.push(Layer { rules: rules.into(), ranges: Cow::Owned(possible), is_certain: false });
        }
        Part {
            first_rule,
            v4: LineMap::new(&v4, n_rules),
            v6: LineMap::new(&v6, n_rules),
            services: LineMap::new(&services, n_rules),
        }
    }
}

/// Sets of addresses, each with the rules that have it. Sets are told apart by where they are, since rules with one
/// other end have the same.
#[derive(Default)]
struct Shared<'a>(HashMap<*const AddressSet, (&'a AddressSet, Vec<u32>)>);

impl<'a> Shared<'a> {
    fn share(&mut self, set: &'a AddressSet, rule: u32) {
        self.0.entry(std::ptr::from_ref(set)).or_insert_with(|| (set, Vec::new())).1.push(rule);
    }
}

fn service_of(protocol: u8, port: Option<u16>) -> u32 {
    u32::from(protocol) * SERVICE_STRIDE + port.map_or(PORT_UNKNOWN, u32::from)
}

/// Where on the line a rule's traffic is for certain, and where it may be.
fn services_of(traffic: Traffic) -> (Ranges<u32>, Ranges<u32>) {
    let Some(protocol) = traffic.protocol() else { return (Ranges::all(), Ranges::default()) };
    let base = service_of(protocol, Some(0));
    let whole = Ranges::union(vec![(base, base + PORT_UNKNOWN)]);
    match traffic.ports() {
        RulePorts::All => (whole, Ranges::default()),
        RulePorts::Range { first, last } => {
            let certain = (base + u32::from(first), base + u32::from(last));
            let unknown = base + PORT_UNKNOWN;
            (Ranges::union(vec![certain]), Ranges::union(vec![(unknown, unknown)]))
        }
        // A flow log has neither type nor code.
        RulePorts::Icmp { .. } => (Ranges::default(), whole),
    }
}
