//! What the browser remembers for this page: the choice of light or dark, never anything from a log.
//!
//! A browser may refuse; then the page starts the next time as if it were the first.

use web_sys::Storage;

/// Keeps these names apart from those of other pages under the same host.
const PREFIX: &str = "flowglass.";

pub fn get(key: &str) -> Option<String> {
    storage()?.get_item(&format!("{PREFIX}{key}")).ok().flatten()
}

pub fn set(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&format!("{PREFIX}{key}"), value);
    }
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
