//! Development only: fixtures, the slow obvious oracles, records in every container, a VPC whose truth is known, what
//! fuzzing checks.

pub mod archive;
pub mod drawn;
pub mod filters;
pub mod fuzz;
pub mod load;
pub mod memory;
pub mod oracle;
pub mod reading;
pub mod rows;
pub mod rules;
pub mod rules_oracle;
pub mod table;
pub mod vpc_simulation;
pub mod wrap;
