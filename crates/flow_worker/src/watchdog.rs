//! Notices that what is waited for does not come.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    // On the page's thread and in workers alike.
    #[wasm_bindgen(js_name = setInterval)]
    fn set_interval(callback: &JsValue, ms: i32) -> JsValue;
    #[wasm_bindgen(js_name = clearInterval)]
    fn clear_interval(timer: &JsValue);
}

/// Looks from time to time, which costs nothing between two looks: a timer for each wait, and a race with it, took a
/// twentieth of the time in which a large file is read.
pub struct Watchdog {
    watched: Rc<Watched>,
    timer: JsValue,
    // Held for as long as the timer calls it.
    _look: Closure<dyn Fn()>,
}

#[derive(Default)]
struct Watched {
    wait: Cell<Wait>,
    waker: RefCell<Option<Waker>>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Wait {
    #[default]
    None,
    Begun,
    /// Under way at the last look.
    Seen,
    Late,
}

impl Watched {
    fn look(&self) {
        self.wait.set(match self.wait.get() {
            Wait::Begun => Wait::Seen,
            Wait::Seen => Wait::Late,
            other => other,
        });
        if self.wait.get() == Wait::Late
            && let Some(waker) = self.waker.take()
        {
            waker.wake();
        }
    }
}

impl Watchdog {
    /// Looks every `ms`: a wait is given up after one to two times as long.
    pub fn every(ms: i32) -> Watchdog {
        let watched = Rc::<Watched>::default();
        let look = Closure::<dyn Fn()>::new({
            let watched = Rc::clone(&watched);
            move || watched.look()
        });
        let timer = set_interval(look.as_ref(), ms);
        Watchdog { watched, timer, _look: look }
    }

    /// What the promise came to; `None` where it has not come to anything for too long.
    pub async fn wait(&self, promise: Promise) -> Option<Result<JsValue, JsValue>> {
        self.watched.wait.set(Wait::Begun);
        let mut promise = JsFuture::from(promise);
        let outcome = poll_fn(|context| match Pin::new(&mut promise).poll(context) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending if self.watched.wait.get() == Wait::Late => Poll::Ready(None),
            Poll::Pending => {
                self.watched.waker.replace(Some(context.waker().clone()));
                Poll::Pending
            }
        })
        .await;
        self.watched.wait.set(Wait::None);
        outcome
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        clear_interval(&self.timer);
    }
}
