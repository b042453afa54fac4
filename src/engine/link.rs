//! Something that carries requests to an engine and its events back.

use std::rc::Rc;

use flow_core::session::message::{Event, Request};

/// What is called with each event, in order.
pub type OnEvent = Rc<dyn Fn(Event)>;

/// Dropping a link ends its engine.
pub trait Link {
    /// `files` are those of the request, in its order.
    fn post(&self, request: Request, files: Vec<web_sys::File>);
}
