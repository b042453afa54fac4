//! Flowglass's engine: the bytes of VPC Flow Logs in, answers out.
//!
//! No browser, no clock, no randomness, no threads and no IO: whatever is needed comes as an argument.
//! Modules look left only: arrange, record, config, parse, store, query, intake, analysis, report, session.

pub mod analysis;
mod arrange;
pub mod config;
pub mod intake;
pub mod parse;
pub mod query;
pub mod record;
pub mod report;
pub mod sample;
pub mod session;
pub mod store;
