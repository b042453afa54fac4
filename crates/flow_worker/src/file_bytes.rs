//! A file's bytes from its first to its last, by the fastest way that works.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::Blob;

use crate::byte_stream::{ByteStream, Outcome};
use crate::file_slices::FileSlices;

/// Nothing is asked of the browser before [`FileBytes::begin`] or [`FileBytes::next`].
pub struct FileBytes {
    file: Blob,
    n_bytes_read: u64,
    way: Way,
}

enum Way {
    NotBegun,
    Stream(ByteStream),
    /// Where there are no byte streams, or one has stalled.
    Slices(FileSlices),
}

impl FileBytes {
    pub fn new(file: Blob) -> FileBytes {
        FileBytes { file, n_bytes_read: 0, way: Way::NotBegun }
    }

    /// Lets the browser read ahead, so that the first bytes are there when they are asked for.
    pub fn begin(&mut self) {
        if matches!(self.way, Way::NotBegun) {
            self.way = match ByteStream::open(&self.file) {
                Some(stream) => Way::Stream(stream),
                None => self.by_slices(),
            };
        }
    }

    /// Puts the next bytes into `into`, in place of what is there; false at the end. Or why the file cannot be read,
    /// for a person.
    pub async fn next(&mut self, into: &mut Vec<u8>) -> Result<bool, String> {
        self.begin();
        let is_more = self.read(into).await.map_err(|error| reason(&error))?;
        self.n_bytes_read += into.len() as u64;
        Ok(is_more)
    }

    async fn read(&mut self, into: &mut Vec<u8>) -> Result<bool, JsValue> {
        if let Way::Stream(stream) = &mut self.way {
            match stream.next(into).await? {
                Outcome::Bytes => return Ok(true),
                Outcome::End => return Ok(false),
                Outcome::Stalled => self.way = self.by_slices(),
            }
        }
        match &mut self.way {
            Way::Slices(slices) => slices.next(into).await,
            Way::NotBegun | Way::Stream(_) => unreachable!("a stream that stalls is given up above"),
        }
    }

    fn by_slices(&self) -> Way {
        Way::Slices(FileSlices::new(self.file.clone(), self.n_bytes_read))
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
