//! A file's bytes through a stream that fills our buffers: the fastest way to read that browsers have.

use std::collections::VecDeque;

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use crate::buffer::Buffer;
use crate::watchdog::Watchdog;

/// Bytes of one buffer. Reading gets no faster above, and a parser's call should see no more.
const BUFFER_BYTES: u64 = 1024 * 1024;

/// Buffers that the browser may fill while others are parsed.
const N_BUFFERS: usize = 2;

/// A read that has not come in this time, or twice that, is taken for lost: a disk that must spin up takes some seconds
/// too, but then asking again does no harm.
const STALL_MS: i32 = 2_000;

// web-sys has all of these, in a dozen features and without `min`.
#[wasm_bindgen]
extern "C" {
    type ByteSource;

    #[wasm_bindgen(method, catch)]
    fn stream(this: &ByteSource) -> Result<ByteSource, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(this: &ByteSource, options: &ReaderOptions) -> Result<Reader, JsValue>;

    #[wasm_bindgen(extends = js_sys::Object)]
    type ReaderOptions;
    #[wasm_bindgen(method, setter)]
    fn set_mode(this: &ReaderOptions, mode: &str);

    type Reader;
    #[wasm_bindgen(method)]
    fn read(this: &Reader, view: &Uint8Array, options: &ReadOptions) -> Promise;
    #[wasm_bindgen(method)]
    fn cancel(this: &Reader) -> Promise;

    #[wasm_bindgen(extends = js_sys::Object)]
    type ReadOptions;
    #[wasm_bindgen(method, setter)]
    fn set_min(this: &ReadOptions, n_bytes: u32);

    type ReadResult;
    #[wasm_bindgen(method, getter)]
    fn value(this: &ReadResult) -> Option<Uint8Array>;
}

/// What a read came to.
pub enum Outcome {
    Bytes,
    End,
    /// Nothing came for a long time, and nothing will.
    Stalled,
}

/// Owns its reader. That is more than tidy: Chromium forgets a read whose reader only the read's own continuation
/// holds (9 of 130 loads never ended). What Rust owns is in a table that the garbage collector takes for in use.
pub struct ByteStream {
    reader: Reader,
    /// Held for the same reason.
    _stream: ByteSource,
    _blob: Blob,
    /// Reads under way, in order.
    reads: VecDeque<Promise>,
    watchdog: Watchdog,
}

impl ByteStream {
    /// Starts reading; `None` where this browser has no such streams.
    pub fn open(blob: &Blob) -> Option<ByteStream> {
        let options: ReaderOptions = js_sys::Object::new().unchecked_into();
        options.set_mode("byob");
        let source = blob.unchecked_ref::<ByteSource>().stream().ok()?;
        let reader = source.get_reader(&options).ok()?;
        let mut stream = ByteStream {
            reader,
            _stream: source,
            _blob: blob.clone(),
            reads: VecDeque::new(),
            watchdog: Watchdog::every(STALL_MS),
        };
        let n_bytes = (blob.size() as u64).clamp(1, BUFFER_BYTES) as u32;
        for _ in 0..N_BUFFERS {
            stream.ask(&ArrayBuffer::new(n_bytes));
        }
        Some(stream)
    }

    /// Waits for the next bytes and puts them into `into`, in place of what is there.
    pub async fn next(&mut self, into: &mut Buffer) -> Result<Outcome, JsValue> {
        into.clear();
        let Some(read) = self.reads.pop_front() else { return Ok(Outcome::End) };
        let Some(result) = self.watchdog.wait(read).await else { return Ok(Outcome::Stalled) };
        let Some(view) = result?.unchecked_into::<ReadResult>().value() else { return Ok(Outcome::End) };
        if view.length() == 0 {
            return Ok(Outcome::End);
        }
        into.copy_from(&view);
        // The browser fills it again while what it held is parsed.
        self.ask(&view.buffer());
        Ok(Outcome::Bytes)
    }

    fn ask(&mut self, buffer: &ArrayBuffer) {
        let view = Uint8Array::new(buffer);
        let options: ReadOptions = js_sys::Object::new().unchecked_into();
        // A full buffer costs one wake-up, where as many small pieces would cost one each. Browsers that do not
        // know the option give what they have.
        options.set_min(view.length());
        self.reads.push_back(self.reader.read(&view, &options));
    }
}

impl Drop for ByteStream {
    fn drop(&mut self) {
        // Nobody waits for these any more; a promise that fails unheard is an error on the console.
        for promise in self.reads.drain(..).chain([self.reader.cancel()]) {
            wasm_bindgen_futures::spawn_local(async move {
                let _ = JsFuture::from(promise).await;
            });
        }
    }
}
