//! The URL's fragment and the browser's history.

use wasm_bindgen::JsValue;

/// What stands after the `#`; empty where nothing does.
pub fn fragment() -> String {
    let hash = web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default();
    hash.strip_prefix('#').map(str::to_owned).unwrap_or(hash)
}

/// Adds an entry to the history, which Back leaves.
pub fn push_fragment(fragment: &str) {
    if let Some(history) = history() {
        // Refused where a page changes it hundreds of times a minute; the next change makes up for it.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&format!("#{fragment}")));
    }
}

/// Changes the entry that the history is at.
pub fn replace_fragment(fragment: &str) {
    if let Some(history) = history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{fragment}")));
    }
}

fn history() -> Option<web_sys::History> {
    web_sys::window()?.history().ok()
}
