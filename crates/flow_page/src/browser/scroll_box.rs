//! How far an element is scrolled.

use web_sys::Element;

/// In whole pixels.
pub fn top_px(element: &Element) -> f64 {
    f64::from(element.scroll_top())
}

pub fn set_top_px(element: &Element, px: f64) {
    element.set_scroll_top(px.round() as i32);
}
