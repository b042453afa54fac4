//! The page of Flowglass. One wasm serves the page and its workers, and [`start`] asks where it runs.

mod app;
mod browser;
mod engine;
mod rehearsal;
mod state;
mod ui;

/// Begins to be what this is: a worker, or the page.
pub fn start() {
    if browser::page::is_worker() {
        flow_worker::start();
    } else if let Some(root) = browser::page::take_root() {
        std::panic::set_hook(Box::new(|panic| browser::page::say_broken(&panic.to_string())));
        leptos::mount::mount_to(root, app::App).forget();
    }
}
