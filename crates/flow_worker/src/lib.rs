//! The engine's shell in a browser: reads slices of files, carries messages to and from a session.
//!
//! Knows nothing of Leptos and nothing of what is on screen. The same [`Engine`] runs in a worker (started by
//! [`start`]) and, where no worker can start, on the page's own thread.

mod buffer;
mod byte_stream;
mod engine;
mod file_bytes;
mod file_slices;
mod port;
mod runner;
mod source_files;
mod turn;
mod warm_up;
mod watchdog;
mod worker;

pub use engine::Engine;
pub use port::serve_shard;
pub use worker::start;

/// The one encoding of messages, used by both ends of every link.
pub mod wire {
    use flow_core::session::message::{Event, Request};
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    /// # Panics
    /// Never: every message type can be encoded.
    pub fn encode_request(request: &Request) -> Vec<u8> {
        encode(request)
    }

    pub fn decode_request(bytes: &[u8]) -> Result<Request, String> {
        decode(bytes).map_err(|error| format!("The engine could not read a request: {error}"))
    }

    /// # Panics
    /// Never: every message type can be encoded.
    pub fn encode_event(event: &Event) -> Vec<u8> {
        encode(event)
    }

    pub fn decode_event(bytes: &[u8]) -> Result<Event, String> {
        decode(bytes).map_err(|error| format!("The page could not read an answer: {error}"))
    }

    pub(crate) fn encode(message: &impl Serialize) -> Vec<u8> {
        postcard::to_allocvec(message).expect("every message can be encoded")
    }

    pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> postcard::Result<T> {
        postcard::from_bytes(bytes)
    }
}
