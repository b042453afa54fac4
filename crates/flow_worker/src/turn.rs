//! Letting the event loop take a turn: messages that wait are handled, then work goes on.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageChannel, MessagePort};

/// Messages to ourselves, not timers: nested timers wait at least 4 ms each, which would cost a tenth of the
/// loading time.
struct Turns {
    to_ourselves: MessagePort,
    /// Called one after the other, each by a message.
    waiting: Rc<RefCell<VecDeque<Function>>>,
    // Held for as long as there may be messages.
    _from_ourselves: MessagePort,
    _on_message: Closure<dyn Fn()>,
}

thread_local! {
    /// One for all turns: a channel for each costs more than the turn.
    static TURNS: Option<Turns> = Turns::new();
}

impl Turns {
    fn new() -> Option<Turns> {
        let channel = MessageChannel::new().ok()?;
        let waiting = Rc::<RefCell<VecDeque<Function>>>::default();
        let on_message = Closure::<dyn Fn()>::new({
            let waiting = Rc::clone(&waiting);
            move || {
                let done = waiting.borrow_mut().pop_front();
                if let Some(done) = done {
                    // The only way to fail is that the promise's own realm is gone, and we with it.
                    let _ = done.call0(&JsValue::NULL);
                }
            }
        });
        channel.port1().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let (from_ourselves, to_ourselves) = (channel.port1(), channel.port2());
        Some(Turns { to_ourselves, waiting, _from_ourselves: from_ourselves, _on_message: on_message })
    }

    fn take(&self) -> Promise {
        Promise::new(&mut |resolve, _| {
            self.waiting.borrow_mut().push_back(resolve);
            let _ = self.to_ourselves.post_message(&JsValue::NULL);
        })
    }
}

/// Resolves after one turn of the event loop; at once where there are no channels.
pub async fn turn() {
    if let Some(promise) = TURNS.with(|turns| turns.as_ref().map(Turns::take)) {
        let _ = JsFuture::from(promise).await;
    }
}
