//! Rules in their order, made ready for being asked many times: which of them fit a flow.
//!
//! Knows neither groups nor ACLs; whoever asks knows what it means that a rule fits.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use super::flow::Flow;
use super::line_map::{Layer, LineMap};
use super::ranges::Ranges;
use super::remote::{AddressSet, Mark, Reference, Remote};
use crate::config::rule::{RulePorts, Traffic};
use crate::record::{Address, Prefix};

/// Rules in one table. What a table takes grows with the square of its rules, what asking several costs with their
/// number. AWS admits 1,000 rules for an interface, so one is nearly always enough.
const TABLE_RULES_MAX: usize = 1_024;

/// Places on the line of protocols and ports: for each protocol its ports, then one for "not known".
const SERVICE_STRIDE: u32 = 0x1_0001;
const PORT_UNKNOWN: u32 = 0x1_0000;

/// What is asked of a rule.
pub(super) struct TableRule {
    pub traffic: Traffic,
    pub remote: Remote,
}

/// What rules are asked about.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub flow: &'a Flow,
    /// Of its remote end.
    pub marks: &'a [Mark],
}

#[derive(Debug, Default)]
pub(super) struct RuleTable {
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    first_rule: u32,
    /// Rules whose other end is a CIDR.
    v4: LineMap<u32>,
    v6: LineMap<u128>,
    /// Rules whose other end is marked, by mark.
    marked: Vec<Marked>,
    services: LineMap<u32>,
}

#[derive(Debug)]
struct Marked {
    mark: Mark,
    is_certain: bool,
    /// A bit for each rule.
    rules: Words,
}

const N_WORDS: usize = TABLE_RULES_MAX / 64;
type Words = [u64; N_WORDS];

impl RuleTable {
    pub fn new(rules: &[TableRule]) -> RuleTable {
        let parts = rules.chunks(TABLE_RULES_MAX).enumerate();
        RuleTable {
            parts: parts.map(|(at, rules)| Part::new((at * TABLE_RULES_MAX) as u32, rules)).collect(),
        }
    }

    /// Calls `visit` for each rule that fits or may, in order, until it breaks: the rule's number and whether it fits
    /// for certain.
    pub fn visit<B>(
        &self,
        asked: Asked<'_>,
        mut visit: impl FnMut(u32, bool) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let service = service_of(asked.flow.protocol, asked.flow.destination_port());
        for part in &self.parts {
            let services = part.services.row(service);
            // What scanners ask for, mostly no rule is about.
            if services.possible.iter().all(|rules| *rules == 0) {
                continue;
            }
            let remotes = match asked.flow.remote {
                Address::V4(bits) => part.v4.row(bits),
                Address::V6(bits) => part.v6.row(bits),
                // Rules are for IP; other packets are never shown to them.
                Address::Mac(_) => continue,
            };
            let n_words = services.certain.len();
            let (mut certain, mut possible) = ([0; N_WORDS], [0; N_WORDS]);
            certain[..n_words].copy_from_slice(remotes.certain);
            possible[..n_words].copy_from_slice(remotes.possible);
            for marked in part.marked_by(asked.marks) {
                for word in 0..n_words {
                    possible[word] |= marked.rules[word];
                    certain[word] |= if marked.is_certain { marked.rules[word] } else { 0 };
                }
            }
            for word in 0..n_words {
                let mut bits = possible[word] & services.possible[word];
                let certain = certain[word] & services.certain[word];
                while bits != 0 {
                    let bit = bits.trailing_zeros();
                    visit(part.first_rule + word as u32 * 64 + bit, certain >> bit & 1 == 1)?;
                    bits &= bits - 1;
                }
            }
        }
        ControlFlow::Continue(())
    }
}

impl Part {
    fn new(first_rule: u32, rules: &[TableRule]) -> Part {
        let n_rules = rules.len() as u32;
        // Many rules share their remote end, many their traffic: each is on its line once.
        let mut cidrs: HashMap<Prefix, Vec<u32>> = HashMap::new();
        let mut marked: BTreeMap<Mark, Marked> = BTreeMap::new();
        let mut traffics: HashMap<Traffic, Vec<u32>> = HashMap::new();
        for (at, rule) in (0u32..).zip(rules) {
            traffics.entry(rule.traffic).or_default().push(at);
            match rule.remote {
                Remote::Cidr(prefix) => cidrs.entry(prefix).or_default().push(at),
                Remote::Reference(Reference { certain, possible }) => {
                    let marks = [(Some(certain), true), (possible, false)];
                    for (mark, is_certain) in marks.into_iter().filter_map(|(mark, c)| Some((mark?, c))) {
                        let new = Marked { mark, is_certain, rules: [0; N_WORDS] };
                        marked.entry(mark).or_insert(new).rules[(at / 64) as usize] |= 1 << (at % 64);
                    }
                }
            }
        }
        let (mut v4, mut v6, mut services) = (Vec::new(), Vec::new(), Vec::new());
        for (prefix, rules) in &cidrs {
            let AddressSet { v4: of_v4, v6: of_v6 } = AddressSet::of([*prefix]);
            v4.push(Layer { rules, ranges: of_v4, is_certain: true });
            v6.push(Layer { rules, ranges: of_v6, is_certain: true });
        }
        for (traffic, rules) in &traffics {
            let (certain, possible) = services_of(*traffic);
            services.push(Layer { rules, ranges: certain, is_certain: true });
            services.push(Layer { rules, ranges: possible, is_certain: false });
        }
        Part {
            first_rule,
            v4: LineMap::new(&v4, n_rules),
            v6: LineMap::new(&v6, n_rules),
            marked: marked.into_values().collect(),
            services: LineMap::new(&services, n_rules),
        }
    }

    fn marked_by(&self, marks: &[Mark]) -> impl Iterator<Item = &Marked> {
        let find = |mark: &Mark| self.marked.binary_search_by_key(mark, |marked| marked.mark).ok();
        marks.iter().filter_map(find).map(|at| &self.marked[at])
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
