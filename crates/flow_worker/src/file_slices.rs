//! A file's bytes, slice by slice, with one slice read ahead while the last one is parsed.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// Bytes asked for at once. Smaller slices are slower to read (1 MB by three times), larger ones make the first
/// chart and Cancel wait.
const SLICE_BYTES: u64 = 4 * 1024 * 1024;

pub struct FileSlices {
    file: File,
    n_bytes: u64,
    next_offset: u64,
    ahead: Option<JsFuture>,
}

impl FileSlices {
    pub fn new(file: File) -> FileSlices {
        let n_bytes = file.size() as u64;
        FileSlices { file, n_bytes, next_offset: 0, ahead: None }
    }

    /// The next bytes, none at the end; or why the file cannot be read, for a person.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        if self.ahead.is_none() {
            self.ask_ahead()?;
        }
        let Some(ahead) = self.ahead.take() else { return Ok(None) };
        let buffer = ahead.await.map_err(|error| reason(&error))?;
        self.ask_ahead()?;
        Ok(Some(Uint8Array::new(&buffer.unchecked_into::<ArrayBuffer>()).to_vec()))
    }

    fn ask_ahead(&mut self) -> Result<(), String> {
        if self.next_offset >= self.n_bytes {
            return Ok(());
        }
        let end = self.n_bytes.min(self.next_offset + SLICE_BYTES);
        // f64 holds every file size exactly.
        let slice = self
            .file
            .slice_with_f64_and_f64(self.next_offset as f64, end as f64)
            .map_err(|error| reason(&error))?;
        self.ahead = Some(JsFuture::from(slice.array_buffer()));
        self.next_offset = end;
        Ok(())
    }
}

fn reason(error: &JsValue) -> String {
    let message = js_sys::Reflect::get(error, &JsValue::from_str("message"))
        .ok()
        .and_then(|message| message.as_string());
    format!(
        "The browser could not read the file ({}). If it was moved or changed, drop it again.",
        message.unwrap_or_else(|| "no reason given".to_owned())
    )
}
