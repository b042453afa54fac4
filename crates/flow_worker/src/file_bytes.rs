//! A file's bytes from some place to its last, by the fastest way that works.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::Blob;

use crate::buffer::Buffer;
use crate::byte_stream::{ByteStream, Outcome};
use crate::file_slices::FileSlices;

/// Nothing is asked of the browser before [`FileBytes::begin`] or [`FileBytes::next`].
pub struct FileBytes {
    file: Blob,
    /// Of the next byte to come.
    offset: u64,
    way: Way,
}

enum Way {
    NotBegun,
    Stream(ByteStream),
    /// Where there are no byte streams, or one has stalled or failed.
    Slices(FileSlices),
}

impl FileBytes {
    pub fn new(file: Blob, offset: u64) -> FileBytes {
        FileBytes { file, offset, way: Way::NotBegun }
    }

    /// Lets the browser read ahead, so that the first bytes are there when they are asked for.
    pub fn begin(&mut self) {
        if matches!(self.way, Way::NotBegun) {
            self.way = self.stream().map_or_else(|| self.by_slices(), Way::Stream);
        }
    }

    /// Puts the next bytes into `into`, in place of what is there; false at the end. Or why the file cannot be read,
    /// for a person.
    pub async fn next(&mut self, into: &mut Buffer) -> Result<bool, String> {
        self.begin();
        let is_more = self.read(into).await.map_err(|error| reason(&error))?;
        self.offset += into.bytes().len() as u64;
        Ok(is_more)
    }

    async fn read(&mut self, into: &mut Buffer) -> Result<bool, JsValue> {
        if let Way::Stream(stream) = &mut self.way {
            match stream.next(into).await {
                Ok(Outcome::Bytes) => return Ok(true),
                Ok(Outcome::End) => return Ok(false),
                // Of a stream that fails the browser says "network error" whatever happened. A slice says what did.
                Ok(Outcome::Stalled) | Err(_) => {
                    into.clear();
                    self.way = self.by_slices();
                }
            }
        }
        match &mut self.way {
            Way::Slices(slices) => slices.next(into).await,
            Way::NotBegun | Way::Stream(_) => unreachable!("a stream that gives nothing is given up above"),
        }
    }

    fn stream(&self) -> Option<ByteStream> {
        if self.offset == 0 {
            return ByteStream::open(&self.file);
        }
        // f64 holds every file size exactly.
        ByteStream::open(&self.file.slice_with_f64(self.offset as f64).ok()?)
    }

    fn by_slices(&self) -> Way {
        Way::Slices(FileSlices::new(self.file.clone(), self.offset))
    }
}

fn reason(error: &JsValue) -> String {
    let message =
        Reflect::get(error, &JsValue::from_str("message")).ok().and_then(|message| message.as_string());
    format!(
        "The browser could not read the file ({}). If it was moved or changed, drop it again.",
        message.unwrap_or_else(|| "no reason given".to_owned())
    )
}
