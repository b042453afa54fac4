//! When the engine is gone: why, and how to carry on.

use leptos::prelude::*;

use crate::engine::{Engine, EngineState};

/// What was answered before stays on screen behind it.
#[component]
pub fn CrashNotice() -> impl IntoView {
    let engine = Engine::get();
    let message = Memo::new(move |_| match engine.state.get() {
        EngineState::Crashed { message } => Some(message),
        EngineState::Running | EngineState::RunningInPage => None,
    });
    move || {
        message.get().map(|message| {
            view! {
                <section class="banner is-bad" role="alert" aria-label="The engine has stopped">
                    <p class="banner-title">
                        "The engine has stopped, and nothing more is worked out until it is started again"
                    </p>
                    <p class="banner-detail"><code>{message}</code></p>
                    <div class="banner-actions">
                        <button type="button" class="button" on:click=move |_| engine.start_again(true)>
                            "Start again with the same files"
                        </button>
                        <button type="button" class="button" on:click=move |_| engine.start_again(false)>
                            "Start empty"
                        </button>
                    </div>
                </section>
            }
        })
    }
}
