//! The engine in a worker of its own.
//!
//! To the worker: an array of the request's bytes and then its files, which the browser hands over without
//! copying, and the ports of more workers when a load is worth them. From the worker: the bytes of one event a message,
//! their buffer transferred. The other workers talk to the first one; the page hears of them only that they have started,
//! and when they crash.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use flow_core::session::message::{Command, FileMeta, Request};
use flow_core::session::n_shards_for;
use flow_worker::wire;
use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, File, MessageChannel, MessageEvent, MessagePort, Worker};

use super::link::{Link, Listener};

pub struct WorkerLink {
    lead: Hand,
    shards: RefCell<Vec<Hand>>,
    /// Text in all files so far, about.
    n_text_bytes: Cell<u64>,
    listener: Listener,
}

/// A worker that is listened to until it is dropped, which ends it.
struct Hand {
    worker: Worker,
    // Held for as long as the worker calls them.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

#[derive(Clone, Copy)]
enum Part {
    Lead,
    Shard,
}

impl WorkerLink {
    /// `None` where this browser lets no worker be made.
    pub fn start(listener: Listener) -> Option<WorkerLink> {
        let lead = Hand::start(listener.clone(), Part::Lead)?;
        Some(WorkerLink { lead, shards: RefCell::default(), n_text_bytes: Cell::new(0), listener })
    }

    /// Starts as many shards as are worth while; the lead's ends of their ports.
    fn grow(&self, n_text_bytes: u64) -> Vec<MessagePort> {
        self.n_text_bytes.set(self.n_text_bytes.get().saturating_add(n_text_bytes));
        let mut shards = self.shards.borrow_mut();
        let n_wanted = usize::from(n_shards_for(self.n_text_bytes.get(), n_cores())) - 1;
        let mut ports = Vec::new();
        while shards.len() < n_wanted {
            let Some((shard, port)) = self.start_shard() else { break };
            shards.push(shard);
            ports.push(port);
        }
        ports
    }

    fn start_shard(&self) -> Option<(Hand, MessagePort)> {
        let channel = MessageChannel::new().ok()?;
        let shard = Hand::start(self.listener.clone(), Part::Shard)?;
        let parts = Array::of1(&channel.port2());
        shard.worker.post_message_with_transfer(&parts, &parts).ok()?;
        Some((shard, channel.port1()))
    }
}

impl Hand {
    fn start(listener: Listener, part: Part) -> Option<Hand> {
        let worker = spawn_worker().ok()?;
        let has_started = Rc::new(Cell::new(false));
        let Listener { on_event, on_broken } = listener.clone();
        let on_message = Closure::new({
            let has_started = Rc::clone(&has_started);
            move |message: MessageEvent| {
                has_started.set(true);
                match wire::decode_event(&Uint8Array::new(&message.data()).to_vec()) {
                    Ok(event) => on_event(event),
                    Err(message) => on_broken(message),
                }
            }
        });
        let on_error = Closure::new(move |error: ErrorEvent| {
            // A worker whose program could not be loaded says nothing.
            let message =
                Some(error.message()).filter(|message| !message.is_empty() && message != "undefined");
            let message =
                message.unwrap_or_else(|| "The browser ended the worker without saying why".to_owned());
            match part {
                // Without it the load is slower, no more: a shard that never comes up is never given anything.
                Part::Shard if !has_started.get() => {}
                Part::Shard | Part::Lead => (listener.on_broken)(message),
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Hand { worker, _on_message: on_message, _on_error: on_error })
    }
}

/// Calls what the boot script left for us: it has the compiled program at hand.
fn spawn_worker() -> Result<Worker, JsValue> {
    let spawn = Reflect::get(&js_sys::global(), &"flowglass_spawn_worker".into())?;
    spawn.dyn_into::<Function>()?.call0(&JsValue::UNDEFINED)?.dyn_into::<Worker>()
}

/// One, where the browser does not say.
fn n_cores() -> u32 {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into());
    let n_cores = navigator.and_then(|navigator| Reflect::get(&navigator, &"hardwareConcurrency".into()));
    n_cores.ok().and_then(|n_cores| n_cores.as_f64()).map_or(1, |n_cores| n_cores as u32)
}

impl Link for WorkerLink {
    fn post(&self, request: Request, files: Vec<File>) {
        let ports = match &request.command {
            Command::Open(files) => self.grow(files.iter().map(FileMeta::n_text_bytes_about).sum()),
            _ => Vec::new(),
        };
        let bytes = Uint8Array::from(wire::encode_request(&request).as_slice());
        let transfer = Array::of1(&bytes.buffer());
        let message = Array::of1(&bytes);
        for file in files {
            message.push(&file);
        }
        for port in ports {
            message.push(&port);
            transfer.push(&port);
        }
        self.lead
            .worker
            .post_message_with_transfer(&message, &transfer)
            .expect("bytes, files and ports can always be posted");
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}
