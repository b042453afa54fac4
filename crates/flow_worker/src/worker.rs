//! The engine in a dedicated worker, or one of its shards.
//!
//! A message to the worker is an array: the bytes of a request, then the files it speaks of and the ports of shards
//! that join. A message from the worker is the bytes of one event, the first of them that it has started. A worker whose
//! first message is but a port is the shard at that end of it.

use std::cell::Cell;
use std::rc::Rc;

use flow_core::session::message::Event;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent, MessagePort};

use crate::port::serve_shard;
use crate::warm_up::warm_up;
use crate::{Engine, wire};

/// Serves requests until the worker ends. Call once, in a worker.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        // After a panic the module cannot go on; this event is the last thing it says.
        post(&Event::Crashed { message: panic.to_string() });
    }));
    let engine = Engine::new(Rc::new(|event| post(&event)), now_ms);
    let is_wanted = Rc::new(Cell::new(false));
    let has_work = Rc::clone(&is_wanted);
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
        has_work.set(true);
        let parts: Array = message.data().unchecked_into();
        let bytes = match parts.get(0).dyn_into::<MessagePort>() {
            Ok(port) => return serve_shard(port, now_ms),
            Err(bytes) => bytes.unchecked_into::<Uint8Array>().to_vec(),
        };
        let mut files = Vec::new();
        for part in parts.iter().skip(1) {
            match part.dyn_into::<MessagePort>() {
                Ok(port) => engine.add_shard(port),
                Err(file) => files.push(file.unchecked_into::<File>()),
            }
        }
        match wire::decode_request(&bytes) {
            Ok(request) => engine.handle(request, files),
            Err(message) => post(&Event::Crashed { message }),
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // Lives as long as the worker.
    on_message.forget();
    post(&Event::Started);
    wasm_bindgen_futures::spawn_local(async move { warm_up(&is_wanted).await });
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn now_ms() -> f64 {
    scope().performance().map_or(0.0, |performance| performance.now())
}

fn post(event: &Event) {
    let bytes = Uint8Array::from(wire::encode_event(event).as_slice());
    let transfer = Array::of1(&bytes.buffer());
    // Fails only where the page is gone.
    let _ = scope().post_message_with_transfer(&bytes, &transfer);
}
