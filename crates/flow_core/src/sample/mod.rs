//! A sample log made to order: the same seed gives the same bytes, for demonstration, tests and measurements.
//!
//! It looks like the flow logs of a small web service, with findings in it (see `traffic`), and its account is described
//! beside it (see `account`). It asks for no time and does no IO: it gives chunks of text, however long the log, in bounded memory.

mod account;
mod line;
mod log;
mod network;
mod random;
mod record;
mod traffic;

pub use account::sample_account;
pub use log::{SampleLog, SampleSpec};
pub use random::Random;
