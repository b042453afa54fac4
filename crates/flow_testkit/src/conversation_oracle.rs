//! Conversations read row by row in the slowest and most obvious way, as docs/diagnosis.md has it: which rows are of one, who
//! began it, whose end is the interface's. Oracles of what became of conversations begin here. Which way rows went is given.

use flow_core::record::name::service_name;
use flow_core::record::{Address, Direction, Field, Orientation, Value};

use crate::load::Load;

pub type End = (Option<Address>, Option<u16>);

#[derive(Clone, Debug)]
pub struct Row {
    pub interface: Value,
    pub src: End,
    pub dst: End,
    pub protocol: Option<u64>,
    pub flags: Option<u64>,
    pub action: String,
    pub reason: String,
    pub start: Option<u64>,
    pub end: Option<u64>,
    pub packets: u64,
    pub bytes: u64,
    pub orientation: Orientation,
    pub is_readdressed: bool,
    pub subnet: Value,
}

/// A status record.
#[derive(Clone, Debug)]
pub struct Status {
    pub interface: Value,
    pub text: String,
    /// Its window, where it has one.
    pub time: Option<(u64, u64)>,
}

pub struct Log {
    pub rows: Vec<Row>,
    pub statuses: Vec<Status>,
    pub load: Load,
}

impl Log {
    pub fn of(load: Load) -> Log {
        let (mut rows, mut statuses) = (Vec::new(), Vec::new());
        for store in &load.stores {
            for segment in store.rows().segments() {
                for at in 0..segment.n_rows() {
                    let cell =
                        |field: Field| store.cell(store.rows(), segment.first_row() + at, &field.into());
                    rows.push(Row::read(cell, Orientation::from_code(segment.orientation()[at as usize])));
                }
            }
            let table = store.status_records();
            for row in 0..table.n_readable() {
                let cell = |field: Field| store.cell(table, row, &field.into());
                let (start, end) = (number(&cell(Field::START)), number(&cell(Field::END)));
                let time = start.or(end).zip(end.or(start)).map(|(a, b)| (a.min(b), a.max(b)));
                let text = cell(Field::LOG_STATUS).to_string();
                statuses.push(Status { interface: cell(Field::INTERFACE_ID), text, time });
            }
        }
        Log { rows, statuses, load }
    }

    /// The aggregation interval, as the longest row shows it.
    pub fn interval(&self) -> u64 {
        let lengths = self.rows.iter().filter_map(|row| Some(row.last()? - row.first()?));
        if lengths.max().unwrap_or(0) <= 120 { 60 } else { 600 }
    }

    /// The SKIPDATA records of an interface.
    pub fn skipped<'a>(&'a self, interface: &'a Value) -> impl Iterator<Item = &'a Status> {
        self.statuses.iter().filter(move |status| status.interface == *interface && status.text == "SKIPDATA")
    }
}

fn number(value: &Value) -> Option<u64> {
    if let Value::Number(number) = value { Some(*number) } else { None }
}

impl Row {
    fn read(cell: impl Fn(Field) -> Value, orientation: Orientation) -> Row {
        let protocol = number(&cell(Field::PROTOCOL));
        let ports = [Field::SRCPORT, Field::DSTPORT].map(|field| number(&cell(field)));
        let with_ports = match protocol {
            Some(protocol) => [6, 17, 33, 132, 136].contains(&protocol),
            None => ports != [Some(0), Some(0)],
        };
        let end = |field: Field, packet: Field, port: Option<u64>| {
            let address = match (cell(packet), cell(field)) {
                (Value::Address(address), _) | (_, Value::Address(address)) => Some(address),
                _ => None,
            };
            (address, port.filter(|_| with_ports).map(|port| port as u16))
        };
        let differs = |packet: Field, field: Field| !cell(packet).is_absent() && cell(packet) != cell(field);
        Row {
            interface: cell(Field::INTERFACE_ID),
            src: end(Field::SRCADDR, Field::PKT_SRCADDR, ports[0]),
            dst: end(Field::DSTADDR, Field::PKT_DSTADDR, ports[1]),
            protocol,
            flags: number(&cell(Field::TCP_FLAGS)),
            action: cell(Field::ACTION).to_string(),
            reason: cell(Field::REJECT_REASON).to_string(),
            start: number(&cell(Field::START)),
            end: number(&cell(Field::END)),
            packets: number(&cell(Field::PACKETS)).unwrap_or(0),
            bytes: number(&cell(Field::BYTES)).unwrap_or(0),
            orientation,
            is_readdressed: differs(Field::PKT_SRCADDR, Field::SRCADDR)
                || differs(Field::PKT_DSTADDR, Field::DSTADDR),
            subnet: cell(Field::SUBNET_ID),
        }
    }

    pub fn is(&self, action: &str) -> bool {
        self.action == action
    }

    pub fn is_tcp(&self) -> bool {
        let has_port = self.src.1.is_some() || self.dst.1.is_some();
        self.protocol.map_or(has_port, |protocol| protocol == 6)
    }

    pub fn is_syn(&self) -> bool {
        self.is_tcp() && self.flags.is_some_and(|flags| flags & 2 != 0 && flags & 16 == 0)
    }

    pub fn is_syn_ack(&self) -> bool {
        self.is_tcp() && self.flags.is_some_and(|flags| flags & 2 != 0 && flags & 16 != 0)
    }

    pub fn first(&self) -> Option<u64> {
        self.start.into_iter().chain(self.end).min()
    }

    pub fn last(&self) -> Option<u64> {
        self.start.into_iter().chain(self.end).max()
    }

    /// The minute that tells rows without ports apart.
    pub fn span(&self) -> u64 {
        if (self.src.1, self.dst.1) == (None, None) { self.start.or(self.end).unwrap_or(0) / 60 } else { 0 }
    }
}

pub fn first(rows: &[&Row]) -> u64 {
    rows.iter().filter_map(|row| row.first()).min().unwrap_or(0)
}

pub fn last(rows: &[&Row]) -> u64 {
    rows.iter().filter_map(|row| row.last()).max().unwrap_or(0)
}

/// The end of the interface whose rows these are.
pub fn local(here: &[&Row], ends: [End; 2]) -> Option<End> {
    let is_local = |end: End| {
        here.iter().any(|row| match row.orientation.direction {
            Direction::Egress => row.src == end,
            Direction::Ingress => row.dst == end,
            Direction::Unknown => false,
        })
    };
    let is_private = |end: End| matches!(end.0, Some(v4 @ Address::V4(_)) if v4.is_private());
    let [a, b] = ends;
    match (is_local(a), is_local(b)) {
        (true, false) => Some(a),
        (false, true) => Some(b),
        (false, false) if !here.iter().any(|row| row.is_readdressed) => {
            match (is_private(a), is_private(b)) {
                (true, false) => Some(a),
                (false, true) => Some(b),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether all packets can be empty.
pub fn is_small(rows: &[&Row]) -> bool {
    let (bytes, packets) =
        rows.iter().fold((0, 0), |(bytes, packets), row| (bytes + row.bytes, packets + row.packets));
    let max = if matches!(rows[0].src.0, Some(Address::V6(_))) { 100 } else { 80 };
    packets == 0 || bytes == 0 || bytes.div_ceil(packets) <= max
}

/// Rows with the same ends and protocol; without ports, only those that begin no more minutes apart than an interval and
/// one are long.
pub fn conversations(log: &Log) -> Vec<Vec<&Row>> {
    let n_minutes = log.interval() / 60 + 1;
    let mut found: Vec<Vec<&Row>> = Vec::new();
    let mut rows: Vec<&Row> = log.rows.iter().collect();
    rows.sort_by_key(|row| row.span());
    for row in rows {
        let goes_on = |of: &&mut Vec<&Row>| {
            let other = of.last().expect("none is empty");
            let is_same =
                (row.src, row.dst) == (other.src, other.dst) || (row.dst, row.src) == (other.src, other.dst);
            is_same && row.protocol == other.protocol && row.span() <= other.span() + n_minutes
        };
        match found.iter_mut().find(goes_on) {
            Some(of) => of.push(row),
            None => found.push(vec![row]),
        }
    }
    found
}

fn only(holds: (bool, bool), pair: (End, End)) -> Option<(End, End)> {
    match holds {
        (true, false) => Some(pair),
        (false, true) => Some((pair.1, pair.0)),
        _ => None,
    }
}

/// Who began, the other, and how strong the evidence is. `n_peer_ports` counts the ports of peers of an end.
pub fn who_began(all: &[&Row], n_peer_ports: impl Fn(End) -> usize) -> Option<(End, End, &'static str)> {
    let (a, b) = (all[0].src, all[0].dst);
    if a == b || a.0.is_none() || b.0.is_none() {
        return None;
    }
    let pair = (a, b);
    let any = |from: End, test: &dyn Fn(&Row) -> bool| all.iter().any(|row| row.src == from && test(row));
    let asks = |end: End, other: End| any(end, &Row::is_syn) || any(other, &Row::is_syn_ack);
    let strong = |(client, server): (End, End)| (client, server, "strong");
    if let Some(found) = only((asks(a, b), asks(b, a)), pair) {
        return Some(strong(found));
    }
    let serves = |end: End| end.1.is_some_and(|port| port <= 32_767) && n_peer_ports(end) >= 8;
    if let Some(found) = only((serves(b), serves(a)), pair) {
        return Some(strong(found));
    }
    if let (Some(port_a), Some(port_b)) = (a.1, b.1) {
        let is_service = |port: u16| service_name(u64::from(port)).is_some();
        let is_ephemeral = |port: u16| port >= 1_024 && !is_service(port);
        let holds = (is_service(port_b) && is_ephemeral(port_a), is_service(port_a) && is_ephemeral(port_b));
        if let Some(found) = only(holds, pair) {
            return Some(strong(found));
        }
    }
    let one_way = |end: End, other: End| {
        all.iter().any(|here| {
            let at = |from: End, action: &str| {
                all.iter().any(|row| row.interface == here.interface && row.src == from && row.is(action))
            };
            at(end, "ACCEPT") && !at(other, "ACCEPT") && at(other, "REJECT")
        })
    };
    if let Some(found) = only((one_way(a, b), one_way(b, a)), pair) {
        return Some(strong(found));
    }
    if let (Some(port_a), Some(port_b)) = (a.1, b.1)
        && port_a != port_b
    {
        let (client, server) = if port_b < port_a { (a, b) } else { (b, a) };
        return Some((client, server, "guessed by port"));
    }
    if let Some((client, server)) = only((any(a, &|_| true), any(b, &|_| true)), pair) {
        return Some((client, server, "only sender"));
    }
    let accepted = |from: End| -> Vec<&Row> {
        all.iter().filter(|row| row.src == from && row.is("ACCEPT")).copied().collect()
    };
    let (of_a, of_b) = (accepted(a), accepted(b));
    if of_a.is_empty() || of_b.is_empty() || first(&of_a) == first(&of_b) {
        return None;
    }
    let (client, server) = if first(&of_a) < first(&of_b) { (a, b) } else { (b, a) };
    Some((client, server, "accepted first"))
}
