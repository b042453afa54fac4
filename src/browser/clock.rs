//! Time as the browser counts it.

/// Milliseconds since some fixed moment; only differences mean anything.
pub fn now_ms() -> f64 {
    js_sys::Date::now()
}
