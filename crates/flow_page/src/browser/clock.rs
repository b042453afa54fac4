//! Time as the browser counts it.

/// Milliseconds since the page was opened; never goes back.
pub fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Seconds since 1970, by the machine's clock.
pub fn unix_secs() -> u64 {
    (js_sys::Date::now() / 1000.0) as u64
}
