//! A file's bytes, slice by slice, with one slice read ahead while the last one is parsed: what every browser can,
//! slower than a [`crate::byte_stream`].

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use crate::buffer::Buffer;

/// Bytes asked for at once. Smaller slices are slower to read (1 MB by three times), larger ones make the first
/// chart and Cancel wait.
const SLICE_BYTES: u64 = 4 * 1024 * 1024;

pub struct FileSlices {
    file: Blob,
    next_offset: u64,
    end: u64,
    ahead: Option<JsFuture>,
}

impl FileSlices {
    /// The bytes from `offset` to the end of the file.
    pub fn new(file: Blob, offset: u64) -> FileSlices {
        let end = file.size() as u64;
        FileSlices { file, next_offset: offset, end, ahead: None }
    }

    /// Waits for the next bytes and puts them into `into`, in place of what is there; false at the end.
    pub async fn next(&mut self, into: &mut Buffer) -> Result<bool, JsValue> {
        into.clear();
        if self.ahead.is_none() {
            self.ask_ahead()?;
        }
        let Some(ahead) = self.ahead.take() else { return Ok(false) };
        let slice = Uint8Array::new(&ahead.await?.unchecked_into::<ArrayBuffer>());
        self.ask_ahead()?;
        into.copy_from(&slice);
        Ok(true)
    }

    fn ask_ahead(&mut self) -> Result<(), JsValue> {
        if self.next_offset >= self.end {
            return Ok(());
        }
        let end = self.end.min(self.next_offset + SLICE_BYTES);
        // f64 holds every file size exactly.
        let slice = self.file.slice_with_f64_and_f64(self.next_offset as f64, end as f64)?;
        self.ahead = Some(JsFuture::from(slice.array_buffer()));
        self.next_offset = end;
        Ok(())
    }
}
