//! The two ends of a port between the lead and a shard in another worker.
//!
//! To the shard: an array of the request's bytes and, where it is to read, the file. From the shard: the bytes of one
//! reply.

use flow_core::parse::SourceId;
use flow_core::session::Step;
use flow_core::session::shard::Shard;
use flow_core::session::shard_message::{ShardReply, ShardRequest};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{File, MessageEvent, MessagePort};

use crate::runner::{Runner, Work};
use crate::source_files::Place;
use crate::wire;

/// The lead's end.
pub struct ShardPort {
    port: MessagePort,
    // Held for as long as the port calls it.
    _on_message: Closure<dyn Fn(MessageEvent)>,
}

impl ShardPort {
    pub fn new(port: MessagePort, on_reply: impl Fn(ShardReply) + 'static) -> ShardPort {
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            let bytes = message.data().unchecked_into::<Uint8Array>().to_vec();
            on_reply(wire::decode(&bytes).expect("both ends are the same program"));
        });
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        ShardPort { port, _on_message: on_message }
    }

    pub fn post(&self, request: &ShardRequest, file: Option<File>) {
        let bytes = Uint8Array::from(wire::encode(request).as_slice());
        let message = Array::of1(&bytes);
        if let Some(file) = file {
            message.push(&file);
        }
        // Fails only where the page is gone.
        let _ = self.port.post_message_with_transferable(&message, &Array::of1(&bytes.buffer()));
    }
}

/// A shard that does what comes through its port, for as long as the worker lives.
pub fn serve_shard(port: MessagePort, now_ms: fn() -> f64) {
    let to_lead = port.clone();
    let say = move |reply: ShardReply| {
        let bytes = Uint8Array::from(wire::encode(&reply).as_slice());
        let _ = to_lead.post_message_with_transferable(&bytes, &Array::of1(&bytes.buffer()));
    };
    say(ShardReply::Ready);
    let runner = Runner::new(Served::default(), Box::new(say), now_ms);
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
        let parts: Array = message.data().unchecked_into();
        let bytes = parts.get(0).unchecked_into::<Uint8Array>().to_vec();
        let request = wire::decode::<ShardRequest>(&bytes).expect("both ends are the same program");
        if let ShardRequest::Read(stretch) = &request
            && let Ok(file) = parts.get(1).dyn_into::<File>()
        {
            runner.add_file(stretch.file, file);
        }
        runner.give(|served, _| served.shard.submit(request));
    });
    port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // Lives as long as the worker.
    on_message.forget();
}

#[derive(Default)]
struct Served {
    shard: Shard,
    replies: Vec<ShardReply>,
}

impl Work for Served {
    type Word = ShardReply;

    fn step(&mut self, now_ms: f64) -> Step {
        self.shard.step(now_ms, &mut |reply| self.replies.push(reply))
    }

    fn place(&self, source: SourceId) -> Option<Place> {
        self.shard.place(source)
    }

    fn upcoming(&self) -> Vec<Place> {
        self.shard.upcoming().collect()
    }

    fn piece_bytes(&self, source: SourceId) -> usize {
        self.shard.piece_bytes(source)
    }

    fn push(&mut self, source: SourceId, bytes: &[u8], now_ms: f64) {
        self.shard.push(source, bytes, now_ms, &mut |reply| self.replies.push(reply));
    }

    fn finish(&mut self, source: SourceId, _now_ms: f64) {
        self.shard.finish(source, &mut |reply| self.replies.push(reply));
    }

    fn fail(&mut self, source: SourceId, message: &str, _now_ms: f64) {
        self.shard.fail(source, message, &mut |reply| self.replies.push(reply));
    }

    fn take_words(&mut self) -> Vec<ShardReply> {
        std::mem::take(&mut self.replies)
    }
}
