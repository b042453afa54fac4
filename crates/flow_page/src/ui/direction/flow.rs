//! One row seen from its interface: own end, arrow, peer. Pure.

use flow_core::query::Subject;
use flow_core::record::{Direction, Field, Value};
use flow_core::session::message::RowRef;

/// What is asked for each flow, in this order.
pub fn subjects() -> Vec<Subject> {
    vec![
        Subject::Direction,
        Subject::LocalAddress,
        Subject::LocalPort,
        Subject::RemoteAddress,
        Subject::RemotePort,
        Field::SRCADDR.into(),
        Field::SRCPORT.into(),
        Field::DSTADDR.into(),
        Field::DSTPORT.into(),
        Field::INTERFACE_ID.into(),
        Field::PROTOCOL.into(),
        Field::ACTION.into(),
        Field::PACKETS.into(),
        Field::BYTES.into(),
    ]
}

/// One end of a flow: what a filter calls it, and its value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct End {
    pub address: (Subject, Value),
    pub port: (Subject, Value),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Flow {
    pub row: RowRef,
    /// The interface's own end; of an unknown direction, the source as written.
    pub left: End,
    pub right: End,
    pub direction: Direction,
    pub interface: Value,
    pub protocol: Value,
    pub action: Value,
    pub packets: Value,
    pub bytes: Value,
}

impl Flow {
    /// From the cells of a row that was asked for with [`subjects`]; `None` for cells of something else.
    pub fn new(row: RowRef, cells: &[Value]) -> Option<Flow> {
        let [
            direction,
            local_address,
            local_port,
            remote_address,
            remote_port,
            src_address,
            src_port,
            dst_address,
            dst_port,
            interface,
            protocol,
            action,
            packets,
            bytes,
        ] = cells
        else {
            return None;
        };
        let end = |address_subject: Subject, address: &Value, port_subject: Subject, port: &Value| End {
            address: (address_subject, address.clone()),
            port: (port_subject, port.clone()),
        };
        let named = |name: &str| Direction::ALL.into_iter().find(|direction| direction.name() == name);
        let direction = match direction {
            Value::Text(name) => named(name).unwrap_or(Direction::Unknown),
            _ => Direction::Unknown,
        };
        let (left, right) = match direction {
            Direction::Unknown => (
                end(Field::SRCADDR.into(), src_address, Field::SRCPORT.into(), src_port),
                end(Field::DSTADDR.into(), dst_address, Field::DSTPORT.into(), dst_port),
            ),
            Direction::Ingress | Direction::Egress => (
                end(Subject::LocalAddress, local_address, Subject::LocalPort, local_port),
                end(Subject::RemoteAddress, remote_address, Subject::RemotePort, remote_port),
            ),
        };
        Some(Flow {
            row,
            left,
            right,
            direction,
            interface: interface.clone(),
            protocol: protocol.clone(),
            action: action.clone(),
            packets: packets.clone(),
            bytes: bytes.clone(),
        })
    }

    /// The way the bytes went, between the left and the right end, and in words.
    pub fn arrow(&self) -> (&'static str, &'static str) {
        match self.direction {
            Direction::Ingress => ("←", "received from"),
            Direction::Egress => ("→", "sent to"),
            Direction::Unknown => ("→", "sent to; which end is the interface is not known"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow_core::record::Address;

    const ROW: RowRef = RowRef { shard: 0, row: 3 };

    fn cells(direction: &str) -> Vec<Value> {
        let address = |text: &str| Value::Address(Address::parse(text.as_bytes()).unwrap());
        let (local, remote) = match direction {
            "unknown" => (Value::Absent, Value::Absent),
            _ => (address("10.0.0.5"), address("203.0.113.9")),
        };
        let mut cells = vec![Value::Text(direction.to_owned())];
        cells.extend([local, Value::Number(443), remote, Value::Number(51_000)]);
        cells.extend([
            address("203.0.113.9"),
            Value::Number(51_000),
            address("10.0.0.5"),
            Value::Number(443),
        ]);
        cells.extend([Value::Absent, Value::Number(6), Value::Absent, Value::Number(2), Value::Number(80)]);
        cells
    }

    #[test]
    fn the_interface_stands_on_the_left() {
        let flow = Flow::new(ROW, &cells("ingress")).unwrap();
        assert_eq!(flow.left.address.1.to_string(), "10.0.0.5");
        assert_eq!(flow.right.port, (Subject::RemotePort, Value::Number(51_000)));
        assert_eq!(flow.arrow().0, "←");
        assert_eq!(Flow::new(ROW, &cells("egress")).unwrap().arrow().0, "→");
        assert_eq!(flow.bytes, Value::Number(80));
    }

    #[test]
    fn without_a_direction_a_flow_is_as_written() {
        let flow = Flow::new(ROW, &cells("unknown")).unwrap();
        assert_eq!(flow.left.address.0, Subject::from(Field::SRCADDR));
        assert_eq!(flow.left.address.1.to_string(), "203.0.113.9");
        assert!(flow.arrow().1.contains("not known"));
    }

    #[test]
    fn other_cells_are_no_flow() {
        assert_eq!(cells("ingress").len(), subjects().len());
        assert_eq!(Flow::new(ROW, &cells("ingress")[1..]), None);
    }
}
