//! Numbers that nobody can guess.

/// A key of 16 random bytes; `None` where the browser has none to give.
pub fn key() -> Option<[u8; 16]> {
    let mut key = [0; 16];
    web_sys::window()?.crypto().ok()?.get_random_values_with_u8_array(&mut key).ok()?;
    Some(key)
}
