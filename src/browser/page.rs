//! The document that the page is mounted in.

use wasm_bindgen::JsCast;

/// Whether this runs in a worker, where there is no page.
pub fn is_worker() -> bool {
    js_sys::global().is_instance_of::<web_sys::DedicatedWorkerGlobalScope>()
}

/// Where the page goes; the message that stood there while it was loading is removed.
pub fn take_root() -> Option<web_sys::HtmlElement> {
    let document = web_sys::window()?.document()?;
    if let Some(message) = document.get_element_by_id("boot-message") {
        message.remove();
    }
    document.get_element_by_id("app")?.dyn_into().ok()
}
