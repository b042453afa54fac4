//! Something that carries requests to an engine and its events back.

use std::rc::Rc;

use flow_core::session::message::{Event, Request};

use crate::browser::files::FileHandle;

/// Who hears of it.
#[derive(Clone)]
pub struct Listener {
    /// Called with each event, in order.
    pub on_event: Rc<dyn Fn(Event)>,
    /// Called when the link can carry nothing any more, with the reason.
    pub on_broken: Rc<dyn Fn(String)>,
}

/// Dropping a link ends its engine.
pub trait Link {
    /// `files` are those of the request, in its order.
    fn post(&self, request: Request, files: Vec<FileHandle>);
}
