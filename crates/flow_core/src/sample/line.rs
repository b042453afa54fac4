//! Records of the sample as lines of a layout.

use super::network::{ACCOUNT_ID, Interface, Network, REGION, aws_service};
use super::record::{Flow, Record, TCP};
use crate::parse::Layout;
use crate::record::{Address, ColumnKey, Field, LogKind};

/// Writes lines of one layout.
#[derive(Debug)]
pub struct LineWriter {
    columns: Vec<Option<Field>>,
    header: String,
    version: u64,
}

impl LineWriter {
    pub fn new(layout: &Layout) -> LineWriter {
        let columns: Vec<Option<Field>> = layout
            .columns()
            .iter()
            .map(|key| match key {
                ColumnKey::Known(field) => Some(*field),
                ColumnKey::Other(_) => None,
            })
            .collect();
        let vpc_fields = columns.iter().flatten().filter(|field| field.info().log == LogKind::Vpc);
        let version = vpc_fields.map(|field| u64::from(field.info().version)).max().unwrap_or(2);
        LineWriter { columns, header: layout.names().join(" "), version }
    }

    pub fn header(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(self.header.as_bytes());
        text.push(b'\n');
    }

    pub fn record(&self, record: &Record, network: &Network, text: &mut Vec<u8>) {
        for (at, field) in self.columns.iter().enumerate() {
            if at > 0 {
                text.push(b' ');
            }
            let before = text.len();
            if let Some(field) = *field {
                match record {
                    Record::Flow(flow) => self.flow_value(field, flow, network, text),
                    Record::Status { .. } => self.status_value(field, record, network, text),
                }
            }
            if text.len() == before {
                text.push(b'-');
            }
        }
        text.push(b'\n');
    }

    /// Writes the value, or nothing where it is absent.
    fn flow_value(&self, field: Field, flow: &Flow, network: &Network, text: &mut Vec<u8>) {
        let interface = network.interface(flow.interface);
        match field {
            Field::SRCADDR => address(flow.src, text),
            Field::DSTADDR => address(flow.dst, text),
            Field::SRCPORT => number(flow.src_port.into(), text),
            Field::DSTPORT => number(flow.dst_port.into(), text),
            Field::PROTOCOL => number(flow.protocol.into(), text),
            Field::PACKETS => number(flow.sent.packets, text),
            Field::BYTES => number(flow.sent.bytes, text),
            Field::START => number(flow.start_secs, text),
            Field::END => number(flow.end_secs, text),
            Field::ACTION => words(if flow.accepted { "ACCEPT" } else { "REJECT" }, text),
            Field::LOG_STATUS => words("OK", text),
            Field::TCP_FLAGS => {
                number(if flow.protocol == TCP { flow.sent.tcp_flags.into() } else { 0 }, text)
            }
            Field::TYPE => words(if matches!(flow.src, Address::V6(_)) { "IPv6" } else { "IPv4" }, text),
            Field::PKT_SRCADDR => address(flow.pkt_src, text),
            Field::PKT_DSTADDR => address(flow.pkt_dst, text),
            Field::PKT_SRC_AWS_SERVICE => words(aws_service(flow.pkt_src).unwrap_or(""), text),
            Field::PKT_DST_AWS_SERVICE => words(aws_service(flow.pkt_dst).unwrap_or(""), text),
            Field::FLOW_DIRECTION => words(if flow.ingress { "ingress" } else { "egress" }, text),
            Field::TRAFFIC_PATH => {
                if let Some(path) = flow.traffic_path(network) {
                    number(path.into(), text);
                }
            }
            _ => self.interface_value(field, interface, network, text),
        }
    }

    fn status_value(&self, field: Field, record: &Record, network: &Network, text: &mut Vec<u8>) {
        let &Record::Status { interface, start_secs, end_secs, status } = record else { return };
        match field {
            Field::START => number(start_secs, text),
            Field::END => number(end_secs, text),
            Field::LOG_STATUS => words(status, text),
            _ => self.interface_value(field, network.interface(interface), network, text),
        }
    }

    /// What records say of their interface, whether there was traffic or not.
    fn interface_value(&self, field: Field, interface: &Interface, network: &Network, text: &mut Vec<u8>) {
        match field {
            Field::VERSION => number(self.version, text),
            Field::ACCOUNT_ID => words(ACCOUNT_ID, text),
            Field::INTERFACE_ID => words(&interface.interface_id, text),
            Field::VPC_ID => words(&network.vpc_id, text),
            Field::SUBNET_ID => words(&interface.subnet_id, text),
            Field::INSTANCE_ID => words(&interface.instance_id, text),
            Field::REGION => words(REGION, text),
            Field::AZ_ID => words(interface.az_id, text),
            _ => {}
        }
    }
}

fn words(value: &str, text: &mut Vec<u8>) {
    text.extend_from_slice(value.as_bytes());
}

/// By hand: formatting machinery takes most of the time of writing a line otherwise.
fn number(mut value: u64, text: &mut Vec<u8>) {
    const DIGITS_MAX: usize = 20;
    let mut digits = [0; DIGITS_MAX];
    let mut start = DIGITS_MAX;
    loop {
        start -= 1;
        digits[start] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    text.extend_from_slice(&digits[start..]);
}

fn address(value: Address, text: &mut Vec<u8>) {
    match value {
        Address::V4(bits) => {
            let [a, b, c, d] = bits.to_be_bytes();
            number(a.into(), text);
            for part in [b, c, d] {
                text.push(b'.');
                number(part.into(), text);
            }
        }
        other => words(&other.to_string(), text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_are_written_as_the_standard_library_does() {
        for value in [0, 9, 10, 65_535, u64::MAX] {
            let mut text = Vec::new();
            number(value, &mut text);
            assert_eq!(text, value.to_string().into_bytes());
        }
        for value in ["0.0.0.0", "10.0.20.255", "2001:db8::1"] {
            let mut text = Vec::new();
            address(Address::parse(value.as_bytes()).unwrap(), &mut text);
            assert_eq!(text, value.as_bytes());
        }
    }
}
