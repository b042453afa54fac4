//! The engine on the page's own thread, for where no worker can start.

use flow_core::session::message::Request;

use super::link::{Link, Listener};
use crate::browser::clock;
use crate::browser::files::FileHandle;

pub struct InlineLink {
    engine: flow_worker::Engine,
}

impl InlineLink {
    pub fn start(listener: Listener) -> InlineLink {
        InlineLink { engine: flow_worker::Engine::new(listener.on_event, clock::now_ms) }
    }
}

impl Link for InlineLink {
    fn post(&self, request: Request, files: Vec<FileHandle>) {
        self.engine.handle(request, files);
    }
}
