//! A file made in the page and saved by the browser.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// The parts of a file to be. They are kept outside our own memory, which never shrinks again.
#[derive(Clone, Debug, Default)]
pub struct Download {
    parts: Array,
}

impl Download {
    pub fn push(&self, bytes: &[u8]) {
        self.parts.push(&Uint8Array::from(bytes));
    }

    /// Lets the browser save the file under its name.
    pub fn save(&self, file_name: &str, media_type: &str) -> Result<(), String> {
        self.try_save(file_name, media_type)
            .map_err(|error| format!("The browser did not take the file: {error:?}"))
    }

    fn try_save(&self, file_name: &str, media_type: &str) -> Result<(), JsValue> {
        let options = BlobPropertyBag::new();
        options.set_type(media_type);
        let blob = Blob::new_with_u8_array_sequence_and_options(&self.parts, &options)?;
        let url = Url::create_object_url_with_blob(&blob)?;
        let document = web_sys::window().and_then(|window| window.document()).ok_or("no document")?;
        let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
        link.set_href(&url);
        link.set_download(file_name);
        link.click();
        // The browser has taken hold of the file when the click returns; Safari needs a moment longer.
        leptos::prelude::set_timeout(
            move || {
                let _ = Url::revoke_object_url(&url);
            },
            std::time::Duration::from_secs(60),
        );
        Ok(())
    }
}
