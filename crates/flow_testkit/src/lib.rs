//! Development only: fixtures, the slow obvious oracle.

pub mod archive;
pub mod filters;
pub mod oracle;
pub mod rows;
pub mod table;
