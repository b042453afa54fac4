//! What a table shows, a sort orders by and a filter tests: a column, or what is worked out from the
//! interface that recorded a row.

use serde::{Deserialize, Serialize};

use crate::record::{ColumnKey, Direction, Field, FieldKind, FlowClass, Orientation, Value};
use crate::store::{Store, Table};

/// One value of every row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    Column(ColumnKey),
    /// `ingress`, `egress` or `unknown`: recorded or inferred, see the row's evidence.
    Direction,
    /// `internal`, `inbound`, `outbound`, `transit` or `unknown`.
    Class,
    /// The interface's own end of the flow; absent where the direction is unknown. The same for the next three.
    LocalAddress,
    LocalPort,
    RemoteAddress,
    RemotePort,
    /// How many flow records the row stands for: 1, unless rows were rolled up while loading.
    Records,
}

impl Subject {
    /// The subjects that are worked out, not recorded.
    pub const DERIVED: [Subject; 7] = [
        Subject::Direction,
        Subject::Class,
        Subject::LocalAddress,
        Subject::LocalPort,
        Subject::RemoteAddress,
        Subject::RemotePort,
        Subject::Records,
    ];

    pub fn is_derived(&self) -> bool {
        !matches!(self, Subject::Column(_))
    }

    /// As a filter and a URL spell it.
    pub fn name(&self) -> &str {
        match self {
            Subject::Column(key) => key.name(),
            Subject::Direction => "direction",
            Subject::Class => "class",
            Subject::LocalAddress => "localaddr",
            Subject::LocalPort => "localport",
            Subject::RemoteAddress => "remoteaddr",
            Subject::RemotePort => "remoteport",
            Subject::Records => "records",
        }
    }

    /// A derived subject or an AWS field by any of its spellings; else a column of that very name.
    pub fn from_name(name: &str) -> Subject {
        Subject::DERIVED
            .into_iter()
            .find(|subject| subject.name().eq_ignore_ascii_case(name))
            .unwrap_or_else(|| Subject::Column(ColumnKey::from_name(name)))
    }

    pub fn kind(&self) -> FieldKind {
        match self {
            Subject::Column(key) => key.kind(),
            Subject::Direction | Subject::Class => FieldKind::Text,
            Subject::LocalAddress | Subject::RemoteAddress => FieldKind::Address,
            Subject::LocalPort | Subject::RemotePort => FieldKind::Port,
            Subject::Records => FieldKind::Number,
        }
    }

    /// All values there can be, where they are few; empty where they are not.
    pub fn names(&self) -> &'static [&'static str] {
        const DIRECTIONS: [&str; 3] =
            [Direction::Ingress.name(), Direction::Egress.name(), Direction::Unknown.name()];
        const CLASSES: [&str; 5] = [
            FlowClass::Internal.name(),
            FlowClass::Inbound.name(),
            FlowClass::Outbound.name(),
            FlowClass::Transit.name(),
            FlowClass::Unknown.name(),
        ];
        match self {
            Subject::Direction => &DIRECTIONS,
            Subject::Class => &CLASSES,
            _ => &[],
        }
    }

    /// The value of a readable row.
    pub fn value(&self, store: &Store, table: &Table, row: u32) -> Value {
        if let Subject::Column(key) = self {
            return store.cell(table, row, key);
        }
        let (segment, at) = table.locate(row);
        let orientation = segment
            .orientation()
            .get(at as usize)
            .map_or(Orientation::UNKNOWN, |&code| Orientation::from_code(code));
        match self {
            Subject::Records => segment.n_records().get(at).map_or(Value::Absent, Value::Number),
            Subject::Direction => Value::Text(orientation.direction.name().to_owned()),
            Subject::Class => Value::Text(orientation.class.name().to_owned()),
            _ => self
                .end_field(orientation.direction)
                .map_or(Value::Absent, |field| store.cell(table, row, &field.into())),
        }
    }

    /// The field that a local or remote subject stands for in a row that went this way.
    fn end_field(&self, direction: Direction) -> Option<Field> {
        let (source, destination, is_local) = match self {
            Subject::LocalAddress => (Field::SRCADDR, Field::DSTADDR, true),
            Subject::RemoteAddress => (Field::SRCADDR, Field::DSTADDR, false),
            Subject::LocalPort => (Field::SRCPORT, Field::DSTPORT, true),
            Subject::RemotePort => (Field::SRCPORT, Field::DSTPORT, false),
            Subject::Column(_) | Subject::Direction | Subject::Class | Subject::Records => return None,
        };
        match direction {
            Direction::Unknown => None,
            // What leaves the interface has it as its source.
            Direction::Egress => Some(if is_local { source } else { destination }),
            Direction::Ingress => Some(if is_local { destination } else { source }),
        }
    }

    /// A sentence for people; `None` for a column that AWS does not document.
    pub fn doc(&self) -> Option<&'static str> {
        Some(match self {
            Subject::Column(ColumnKey::Known(field)) => field.info().doc,
            Subject::Column(ColumnKey::Other(_)) => return None,
            Subject::Direction => {
                "Seen from the interface: recorded in flow-direction, else inferred from the interface's own address"
            }
            Subject::Class => "Between whom: internal, inbound, outbound, transit or unknown",
            Subject::LocalAddress => "The interface's own end of the flow",
            Subject::LocalPort => "The port at the interface's own end",
            Subject::RemoteAddress => "The peer's end of the flow",
            Subject::RemotePort => "The port at the peer's end",
            Subject::Records => {
                "How many flow records the row stands for: more than 1 only where rows were rolled up"
            }
        })
    }
}

impl From<Field> for Subject {
    fn from(field: Field) -> Subject {
        Subject::Column(field.into())
    }
}
