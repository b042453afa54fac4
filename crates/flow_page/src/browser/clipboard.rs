//! The clipboard.

use wasm_bindgen_futures::JsFuture;

/// Puts text on the clipboard; `on_end` learns whether the browser let us.
pub fn copy(text: &str, on_end: impl FnOnce(bool) + 'static) {
    // Not there on a page that was not served securely, whatever its type says.
    let clipboard = web_sys::window()
        .map(|window| window.navigator().clipboard())
        .filter(|clipboard| !AsRef::<wasm_bindgen::JsValue>::as_ref(clipboard).is_undefined());
    let Some(clipboard) = clipboard else { return on_end(false) };
    let written = clipboard.write_text(text);
    wasm_bindgen_futures::spawn_local(async move {
        on_end(JsFuture::from(written).await.is_ok());
    });
}
