//! The engine's shell in a browser: reads slices of files, carries messages to and from a session.
//!
//! Knows nothing of Leptos and nothing of what is on screen. The same [`Engine`] runs in a worker (started by
//! [`start`]) and, where no worker can start, on the page's own thread.

mod byte_stream;
mod engine;
mod file_bytes;
mod file_slices;
mod time_limit;
mod turn;
mod warm_up;
mod worker;

pub use engine::Engine;
pub use worker::start;

/// The one encoding of messages, used by both ends of the link.
pub mod wire {
    use flow_core::session::message::{Event, Request};

    /// # Panics
    /// Never: every message type can be encoded.
    pub fn encode_request(request: &Request) -> Vec<u8> {
        postcard::to_allocvec(request).expect("a request can be encoded")
    }

    pub fn decode_request(bytes: &[u8]) -> Result<Request, String> {
        postcard::from_bytes(bytes).map_err(|error| format!("The engine could not read a request: {error}"))
    }

    /// # Panics
    /// Never: every message type can be encoded.
    pub fn encode_event(event: &Event) -> Vec<u8> {
        postcard::to_allocvec(event).expect("an event can be encoded")
    }

    pub fn decode_event(bytes: &[u8]) -> Result<Event, String> {
        postcard::from_bytes(bytes).map_err(|error| format!("The page could not read an answer: {error}"))
    }
}
