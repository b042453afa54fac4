//! The value of a subject in one record.

use super::Record;
use crate::query::Subject;
use crate::record::{ColumnKey, Direction, Field, Orientation, Value};

impl Record<'_> {
    /// What is worked out is absent where nobody has worked it out, as for status records, which are no flows.
    pub(super) fn cell(&self, subject: &Subject) -> Value {
        match subject {
            Subject::Column(key) => self.field(key),
            Subject::Direction => self.orientation().map_or(Value::Absent, |row| text(row.direction.name())),
            Subject::Class => self.orientation().map_or(Value::Absent, |row| text(row.class.name())),
            Subject::LocalAddress => self.end(Field::SRCADDR, Field::DSTADDR),
            Subject::LocalPort => self.end(Field::SRCPORT, Field::DSTPORT),
            Subject::RemoteAddress => self.end(Field::DSTADDR, Field::SRCADDR),
            Subject::RemotePort => self.end(Field::DSTPORT, Field::SRCPORT),
        }
    }

    fn field(&self, key: &ColumnKey) -> Value {
        self.store.cell(self.table, self.row, key)
    }

    fn end(&self, of_egress: Field, of_ingress: Field) -> Value {
        match self.orientation().map(|row| row.direction) {
            Some(Direction::Egress) => self.field(&of_egress.into()),
            Some(Direction::Ingress) => self.field(&of_ingress.into()),
            Some(Direction::Unknown) | None => Value::Absent,
        }
    }

    fn orientation(&self) -> Option<Orientation> {
        let (segment, at) = self.table.locate(self.row);
        segment.orientation().get(at as usize).map(|&code| Orientation::from_code(code))
    }
}

fn text(name: &str) -> Value {
    Value::Text(name.to_owned())
}
