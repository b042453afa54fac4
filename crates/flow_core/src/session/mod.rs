//! What remembers: shards and their stores, the load, and the answers to requests.
//!
//! The shell (a worker, the page's own thread, a test) reads files and carries messages; everything else is
//! here.

pub mod message;
