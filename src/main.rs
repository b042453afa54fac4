//! Page or worker: one wasm serves both, and this file asks where it runs.
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

fn main() {
    match js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() {
        Ok(scope) => run_worker(scope),
        Err(_) => run_page(),
    }
}

fn run_page() {
    let app = document().get_element_by_id("app").expect("index.html has #app").unchecked_into();
    leptos::mount::mount_to(app, || view! { <h1>"Flowglass"</h1> }).forget();
    if let Some(message) = document().get_element_by_id("boot-message") {
        message.remove();
    }
}

fn run_worker(scope: DedicatedWorkerGlobalScope) {
    let replies = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let _ = replies.post_message(&event.data());
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
}
