//! A place in the document that nobody sees or reaches, laid out and styled like the page.

use wasm_bindgen::JsCast;
use web_sys::{
    Element, Event, EventInit, HtmlElement, HtmlInputElement, KeyboardEvent, KeyboardEventInit,
    ShadowRootInit, ShadowRootMode,
};

/// Gone from the document when dropped.
pub struct OffScreen {
    host: Element,
    root: HtmlElement,
}

impl OffScreen {
    /// `None` where the browser makes no closed shadow tree: what is in one is found by no id, no selector and no
    /// keyboard, so that it cannot be taken for the page.
    pub fn new() -> Option<OffScreen> {
        let document = web_sys::window()?.document()?;
        let host = document.create_element("div").ok()?;
        for (name, value) in [("class", "off-screen"), ("aria-hidden", "true"), ("inert", "")] {
            host.set_attribute(name, value).ok()?;
        }
        let shadow = host.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Closed)).ok()?;
        // The page's own style, as what is outside of a shadow tree does not style what is inside.
        let style = document.query_selector("style").ok()??.clone_node_with_deep(true).ok()?;
        shadow.append_child(&style).ok()?;
        let root: HtmlElement = document.create_element("div").ok()?.dyn_into().ok()?;
        shadow.append_child(&root).ok()?;
        document.body()?.append_child(&host).ok()?;
        Some(OffScreen { host, root })
    }

    /// What to mount in.
    pub fn root(&self) -> HtmlElement {
        self.root.clone()
    }

    /// Types into a field that is mounted in it, and presses Enter. Nobody outside hears of it.
    pub fn type_into(&self, id: &str, text: &str) {
        let field = self.root.query_selector(&format!("#{id}")).ok().flatten();
        let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) else { return };
        field.set_value(text);
        // Events bubble, but not out of a shadow tree if they are not made to.
        let (input, enter) = (EventInit::new(), KeyboardEventInit::new());
        input.set_bubbles(true);
        enter.set_bubbles(true);
        enter.set_key("Enter");
        let typed = Event::new_with_event_init_dict("input", &input).ok();
        let pressed = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &enter).ok();
        for event in typed.into_iter().chain(pressed.map(KeyboardEvent::into)) {
            let _ = field.dispatch_event(&event);
        }
    }
}

impl Drop for OffScreen {
    fn drop(&mut self) {
        self.host.remove();
    }
}
