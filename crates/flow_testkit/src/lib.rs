//! Development only: fixtures, the slow obvious oracle, a VPC whose truth is known.

pub mod filters;
pub mod load;
pub mod oracle;
pub mod rows;
pub mod vpc_simulation;
