//! The engine in a worker of its own.
//!
//! To the worker: an array of the request's bytes and then its files, which the browser hands over without
//! copying. From the worker: the bytes of one event a message, their buffer transferred.

use flow_core::session::message::Request;
use flow_worker::wire;
use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, File, MessageEvent, Worker};

use super::link::{Link, Listener};

pub struct WorkerLink {
    worker: Worker,
    // Held for as long as the worker calls them.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl WorkerLink {
    /// `None` where this browser lets no worker be made.
    pub fn start(listener: Listener) -> Option<WorkerLink> {
        let worker = spawn_worker().ok()?;
        let Listener { on_event, on_broken } = listener;
        let on_unreadable = on_broken.clone();
        let on_message = Closure::new(move |message: MessageEvent| {
            match wire::decode_event(&Uint8Array::new(&message.data()).to_vec()) {
                Ok(event) => on_event(event),
                Err(message) => on_unreadable(message),
            }
        });
        let on_error = Closure::new(move |error: ErrorEvent| {
            // A worker whose program could not be loaded says nothing.
            let message =
                Some(error.message()).filter(|message| !message.is_empty() && message != "undefined");
            on_broken(
                message.unwrap_or_else(|| "The browser ended the worker without saying why".to_owned()),
            );
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(WorkerLink { worker, _on_message: on_message, _on_error: on_error })
    }
}

/// Calls what the boot script left for us: it has the compiled program at hand.
fn spawn_worker() -> Result<Worker, JsValue> {
    let spawn = Reflect::get(&js_sys::global(), &"flowglass_spawn_worker".into())?;
    spawn.dyn_into::<Function>()?.call0(&JsValue::UNDEFINED)?.dyn_into::<Worker>()
}

impl Link for WorkerLink {
    fn post(&self, request: Request, files: Vec<File>) {
        let bytes = Uint8Array::from(wire::encode_request(&request).as_slice());
        let transfer = Array::of1(&bytes.buffer());
        let message = Array::of1(&bytes);
        for file in files {
            message.push(&file);
        }
        self.worker
            .post_message_with_transfer(&message, &transfer)
            .expect("bytes and files can always be posted");
    }
}

impl Drop for WorkerLink {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}
