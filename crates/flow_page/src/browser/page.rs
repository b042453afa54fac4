//! The document that the page is mounted in.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement};

/// Whether this runs in a worker, where there is no page.
pub fn is_worker() -> bool {
    js_sys::global().is_instance_of::<web_sys::DedicatedWorkerGlobalScope>()
}

/// Where the page goes; the message that stood there while it was loading is removed.
pub fn take_root() -> Option<HtmlElement> {
    let document = document()?;
    if let Some(message) = document.get_element_by_id("boot-message") {
        message.remove();
    }
    document.get_element_by_id("app")?.dyn_into().ok()
}

/// The page itself has failed and cannot go on: says so above what is left of it.
pub fn say_broken(message: &str) {
    let Some(document) = document() else { return };
    let (Ok(alert), Some(body)) = (document.create_element("div"), document.body()) else { return };
    let _ = alert.set_attribute("role", "alert");
    let _ = alert.set_attribute("class", "banner is-bad");
    let sentence = "Flowglass has failed and cannot go on. Reload the page to start again.";
    alert.set_text_content(Some(&format!("{sentence} {message}")));
    let _ = body.prepend_with_node_1(&alert);
    web_sys::console::error_1(&message.into());
}

pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// `None` leaves the choice to the system.
pub fn set_theme(name: Option<&str>) {
    let Some(root) = document().and_then(|document| document.document_element()) else { return };
    let _ = match name {
        Some(name) => root.set_attribute("data-theme", name),
        None => root.remove_attribute("data-theme"),
    };
}

/// Moves the keyboard's focus to the element with this id.
pub fn focus(id: &str) {
    let element = document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Whether an event is about a field that takes text, so that keys and pastes are meant for it.
pub fn is_typing(event: &web_sys::Event) -> bool {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return false;
    };
    element
        .closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")
        .is_ok_and(|field| field.is_some())
}

/// What an event on, or in, an element that matches `part` finds as the attribute of the `whole` around it. Lets one
/// listener serve many elements.
pub fn attribute_around(event: &web_sys::Event, part: &str, whole: &str, attribute: &str) -> Option<String> {
    let element: Element = event.target()?.dyn_into().ok()?;
    element.closest(part).ok()??.closest(whole).ok()??.get_attribute(attribute)
}

/// Whether a dialog lies over the page.
pub fn has_open_dialog() -> bool {
    document().and_then(|document| document.query_selector("dialog[open]").ok().flatten()).is_some()
}

/// Whether an event is about an element or what is in it.
pub fn is_within(event: &web_sys::Event, element: &Element) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    element.contains(target.as_ref())
}

/// Whether the focus of an event that takes it away stays within the element that listens.
pub fn focus_stays_within(event: &web_sys::FocusEvent) -> bool {
    let container = event.current_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    let next = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    container.is_some_and(|container| container.contains(next.as_ref()))
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}
