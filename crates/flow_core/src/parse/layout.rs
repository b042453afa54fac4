//! The order of the fields in one file.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::record::{ColumnKey, DEFAULT_LAYOUT, Field};

/// Which column each value of a line belongs to. Columns are distinct.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Layout {
    columns: Vec<ColumnKey>,
}

impl Layout {
    /// The version 2 default format.
    pub fn aws_default() -> Layout {
        Layout::of_fields(&DEFAULT_LAYOUT)
    }

    /// Distinct fields in order.
    pub fn of_fields(fields: &[Field]) -> Layout {
        Layout { columns: fields.iter().copied().map(ColumnKey::from).collect() }
    }

    /// A layout from names in order. A name that was there before is kept as a column of its own,
    /// `srcaddr_2`, so that no value is lost.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Layout {
        let mut columns: Vec<ColumnKey> = Vec::new();
        let mut taken: HashSet<ColumnKey> = HashSet::new();
        // How often each name came: a header may repeat one many times.
        let mut n_copies: HashMap<&str, u32> = HashMap::new();
        for name in names {
            let mut key = ColumnKey::from_name(name);
            while !taken.insert(key.clone()) {
                let n_copies = n_copies.entry(name).or_insert(1);
                *n_copies += 1;
                let copy = format!("{name}_{n_copies}");
                // `instance-tag_2` would be read as the name of a field.
                if Field::from_name(&copy).is_none() {
                    key = ColumnKey::Other(copy);
                }
            }
            columns.push(key);
        }
        Layout { columns }
    }

    pub fn columns(&self) -> &[ColumnKey] {
        &self.columns
    }

    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|key| key.name().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_given_twice_keeps_both_columns() {
        let layout = Layout::from_names(["srcaddr", "srcAddr", "new-field", "new-field"]);
        assert_eq!(layout.names(), ["srcaddr", "srcAddr_2", "new-field", "new-field_2"]);
        // A copy is never named as a field is.
        let layout = Layout::from_names(["instance-tag", "instance-tag"]);
        assert_eq!(layout.names(), ["instance-tag", "instance-tag_3"]);
    }
}
