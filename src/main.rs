//! Page or worker: one wasm serves both, and this file asks where it runs.
use leptos::prelude::*;

fn main() {
    leptos::mount::mount_to_body(|| view! { <p>"Flowglass"</p> });
}
