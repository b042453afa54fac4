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
            let advice = tells_of_memory(&message).then_some(
                "Most likely the browser's memory ran out. With the same files it may again: start empty and \
                 open fewer files at a time, or load a few and keep less of them (Files, “Load again with …”) \
                 before you add the others.",
            );
            view! {
                <section class="banner is-bad" role="alert" aria-label="The engine has stopped">
                    <p class="banner-title">
                        "The engine has stopped, and nothing more is worked out until it is started again"
                    </p>
                    {advice.map(|advice| view! { <p class="banner-detail">{advice}</p> })}
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

/// Whether a worker ended as those do that get no memory. A program that breaks off says its reason; one that gets no
/// memory cannot, and what the browser then tells of is the instruction that it ended with, which it calls unreachable.
fn tells_of_memory(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    let is_said_by_program = message.contains("panicked at");
    !is_said_by_program
        && ["unreachable", "out of memory", "allocation failed"].iter().any(|words| message.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_browsers_say_of_a_program_without_memory_is_known_from_what_it_says_itself() {
        for of_memory in [
            // Chromium, Firefox, Safari.
            "Uncaught RuntimeError: unreachable",
            "RuntimeError: unreachable executed",
            "RuntimeError: Unreachable code should not be executed (evaluating 'wasm.run()')",
            "out of memory",
            "Uncaught RangeError: Array buffer allocation failed",
        ] {
            assert!(tells_of_memory(of_memory), "{of_memory}");
        }
        for of_something_else in [
            "panicked at crates/flow_core/src/store/mod.rs:1:1:\ninternal error: entered unreachable code",
            "Uncaught RangeError: Maximum call stack size exceeded",
            "The browser ended the worker without saying why",
        ] {
            assert!(!tells_of_memory(of_something_else), "{of_something_else}");
        }
    }
}
