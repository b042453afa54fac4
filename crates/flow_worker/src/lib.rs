//! Carries messages and files between a browser and the engine's session.
use std::rc::Rc;

use flow_core::session::message::{Event, Request};

/// Runs the engine in the worker that this is called in.
pub fn start() {}

/// The engine on the thread that it is made on.
pub struct Engine {
    emit: Rc<dyn Fn(Event)>,
}

impl Engine {
    pub fn new(emit: Rc<dyn Fn(Event)>) -> Engine {
        Engine { emit }
    }

    pub fn handle(&self, request: Request, _files: Vec<web_sys::File>) {
        (self.emit)(Event::Failed { id: request.id, message: "not built yet".to_owned() });
    }
}
