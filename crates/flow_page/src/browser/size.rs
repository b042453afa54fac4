//! How large an element is on screen.

use leptos::html::ElementType;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Element, ResizeObserver};

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

/// Follows the size of an element's content for as long as the caller's component is there; nothing at first.
pub fn size_of<E>(node: NodeRef<E>) -> ReadSignal<Size>
where
    E: ElementType,
    E::Output: JsCast + Clone + AsRef<Element> + 'static,
{
    let (size, set_size) = signal(Size::default());
    // What is observed, held for as long as the browser calls it.
    let watch = StoredValue::new_local(None::<(ResizeObserver, Closure<dyn FnMut()>)>);
    let stop = move || {
        if let Some((observer, _)) = watch.try_update_value(Option::take).flatten() {
            observer.disconnect();
        }
    };
    Effect::new(move |_| {
        // Another element may have taken the place of the one before, whose observer must not call any more.
        stop();
        let Some(element) = node.get() else { return };
        let element = AsRef::<Element>::as_ref(&element).clone();
        let observed = element.clone();
        let on_resize = Closure::new(move || {
            let (width, height) = (f64::from(observed.client_width()), f64::from(observed.client_height()));
            // The observer may outlive the component by one call.
            let is_new = size.try_with_untracked(|last| *last != Size { width, height });
            if is_new == Some(true) {
                set_size.set(Size { width, height });
            }
        });
        let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref());
        if let Ok(observer) = observer {
            observer.observe(&element);
            watch.set_value(Some((observer, on_resize)));
        }
    });
    on_cleanup(stop);
    size
}

/// Where a pointer is, from an element's left edge.
pub fn x_within(element: &Element, event: &web_sys::PointerEvent) -> f64 {
    f64::from(event.client_x()) - element.get_bounding_client_rect().left()
}

/// Sends all that the pointer does until it is let go to the element that listens, wherever it goes.
pub fn capture_pointer(event: &web_sys::PointerEvent) {
    let target = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
    if let Some(target) = target {
        let _ = target.set_pointer_capture(event.pointer_id());
    }
}
