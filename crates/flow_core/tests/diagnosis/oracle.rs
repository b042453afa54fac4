//! The decision table of docs/diagnosis.md, read row by row in the slowest and most obvious way: the twin that the
//! engine is tested against. It folds nothing and remembers nothing; which way rows went is given.

use std::collections::BTreeSet;

use flow_core::record::name::service_name;
use flow_core::record::{Address, FlowClass, Value};
use flow_testkit::conversation_oracle::{
    End, Log, Row, conversations, first, is_small, last, local, who_began,
};

/// Interface, ends with who began first, protocol, who saw it, verdict, confidence, rows, first and last.
pub type Outcome = (
    (Value, Option<End>, Option<End>, Option<u64>),
    (&'static str, &'static str, &'static str),
    (u64, Option<u64>, Option<u64>),
);

/// A conversation as one interface saw it, with its place in the log.
struct Seen<'a> {
    log: &'a Log,
    /// Of all interfaces.
    all: &'a [&'a Row],
    interface: &'a Value,
    /// Who began, the other, and how strong the evidence is.
    ends: Option<(End, End, &'static str)>,
    /// Whether only what the initiator sent is of it, because what the other end sent is another request.
    is_half: bool,
}

impl<'a> Seen<'a> {
    fn rows(&self, from: End, action: &str) -> Vec<&'a Row> {
        self.own().into_iter().filter(|row| row.src == from && row.is(action)).collect()
    }

    fn is_own(&self, row: &Row) -> bool {
        !self.is_half || self.ends.is_some_and(|(client, _, _)| row.src == client)
    }

    /// Of the interface, without those of another request.
    fn own(&self) -> Vec<&'a Row> {
        self.here().into_iter().filter(|row| self.is_own(row)).collect()
    }

    /// One for each end, where the interface refused both and accepted neither, of a protocol without ports.
    fn halves(&self) -> Option<[Seen<'a>; 2]> {
        let here = self.here();
        let (a, b) = (here[0].src, here[0].dst);
        let is_portless = here[0].protocol.is_some_and(|protocol| ![6, 17, 33, 132, 136].contains(&protocol));
        let are_both = [a, b].iter().all(|end| here.iter().any(|row| row.src == *end));
        let are_refused = here.iter().all(|row| row.is("REJECT"));
        let half = |client, server| Seen { ends: Some((client, server, "strong")), is_half: true, ..*self };
        let are_recorded = a.0.is_some() && b.0.is_some();
        let are_two = is_portless && are_both && are_recorded && a != b && are_refused && !self.is_skipped();
        are_two.then(|| [half(a, b), half(b, a)])
    }

    fn elsewhere(&self, from: End) -> bool {
        self.all.iter().any(|row| {
            row.interface != *self.interface && row.src == from && row.is("ACCEPT") && self.is_own(row)
        })
    }

    fn here(&self) -> Vec<&'a Row> {
        self.all.iter().filter(|row| row.interface == *self.interface).copied().collect()
    }

    /// The interface's end.
    fn local(&self, ends: [End; 2]) -> Option<End> {
        local(&self.here(), ends)
    }

    fn is_skipped(&self) -> bool {
        let here = self.here();
        let is_timed = here.iter().any(|row| row.first().is_some());
        self.log.skipped(self.interface).any(|status| match status.time {
            Some((start, end)) if is_timed => start <= last(&here) + 60 && end + 660 >= first(&here),
            _ => true,
        })
    }

    fn may_begin_before(&self) -> bool {
        let here = self.here();
        let rejected: Vec<&Row> = here.iter().filter(|row| row.is("REJECT")).copied().collect();
        let of_interface: Vec<&Row> =
            self.log.rows.iter().filter(|row| row.interface == *self.interface).collect();
        !rejected.iter().any(|row| row.first().is_some()) || first(&rejected) < first(&of_interface) + 660
    }

    fn same_subnet(&self, local: End, remote: End) -> bool {
        let network = |end: End| match end.0 {
            Some(Address::V6(bits)) => Some(bits >> 64),
            _ => None,
        };
        if network(local).is_some() && network(local) == network(remote) {
            return true;
        }
        let subnets_of = |is_it: &dyn Fn(&Value) -> bool| -> BTreeSet<String> {
            let rows = self.log.rows.iter().filter(|row| is_it(&row.interface) && !row.subnet.is_absent());
            rows.map(|row| row.subnet.to_string()).collect()
        };
        let own = subnets_of(&|interface| interface == self.interface);
        let of_peer = subnets_of(&|interface| {
            self.log.load.knowledge.addresses_of(interface).any(|address| Some(address) == remote.0)
        });
        own.len() == 1 && own == of_peer
    }

    /// A request that was refused, and nothing else of it: the rows that were.
    fn lone_request(&self) -> Vec<&'a Row> {
        let Some((client, server, _)) = self.ends else { return Vec::new() };
        let rejected = self.rows(client, "REJECT");
        let is_request = rejected.iter().any(|row| !row.is_tcp() || row.is_syn());
        let is_untold = rejected.iter().any(|row| row.is_tcp() && row.flags.is_none());
        let is_reply = self.own().iter().any(|row| row.src == server);
        let is_lone = self.rows(client, "ACCEPT").is_empty() && !is_reply && !self.elsewhere(server);
        if is_lone && (is_request || (is_untold && !self.is_skipped())) { rejected } else { Vec::new() }
    }

    /// The same, small enough for a packet that opens a connection.
    fn is_failure(&self) -> bool {
        let rejected = self.lone_request();
        let is_request = rejected.iter().any(|row| !row.is_tcp() || row.is_syn());
        !rejected.is_empty() && (is_request || is_small(&rejected))
    }
}

/// Every conversation with a rejected row, as each interface saw it, sorted.
pub fn outcomes(log: &Log) -> Vec<Outcome> {
    let mut conversations = conversations(log);
    conversations.retain(|rows| rows.iter().any(|row| row.is("REJECT")));
    let mut seen: Vec<Seen<'_>> = Vec::new();
    for all in &conversations {
        let interfaces: BTreeSet<&Value> =
            all.iter().filter(|row| row.is("REJECT")).map(|row| &row.interface).collect();
        let ends = who_began(all, |end| n_peer_ports(log, end, all[0]));
        for interface in interfaces {
            let one = Seen { log, all, interface, ends, is_half: false };
            match one.halves() {
                Some(halves) => seen.extend(halves),
                None => seen.push(one),
            }
        }
    }
    let scanners = scanners(log, &seen);
    let mut outcomes: Vec<Outcome> = seen.iter().map(|seen| outcome(seen, &scanners)).collect();
    outcomes.sort();
    outcomes
}

/// Distinct ports of peers of an end, in rows of five-tuples that were rejected.
fn n_peer_ports(log: &Log, end: End, of: &Row) -> usize {
    let is_same = |a: &Row, b: &Row| {
        a.protocol == b.protocol && ((a.src, a.dst) == (b.src, b.dst) || (a.dst, a.src) == (b.src, b.dst))
    };
    let is_wanted = |row: &Row| log.rows.iter().any(|other| other.is("REJECT") && is_same(row, other));
    let rows = log.rows.iter().filter(|row| {
        // Flags that tell are stronger anyway.
        let flags_tell = row.is_syn() || row.is_syn_ack();
        !flags_tell
            && row.protocol == of.protocol
            && row.src.0.is_some()
            && row.dst.0.is_some()
            && is_wanted(row)
    });
    let mut ports = BTreeSet::new();
    for row in rows {
        let (Some(src_port), Some(dst_port)) = (row.src.1, row.dst.1) else { continue };
        ports.extend((row.src == end).then_some(dst_port));
        ports.extend((row.dst == end).then_some(src_port));
    }
    ports.len()
}

/// The sequential test: who was refused at four services more than it was answered at.
fn scanners(log: &Log, seen: &[Seen<'_>]) -> BTreeSet<Address> {
    type Met = (u64, bool, (Option<Address>, Option<u16>, Option<u64>));
    let mut found = BTreeSet::new();
    let is_outsider = |address: Address| !log.load.knowledge.is_ours(address);
    let clients = seen.iter().filter(|seen| seen.is_failure()).filter_map(|seen| seen.ends?.0.0);
    for outsider in clients.filter(|address| is_outsider(*address)).collect::<BTreeSet<Address>>() {
        let mut met: Vec<Met> = Vec::new();
        for seen in seen.iter().filter(|seen| seen.is_failure()) {
            let (client, server, _) = seen.ends.expect("a failure has a beginner");
            if client.0 == Some(outsider) {
                let protocol = seen.all[0].protocol;
                met.push((first(&seen.lone_request()), true, (server.0, server.1, protocol)));
            }
        }
        for (asked, answered, service) in contacts(log, outsider) {
            if !asked.is_empty() && !answered.is_empty() {
                let rows: Vec<&Row> = asked.into_iter().chain(answered).collect();
                met.push((first(&rows), false, service));
            }
        }
        met.sort();
        let mut services = BTreeSet::new();
        let mut net = 0;
        for (_, is_failure, service) in met {
            if services.insert(service) {
                net = if is_failure { net + 1 } else { net - 1 };
                if net == 4 {
                    found.insert(outsider);
                }
                if net <= -4 {
                    net = 0;
                }
            }
        }
    }
    found
}

type Contact<'a> = (Vec<&'a Row>, Vec<&'a Row>, (Option<Address>, Option<u16>, Option<u64>));

/// Accepted rows of an outsider as far as they by themselves show it as the client, by service: asked and answered.
fn contacts(log: &Log, outsider: Address) -> Vec<Contact<'_>> {
    let mut found: Vec<Contact<'_>> = Vec::new();
    for row in log.rows.iter().filter(|row| row.is("ACCEPT")) {
        let Some(is_src) = src_is_client(row) else { continue };
        let (client, service) = if is_src { (row.src, row.dst) } else { (row.dst, row.src) };
        if client.0 != Some(outsider) {
            continue;
        }
        let key = (service.0, service.1, row.protocol);
        if !found.iter().any(|(_, _, of)| *of == key) {
            found.push((Vec::new(), Vec::new(), key));
        }
        let (asked, answered, _) = found.iter_mut().find(|(_, _, of)| *of == key).expect("just added");
        if is_src { asked.push(row) } else { answered.push(row) }
    }
    found
}

/// Whether the source began, by one row alone.
fn src_is_client(row: &Row) -> Option<bool> {
    if row.src.1.is_none() && row.dst.1.is_none() {
        // Without ports who sends begins, unless they are only not recorded.
        let has_ports = row.protocol.is_none_or(|protocol| [6, 17, 33, 132, 136].contains(&protocol));
        return if row.is_syn() || row.is_syn_ack() {
            Some(row.is_syn())
        } else {
            (!has_ports).then_some(true)
        };
    }
    if row.is_syn() || row.is_syn_ack() {
        return Some(row.is_syn());
    }
    let (src, dst) = (row.src.1?, row.dst.1?);
    let is_service = |port: u16| service_name(u64::from(port)).is_some();
    let is_ephemeral = |port: u16| port >= 1_024 && !is_service(port);
    if is_service(dst) && is_ephemeral(src) {
        Some(true)
    } else if is_service(src) && is_ephemeral(dst) {
        Some(false)
    } else {
        (src != dst).then_some(dst < src)
    }
}

fn outcome(seen: &Seen<'_>, scanners: &BTreeSet<Address>) -> Outcome {
    let here = seen.here();
    let (verdict, confidence) = verdict(seen, scanners);
    let protocol = here[0].protocol;
    let own = seen.own();
    let totals = (
        own.len() as u64,
        own.iter().filter_map(|row| row.first()).min(),
        own.iter().filter_map(|row| row.last()).max(),
    );
    let Some((client, server, evidence)) = seen.ends else {
        return ((seen.interface.clone(), None, None, protocol), ("unknown", verdict, confidence), totals);
    };
    let seen_by = match seen.local([client, server]) {
        _ if here.iter().any(|row| row.orientation.class == FlowClass::Transit) => "between",
        Some(local) if local == client => "initiator",
        Some(_) => "responder",
        None => "unknown",
    };
    let confidence = match (evidence, confidence) {
        ("guessed by port" | "only sender", "high") => "medium",
        ("accepted first", "high" | "medium") => "low",
        (_, confidence) => confidence,
    };
    ((seen.interface.clone(), Some(client), Some(server), protocol), (seen_by, verdict, confidence), totals)
}

/// The table.
fn verdict(seen: &Seen<'_>, scanners: &BTreeSet<Address>) -> (&'static str, &'static str) {
    let here = seen.here();
    let reason = |name: &str| seen.own().iter().any(|row| row.is("REJECT") && row.reason == name);
    if reason("BPA") {
        return ("block-public-access", "certain");
    }
    if reason("EC") {
        return ("encryption-controls", "certain");
    }
    let Some((client, server, _)) = seen.ends else { return ("unknown", "low") };
    let [fa, fr] = ["ACCEPT", "REJECT"].map(|action| seen.rows(client, action));
    let [ra, rr] = ["ACCEPT", "REJECT"].map(|action| seen.rows(server, action));
    let local = seen.local([client, server]);
    let is_one_subnet = local.is_some_and(|local| {
        let remote = if local == client { server } else { client };
        seen.same_subnet(local, remote)
    });
    let is_tcp = here[0].is_tcp();
    let untold = |rows: &[&Row]| rows.iter().any(|row| row.is_tcp() && row.flags.is_none());
    let policy = |confidence| match local {
        None => ("policy-inbound", "low"),
        Some(local) => match (local == client, is_one_subnet) {
            (false, false) => ("policy-inbound", confidence),
            (true, false) => ("policy-outbound", confidence),
            (false, true) => ("security-group-inbound", confidence),
            (true, true) => ("security-group-outbound", confidence),
        },
    };
    let acl = |confidence| match local {
        None => ("unknown", "low"),
        Some(local) if local == client => ("network-acl-return-inbound", confidence),
        Some(_) => ("network-acl-return-outbound", confidence),
    };
    let accepted: Vec<&Row> = fa.iter().chain(&ra).copied().collect();
    let is_closed = accepted.iter().any(|row| row.is_tcp() && row.flags.is_some_and(|flags| flags & 5 != 0));
    let late = if is_closed { ("straggler", "high") } else { ("straggler", "medium") };

    // Nothing but a refused request.
    if seen.is_failure() && client.0.is_some_and(|client| scanners.contains(&client)) {
        return ("scan", "high");
    }
    let is_request = fr.iter().any(|row| !is_tcp || row.is_syn());
    if is_request || !seen.lone_request().is_empty() {
        return if !accepted.is_empty() {
            policy("medium")
        } else if is_request || seen.elsewhere(client) {
            policy("high")
        } else if seen.may_begin_before() || !is_small(&fr) {
            policy("low")
        } else {
            policy("medium")
        };
    }
    // Replies.
    if !rr.is_empty() {
        let is_reply = !is_tcp || rr.iter().any(|row| row.is_syn_ack());
        let request_seen = !fa.is_empty() || seen.elsewhere(client);
        if is_one_subnet {
            return ("straggler", if ra.is_empty() { "low" } else { "medium" });
        }
        if !ra.is_empty() {
            let opened_later = first(&rr) < first(&ra);
            return match (is_reply, opened_later) {
                (true, false) if !is_tcp && last(&fa) + 180 < first(&rr) => ("straggler", "low"),
                (true, _) => acl("medium"),
                (false, true) if untold(&rr) => acl("low"),
                (false, _) => late,
            };
        }
        if is_reply {
            return match (request_seen, is_tcp && local == Some(server)) {
                (true, _) => acl("high"),
                (false, true) => acl("medium"),
                (false, false) => ("unknown", "low"),
            };
        }
        let has = |rows: &[&Row], bits: u64| {
            rows.iter().any(|row| row.flags.is_some_and(|flags| flags & bits != 0))
        };
        let is_reset_of_opening =
            has(&rr, 4) && fa.iter().any(|row| row.is_syn()) && !has(&fa, 5) && is_small(&fa);
        if !untold(&rr) && seen.elsewhere(server) && !is_reset_of_opening {
            return ("straggler", "medium");
        }
        return match (untold(&rr), request_seen) {
            (true, _) if seen.is_skipped() => ("unknown", "low"),
            (true, true) => acl("medium"),
            (false, true) => acl("low"),
            (_, false) => ("straggler", "low"),
        };
    }
    // What the initiator sent opens nothing, as far as it shows.
    let begun_elsewhere = seen.elsewhere(server);
    if untold(&fr) {
        return if !accepted.is_empty() && first(&fr) < first_accepted(&fa, &ra) {
            policy("low")
        } else if !accepted.is_empty() {
            ("straggler", if fa.is_empty() || ra.is_empty() { "low" } else { "medium" })
        } else if !begun_elsewhere && seen.is_skipped() {
            ("unknown", "low")
        } else {
            ("straggler", "low")
        };
    }
    let is_timed = fr.iter().any(|row| row.first().is_some());
    if (!accepted.is_empty() && (!is_timed || first_accepted(&fa, &ra) <= last(&fr)))
        || begun_elsewhere
        || seen.elsewhere(client)
    {
        late
    } else if seen.is_skipped() {
        ("unknown", "low")
    } else {
        ("straggler", "low")
    }
}

/// Rows without a time come before all others.
fn first_accepted(fa: &[&Row], ra: &[&Row]) -> u64 {
    [fa, ra].into_iter().filter(|rows| !rows.is_empty()).map(first).min().unwrap_or(0)
}
