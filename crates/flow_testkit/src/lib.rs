//! Development only: fixtures, the slow obvious oracle, records in every container, what fuzzing checks.

pub mod archive;
pub mod filters;
pub mod fuzz;
pub mod memory;
pub mod oracle;
pub mod reading;
pub mod rows;
pub mod rules;
pub mod rules_oracle;
pub mod table;
pub mod wrap;
