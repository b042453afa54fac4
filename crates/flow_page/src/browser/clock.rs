//! Time as the browser counts it.

use std::time::Duration;

use js_sys::Promise;
use wasm_bindgen_futures::JsFuture;

/// Milliseconds since the page was opened; never goes back.
pub fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Seconds since 1970, by the machine's clock.
pub fn unix_secs() -> u64 {
    (js_sys::Date::now() / 1000.0) as u64
}

/// Resolves after so long, when other tasks that are due have had their turn.
pub async fn pause(duration: Duration) {
    let promise = Promise::new(&mut |resolve, _| {
        let resolve = move || _ = resolve.call0(&wasm_bindgen::JsValue::UNDEFINED);
        leptos::prelude::set_timeout(resolve, duration);
    });
    // It is never rejected.
    let _ = JsFuture::from(promise).await;
}
