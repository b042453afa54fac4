//! The names of a table: which of its columns are the record's, and whether the table is one of flow logs at all.

use crate::parse::Layout;
use crate::record::{ColumnKey, Field, FieldKind};

/// So many fields that AWS knows make a record; `type` or `region` alone says nothing.
pub const FIELDS_MIN: usize = 3;

/// The columns of a table that are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableColumns {
    /// As they are written, of all columns.
    pub names: Vec<String>,
    /// Places among them of the record's own, in order.
    pub kept: Vec<u32>,
}

impl TableColumns {
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> TableColumns {
        let mut columns = TableColumns::default();
        names.into_iter().for_each(|name| columns.add(name));
        columns
    }

    pub fn add(&mut self, name: &str) {
        if !is_of_insights(name) {
            self.kept.push(self.names.len() as u32);
        }
        self.names.push(name.to_owned());
    }

    /// The layout of the columns that are kept. One that has no name, as tools write in front of row numbers, is called
    /// by its place.
    pub fn layout(&self) -> Layout {
        let named = |at: &u32| match self.names[*at as usize].as_str() {
            "" => format!("column_{}", at + 1),
            name => name.to_owned(),
        };
        let names: Vec<String> = self.kept.iter().map(named).collect();
        Layout::from_names(names.iter().map(String::as_str))
    }

    /// Whether this is a table of flow log records: it has some of their fields, and one of those says whose traffic it is
    /// about.
    pub fn are_of_records(&self) -> bool {
        self.n_fields() >= FIELDS_MIN && self.says_whose()
    }

    /// Columns that are fields AWS knows.
    pub fn n_fields(&self) -> usize {
        self.layout().columns().iter().filter(|key| matches!(key, ColumnKey::Known(_))).count()
    }

    /// Whether a column says whose traffic a line is about.
    pub fn says_whose(&self) -> bool {
        self.layout().columns().iter().any(|key| {
            key.kind() == FieldKind::Address
                || matches!(key, ColumnKey::Known(Field::INTERFACE_ID | Field::TGW_ID))
        })
    }

    /// Whether a column is computed, such as `count(*)`: then a line of the table stands for many records.
    pub fn has_computed(&self) -> bool {
        // Lines of text with a comma somewhere are no names.
        self.computed().next().is_some() && !self.names.iter().any(|name| name.contains(' '))
    }

    /// Names that look like what computed the column.
    pub fn computed(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str).filter(|name| name.contains('(') && name.ends_with(')'))
    }
}

/// Whether a name is one of those that Logs Insights gives to what it knows of a log event: `@timestamp`, `@ptr`. They
/// are about the event, not fields of the record in it.
pub fn is_of_insights(name: &str) -> bool {
    name.strip_prefix('@').is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &str) -> TableColumns {
        TableColumns::of(names.split(','))
    }

    #[test]
    fn what_is_about_the_event_is_no_column() {
        let columns = columns("@timestamp,,srcAddr,@ptr,aws-region,region");
        assert_eq!(columns.kept, [1, 2, 4, 5]);
        assert_eq!(columns.layout().names(), ["column_2", "srcaddr", "aws-region", "region"]);
    }

    #[test]
    fn a_table_of_records_has_fields_and_says_whose() {
        for names in ["srcaddr,dstaddr,action", "interfaceId,start,end,x,y,z", "tgw_id,bytes,packets"] {
            assert!(columns(names).are_of_records(), "{names}");
        }
        for names in ["srcaddr,dstaddr,x", "type,protocol,bytes,start,end", "", "@timestamp,@message"] {
            assert!(!columns(names).are_of_records(), "{names}");
        }
        assert!(columns("srcAddr,sum(bytes)").has_computed());
        assert!(!columns("srcAddr,bytes").has_computed());
    }
}
