//! The table of outcomes in docs/diagnosis.md, read row by row in the slowest and most obvious way: the twin that the engine
//! is tested against.

use std::collections::BTreeSet;

use flow_core::record::{Address, FlowClass, Value};
use flow_testkit::conversation_oracle::{End, Log, Row, conversations, is_small, local, who_began};

/// Interface, initiator, responder and protocol; outcome and confidence; accepted rows, first and last.
pub type Found = (
    (Value, Option<End>, Option<End>, Option<u64>),
    (&'static str, &'static str),
    (u64, Option<u64>, Option<u64>),
);

/// What did not work, sorted, and how many accepted rows are of what does.
pub fn outcomes(log: &Log) -> (Vec<Found>, u64) {
    let conversations = conversations(log);
    let seen = |all| Seen::of(log, all);
    let mut refused: Vec<Passage<'_>> = Vec::new();
    let mut missing: Vec<Passage<'_>> = Vec::new();
    let mut refused_of_ends: Vec<Ends> = Vec::new();
    let mut missing_of_ends: Vec<Ends> = Vec::new();
    let mut working: Vec<&Row> = Vec::new();
    for seen in conversations.iter().map(seen) {
        if seen.outcome().is_some_and(|(_, outcome, _)| outcome == "works") {
            working.extend(&seen.accepted);
        }
    }
    for seen in conversations.iter().map(seen).filter(|seen| !seen.accepted.is_empty()) {
        let Some((client, server, _)) = seen.ends else { continue };
        let of_seen = seen.refused(client, server);
        refused_of_ends.extend(
            of_seen
                .iter()
                .filter(|(what, ..)| *what != "reply into")
                .map(|(what, ..)| seen.ends(client, server, what)),
        );
        refused.extend(of_seen);
        let outcome = seen.outcome().map_or("", |(_, outcome, _)| outcome);
        let missed = seen.missing(client, server, outcome);
        missing_of_ends.extend(missed.iter().map(|(what, ..)| seen.ends(client, server, what)));
        missing.extend(missed);
    }
    let count = |all: &[Passage<'_>], one| all.iter().filter(|other| **other == one).count();
    let count_ends = |all: &[Ends], one: Ends| all.iter().filter(|other| **other == one).count();
    let mut found = Vec::new();
    let mut n_rows_working = 0;
    for seen in conversations.iter().map(seen) {
        let Some((interface, mut outcome, mut confidence)) = seen.outcome() else { continue };
        if outcome == "works" {
            n_rows_working += seen.accepted.len() as u64;
            continue;
        }
        confidence = match seen.ends.map_or("", |(_, _, evidence)| evidence) {
            "guessed by port" | "only sender" if confidence == "high" => "medium",
            "accepted first" => "low",
            _ => confidence,
        };
        let of = seen.ends.and_then(|(client, server, _)| seen.missing(client, server, outcome));
        if let (Some(one), Some((client, server, _))) = (of, seen.ends) {
            let ends = seen.ends(client, server, one.0);
            let n_of_ends = count_ends(&missing_of_ends, ends);
            let came_through = !seen.all[0].is_tcp()
                && working.iter().any(|row| {
                    let is_way =
                        |of_server: End, of_client: End| of_server == server && of_client.0 == client.0;
                    row.protocol == seen.all[0].protocol
                        && (is_way(row.src, row.dst) || is_way(row.dst, row.src))
                });
            let is_explained = match one.0 {
                "reply" => count(&refused, one) >= 10 * count(&missing, one),
                _ if n_of_ends >= 3 => count_ends(&refused_of_ends, ends) >= 10 * n_of_ends,
                _ => count(&refused, one) >= n_of_ends || came_through,
            };
            if is_explained {
                (outcome, confidence) = ("unknown", "low");
            }
        }
        let (initiator, responder) = (seen.ends.map(|ends| ends.0), seen.ends.map(|ends| ends.1));
        let (first, last) = time(&seen.accepted).unzip();
        found.push((
            (interface.clone(), initiator, responder, seen.all[0].protocol),
            (outcome, confidence),
            (seen.accepted.len() as u64, first, last),
        ));
    }
    found.sort();
    (found, n_rows_working)
}

fn interfaces<'a>(rows: &[&'a Row]) -> BTreeSet<&'a Value> {
    rows.iter().map(|row| &row.interface).collect()
}

fn time(rows: &[&Row]) -> Option<(u64, u64)> {
    let firsts = rows.iter().filter_map(|row| row.first());
    firsts.min().zip(rows.iter().filter_map(|row| row.last()).max())
}

/// Distinct ports of peers of an end, in accepted rows.
fn n_peer_ports(log: &Log, end: End, of: &Row) -> usize {
    let mut ports = BTreeSet::new();
    for row in log.rows.iter().filter(|row| row.is("ACCEPT") && row.protocol == of.protocol) {
        // Flags that tell are stronger anyway.
        if !row.is_syn() && !row.is_syn_ack() {
            ports.extend(row.dst.1.filter(|_| row.src == end));
            ports.extend(row.src.1.filter(|_| row.dst == end));
        }
    }
    ports.len()
}

/// A conversation.
struct Seen<'a> {
    log: &'a Log,
    all: &'a [&'a Row],
    accepted: Vec<&'a Row>,
    ends: Option<(End, End, &'static str)>,
    /// Those that accepted something of it.
    interfaces: BTreeSet<&'a Value>,
}

/// What was refused of a conversation, or is missing: which packets; responder, port and protocol, or the protocol alone
/// and the initiator's interface.
type Passage<'a> = (&'static str, (Option<Address>, Option<u16>, Option<u64>), Option<&'a Value>);

/// Initiator, responder, protocol, and whether it is the reply.
type Ends = (Option<Address>, Option<Address>, Option<u64>, bool);

impl<'a> Seen<'a> {
    fn ends(&self, client: End, server: End, what: &str) -> Ends {
        (client.0, server.0, self.all[0].protocol, what != "request")
    }

    fn of(log: &'a Log, all: &'a Vec<&'a Row>) -> Seen<'a> {
        let accepted: Vec<&Row> = all.iter().filter(|row| row.is("ACCEPT")).copied().collect();
        let ends = who_began(all, |end| n_peer_ports(log, end, all[0]));
        Seen { log, all, interfaces: interfaces(&accepted), accepted, ends }
    }

    fn service(&self, server: End) -> (Option<Address>, Option<u16>, Option<u64>) {
        (server.0, server.1, self.all[0].protocol)
    }

    /// What is missing, where the outcome rests on that.
    fn missing(&self, client: End, server: End, outcome: &str) -> Option<Passage<'a>> {
        let service = self.service(server);
        let mut all = self.interfaces.iter().copied();
        match outcome {
            "host-silent" => Some(("reply", service, None)),
            "lost-between" if self.sent(server).is_empty() => Some(("request", service, None)),
            "lost-between" => {
                let at_client = all.find(|interface| self.side(interface, client, server) == "initiator");
                Some(("reply into", (None, None, service.2), at_client))
            }
            _ => None,
        }
    }

    /// What an interface refused and did not accept.
    fn refused(&self, client: End, server: End) -> Vec<Passage<'a>> {
        let service = self.service(server);
        let mut refused = Vec::new();
        for interface in interfaces(self.all) {
            let here = |from: End, action: &str| -> Vec<&Row> {
                let is_it = |row: &&&Row| row.interface == *interface && row.src == from && row.is(action);
                self.all.iter().filter(is_it).copied().collect()
            };
            let is_refused = |from: End, opens: &dyn Fn(&Row) -> bool| {
                let counts = |row: &&Row| !row.is_tcp() || row.flags.is_none() || opens(row);
                here(from, "ACCEPT").is_empty() && here(from, "REJECT").iter().any(counts)
            };
            if is_refused(client, &Row::is_syn) {
                refused.push(("request", service, None));
            }
            let answers = |row: &Row| row.is_syn_ack() || row.flags.is_some_and(|flags| flags & 4 != 0);
            if is_refused(server, &answers) {
                refused.push(("reply", service, None));
                if self.side(interface, client, server) == "initiator" {
                    refused.push(("reply into", (None, None, service.2), Some(interface)));
                }
            }
        }
        refused
    }

    fn sent(&self, end: End) -> Vec<&'a Row> {
        self.accepted.iter().filter(|row| row.src == end).copied().collect()
    }

    fn sent_at(&self, end: End, interface: &Value) -> Vec<&'a Row> {
        self.sent(end).into_iter().filter(|row| row.interface == *interface).collect()
    }

    /// Whose interface it is.
    fn side(&self, interface: &Value, client: End, server: End) -> &'static str {
        let here: Vec<&Row> = self.all.iter().filter(|row| row.interface == *interface).copied().collect();
        if here.iter().any(|row| row.orientation.class == FlowClass::Transit) {
            return "between";
        }
        match local(&here, [client, server]) {
            Some(local) if local == client => "initiator",
            Some(_) => "responder",
            None => "unknown",
        }
    }

    /// Interface, outcome and confidence; `None` where nothing was accepted, or a rejection explains it.
    fn outcome(&self) -> Option<(&'a Value, &'static str, &'static str)> {
        let first_interface = *self.interfaces.first()?;
        let unknown = |interface| Some((interface, "unknown", "low"));
        let works = Some((first_interface, "works", "certain"));
        let is_tcp = self.all[0].is_tcp();
        let (a, b) = (self.all[0].src, self.all[0].dst);
        let answered_at = |interface: &&Value| {
            let has_sent = |end: End| !self.sent_at(end, interface).is_empty();
            a != b && has_sent(a) && has_sent(b)
        };
        let is_answered_everywhere = self.interfaces.iter().all(answered_at);
        let is_rejected = self.all.iter().any(|row| row.is("REJECT"));
        let Some((client, server, _)) = self.ends else {
            return match (is_answered_everywhere, is_rejected) {
                (true, _) => works,
                (false, true) => None,
                (false, false) => unknown(first_interface),
            };
        };
        let at = |side: &str| {
            self.interfaces.iter().copied().find(|interface| self.side(interface, client, server) == side)
        };
        let (at_client, at_server) = (at("initiator"), at("responder"));
        let responder = at_server.or_else(|| self.interface_of(server.0?));
        let interface = responder.unwrap_or(first_interface);
        let (request, reply) = (self.sent(client), self.sent(server));
        if is_tcp && self.is_refused(&request, &reply) {
            return Some((interface, "host-refused", "high"));
        }
        if is_answered_everywhere {
            return works;
        }
        if is_rejected {
            return None;
        }
        let arrived = at_client.is_none_or(|interface| !self.sent_at(server, interface).is_empty());
        let closed = request.iter().any(|row| row.flags.is_some_and(|flags| flags & 5 != 0));
        let goes_on = is_tcp && (closed || (!request.is_empty() && !is_small(&request)));
        let is_untold = request.iter().any(|row| row.flags.is_none());
        let opens = !is_tcp || is_untold || request.iter().any(|row| row.is_syn());
        if !reply.is_empty() && (arrived || goes_on || !opens) {
            return works;
        }
        if goes_on || !opens {
            return unknown(interface);
        }
        if !reply.is_empty() {
            let told = !self.is_blind(at_client?, time(&reply));
            return if told { Some((interface, "lost-between", "medium")) } else { unknown(interface) };
        }
        if let Some(server_interface) = at_server {
            if self.is_blind(server_interface, time(&self.sent_at(client, server_interface))) {
                return unknown(interface);
            }
            let confidence = match (is_tcp && !is_untold, at_client.is_some()) {
                (true, true) => "high",
                (true, false) => "medium",
                (false, _) => "low",
            };
            return Some((interface, "host-silent", confidence));
        }
        if self.interfaces.iter().all(|interface| self.side(interface, client, server) == "unknown") {
            return unknown(interface);
        }
        match responder {
            Some(responder)
                if !self.is_blind(responder, time(&request)) && self.is_heard(responder, time(&request)) =>
            {
                Some((interface, "lost-between", "medium"))
            }
            _ => unknown(interface),
        }
    }

    fn is_refused(&self, request: &[&'a Row], reply: &[&'a Row]) -> bool {
        let has_reset = reply.iter().any(|row| row.flags.is_some_and(|flags| flags & 4 != 0));
        let packets = |rows: &[&Row]| rows.iter().map(|row| row.packets).sum::<u64>();
        let no_more_answers = |interface: &Value| {
            let here = |rows: &[&'a Row]| -> Vec<&'a Row> {
                rows.iter().filter(|row| row.interface == *interface).copied().collect()
            };
            let (asked, answered) = (here(request), here(reply));
            !asked.is_empty() && !answered.is_empty() && packets(&answered) <= packets(&asked)
        };
        has_reset
            && !request.iter().chain(reply).any(|row| row.is_syn_ack())
            && request.iter().any(|row| row.is_syn())
            && is_small(request)
            && is_small(reply)
            && self.interfaces.iter().any(|interface| no_more_answers(interface))
    }

    /// The one interface of the log whose own address it is.
    fn interface_of(&self, address: Address) -> Option<&'a Value> {
        let of_rows = self.log.rows.iter().map(|row| &row.interface);
        let all: BTreeSet<&Value> =
            of_rows.chain(self.log.statuses.iter().map(|status| &status.interface)).collect();
        let owns =
            |interface: &&Value| self.log.load.knowledge.addresses_of(interface).any(|own| own == address);
        let mut owners = all.into_iter().filter(owns);
        owners.next().filter(|_| owners.next().is_none())
    }

    /// Windows of the records of an interface, or of all.
    fn windows(&self, interface: Option<&Value>) -> Vec<(u64, u64)> {
        let is_it = |of: &Value| interface.is_none_or(|interface| interface == of);
        let rows = self.log.rows.iter().filter(|row| is_it(&row.interface));
        let statuses = self.log.statuses.iter().filter(|status| is_it(&status.interface));
        let mut windows: Vec<(u64, u64)> = rows
            .filter_map(|row| row.first().zip(row.last()))
            .chain(statuses.filter_map(|status| status.time))
            .collect();
        windows.sort_unstable();
        windows
    }

    /// Whether it tells nothing that the interface has no row that goes with these times.
    fn is_blind(&self, interface: &Value, time: Option<(u64, u64)>) -> bool {
        let Some((start, end)) = time else { return true };
        let until = end + self.log.interval();
        let is_skipped = self
            .log
            .skipped(interface)
            .any(|status| status.time.is_none_or(|(from, to)| from <= until + 60 && to + 60 >= start));
        let is_at_end = self.windows(None).iter().all(|(_, to)| *to < until);
        let says_nodata = self.log.statuses.iter().any(|status| status.text == "NODATA");
        is_skipped
            || is_at_end
            || self.has_gap(&self.windows(None), start, until)
            || (says_nodata && self.has_gap(&self.windows(Some(interface)), start, until))
    }

    fn has_gap(&self, windows: &[(u64, u64)], start: u64, until: u64) -> bool {
        let mut heard_until = None;
        windows.iter().any(|(from, to)| {
            let gap = heard_until.filter(|heard| *from > heard + 2 * self.log.interval());
            heard_until = heard_until.max(Some(*to));
            gap.is_some_and(|heard| heard < until && start < *from)
        })
    }

    fn is_heard(&self, interface: &Value, time: Option<(u64, u64)>) -> bool {
        let (start, end) = time.expect("who is not blind has times");
        let interval = self.log.interval();
        // Silence that is no gap counts as heard.
        let windows = self.windows(Some(interface));
        let mut stretches: Vec<(u64, u64)> = Vec::new();
        for (from, to) in windows {
            match stretches.last_mut() {
                Some(last) if from <= last.1 + 120 => last.1 = last.1.max(to),
                _ => stretches.push((from, to)),
            }
        }
        stretches.iter().any(|(from, to)| *from <= end + interval && to + interval >= start)
    }
}
