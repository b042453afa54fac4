//! Development only: fixtures, the slow obvious oracle, records in every container.

pub mod archive;
pub mod filters;
pub mod oracle;
pub mod rows;
pub mod rules;
pub mod rules_oracle;
pub mod table;
pub mod wrap;
