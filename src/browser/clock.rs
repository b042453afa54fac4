//! Time.

/// Milliseconds since some fixed moment.
pub fn now_ms() -> f64 {
    js_sys::Date::now()
}
