//! Letting the event loop take a turn: messages that wait are handled, then work goes on.

use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// Resolves after one turn of the event loop.
///
/// A message to ourselves, not a timer: nested timers wait at least 4 ms each, which would cost a tenth of the
/// loading time.
pub async fn turn() {
    let Ok(channel) = MessageChannel::new() else { return };
    let promise = Promise::new(&mut |resolve, _| {
        let done = Closure::once_into_js(move || {
            // The only way to fail is that the promise's own realm is gone, and we with it.
            let _ = resolve.call0(&wasm_bindgen::JsValue::NULL);
        });
        channel.port1().set_onmessage(Some(done.unchecked_ref()));
        let _ = channel.port2().post_message(&wasm_bindgen::JsValue::NULL);
    });
    let _ = JsFuture::from(promise).await;
    // An open port keeps its channel alive.
    channel.port1().close();
}
