//! The words of the domain: fields, values, addresses, directions, and the names people use for numbers.
//!
//! Knows nothing of files, columns or queries.

pub mod address;
pub mod column_key;
pub mod direction;
pub mod field;
pub mod field_set;
pub mod iso_time;
pub mod name;
pub mod shape;
pub mod value;

pub use address::{Address, Prefix};
pub use column_key::ColumnKey;
pub use direction::{Direction, Evidence, FlowClass, Orientation};
pub use field::{
    DEFAULT_LAYOUT, FIELDS, Field, FieldInfo, FieldKind, LogKind, TRANSIT_GATEWAY_LAYOUT, VPC_VERSIONS,
    fields_up_to,
};
pub use field_set::FieldSet;
pub use value::Value;
