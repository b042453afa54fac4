//! The engine in a worker of its own.
//!
//! To the worker: an array of the request's bytes and then its files, which the browser hands over without
//! copying, and the ports of more workers when a load is worth them. From the worker: the bytes of one event a message,
//! their buffer transferred. The other workers talk to the first one; the page hears of them only that they have started,
//! and when they crash. One of them is up before it is needed.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use flow_core::session::message::{Command, Event, FileMeta, Request};
use flow_core::session::n_shards_for;
use flow_worker::wire;
use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, File, MessageChannel, MessageEvent, MessagePort, Worker};

use super::link::{Link, Listener};

pub struct WorkerLink {
    lead: Hand,
    shards: Rc<RefCell<Shards>>,
    /// Text in all files so far, about.
    n_text_bytes: Cell<u64>,
}

/// The workers beside the first.
struct Shards {
    at_work: Vec<Hand>,
    /// One that is up before anybody knows whether a load will be worth it: coming up takes as long as reading a hundred
    /// megabytes, and keeps a core from the first chart.
    spare: Option<Shard>,
    listener: Listener,
}

/// With the lead's end of its port.
struct Shard {
    hand: Hand,
    port: MessagePort,
}

/// A worker that is listened to until it is dropped, which ends it.
struct Hand {
    worker: Worker,
    role: Rc<Cell<Role>>,
    // Held for as long as the worker calls them.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Lead,
    Shard,
    /// A shard that nobody has been given yet.
    Spare,
    /// A spare one that the browser has ended, or that has ended itself: nobody misses it.
    Gone,
}

impl WorkerLink {
    /// `None` where this browser lets no worker be made.
    pub fn start(listener: Listener) -> Option<WorkerLink> {
        let shards = Shards { at_work: Vec::new(), spare: None, listener: listener.clone() };
        let shards = Rc::new(RefCell::new(shards));
        // Once the first one is up, so that it need not wait for another.
        let has_started = {
            let shards = Rc::downgrade(&shards);
            move || {
                if let Some(shards) = shards.upgrade()
                    && n_cores() > 1
                {
                    shards.borrow_mut().keep_a_spare();
                }
            }
        };
        let lead = Hand::start(listener, Role::Lead, has_started)?;
        Some(WorkerLink { lead, shards, n_text_bytes: Cell::new(0) })
    }

    /// Puts as many shards to work as are worth while; the lead's ends of their ports.
    fn grow(&self, n_text_bytes: u64) -> Vec<MessagePort> {
        self.n_text_bytes.set(self.n_text_bytes.get().saturating_add(n_text_bytes));
        let n_wanted = usize::from(n_shards_for(self.n_text_bytes.get(), n_cores())) - 1;
        self.shards.borrow_mut().grow(n_wanted)
    }
}

impl Shards {
    fn keep_a_spare(&mut self) {
        if self.spare.is_none() && self.at_work.is_empty() {
            self.spare = Shard::start(self.listener.clone());
        }
    }

    fn grow(&mut self, n_wanted: usize) -> Vec<MessagePort> {
        let mut ports = Vec::new();
        while self.at_work.len() < n_wanted {
            let spare = self.spare.take().filter(|spare| spare.hand.role.get() == Role::Spare);
            let Some(shard) = spare.or_else(|| Shard::start(self.listener.clone())) else { break };
            shard.hand.role.set(Role::Shard);
            self.at_work.push(shard.hand);
            ports.push(shard.port);
        }
        ports
    }
}

impl Shard {
    fn start(listener: Listener) -> Option<Shard> {
        let channel = MessageChannel::new().ok()?;
        let hand = Hand::start(listener, Role::Spare, || {})?;
        let parts = Array::of1(&channel.port2());
        hand.worker.post_message_with_transfer(&parts, &parts).ok()?;
        Some(Shard { hand, port: channel.port1() })
    }
}

impl Hand {
    /// `when_up` is called with the first thing that the worker says.
    fn start(listener: Listener, role: Role, when_up: impl FnOnce() + 'static) -> Option<Hand> {
        let worker = spawn_worker().ok()?;
        let role = Rc::new(Cell::new(role));
        let has_started = Rc::new(Cell::new(false));
        let mut when_up = Some(when_up);
        let Listener { on_event, on_broken } = listener.clone();
        let on_message = Closure::new({
            let (role, has_started) = (Rc::clone(&role), Rc::clone(&has_started));
            move |message: MessageEvent| {
                has_started.set(true);
                match wire::decode_event(&Uint8Array::new(&message.data()).to_vec()) {
                    Ok(Event::Crashed { .. }) if role.get() == Role::Spare => role.set(Role::Gone),
                    Ok(event) => on_event(event),
                    Err(message) => on_broken(message),
                }
                if let Some(when_up) = when_up.take() {
                    when_up();
                }
            }
        });
        let on_error = Closure::new({
            let role = Rc::clone(&role);
            move |error: ErrorEvent| {
                // A worker whose program could not be loaded says nothing.
                let message =
                    Some(error.message()).filter(|message| !message.is_empty() && message != "undefined");
                let message =
                    message.unwrap_or_else(|| "The browser ended the worker without saying why".to_owned());
                match role.get() {
                    Role::Spare | Role::Gone => role.set(Role::Gone),
                    // Without it the load is slower, no more: a shard that never comes up is never given anything.
                    Role::Shard if !has_started.get() => {}
                    Role::Shard | Role::Lead => (listener.on_broken)(message),
                }
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Hand { worker, role, _on_message: on_message, _on_error: on_error })
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
