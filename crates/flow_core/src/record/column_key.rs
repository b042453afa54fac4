//! What names a column: a field AWS documents, or any other name that a header gave.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Field, FieldKind};

/// The name of a column. Two spellings of one AWS field are one key; other names are kept as written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ColumnKey {
    Known(Field),
    Other(String),
}

impl ColumnKey {
    pub fn from_name(name: &str) -> ColumnKey {
        match Field::from_name(name) {
            Some(field) => ColumnKey::Known(field),
            None => ColumnKey::Other(name.to_owned()),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            ColumnKey::Known(field) => field.name(),
            ColumnKey::Other(name) => name,
        }
    }

    /// Columns that AWS does not document are text.
    pub fn kind(&self) -> FieldKind {
        match self {
            ColumnKey::Known(field) => field.kind(),
            ColumnKey::Other(_) => FieldKind::Text,
        }
    }
}

impl From<Field> for ColumnKey {
    fn from(field: Field) -> ColumnKey {
        ColumnKey::Known(field)
    }
}

impl fmt::Display for ColumnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
