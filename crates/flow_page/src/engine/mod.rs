//! The page's handle to the engine: requests out, events in.
//!
//! Where the engine runs (a worker, or this very thread) is a [`link::Link`]'s business; what is asked when
//! is decided by [`slots`], which knows no browser.

mod ask;
mod desk;
mod handle;
mod inline_link;
mod link;
pub mod slots;
mod worker_link;

pub use ask::{Asked, ask};
pub use handle::{Engine, EngineState};
pub use slots::Slot;
