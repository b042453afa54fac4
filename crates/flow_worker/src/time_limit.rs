//! Waiting for a promise, but not for ever.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    // On the page's thread and in workers alike.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &JsValue, ms: i32, argument: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// What the promise came to; `None` where it has not come to anything within `ms`.
pub async fn within(ms: i32, promise: &Promise) -> Option<Result<JsValue, JsValue>> {
    let late = JsValue::symbol(None);
    let mut timer = JsValue::UNDEFINED;
    let alarm = Promise::new(&mut |resolve, _| {
        timer = set_timeout(&resolve, ms, &late);
    });
    let first = JsFuture::from(Promise::race(&Array::of2(promise, &alarm))).await;
    clear_timeout(&timer);
    (first.as_ref() != Ok(&late)).then_some(first)
}
