//! Edits of rules as text to take away: one of four ways to write them at a time.

use flow_core::config::remedy::render::Written;
use leptos::prelude::*;

use super::copyable::Copyable;

/// In the order of the buttons.
const WAYS: [(&str, fn(&Written) -> &str); 4] = [
    ("AWS CLI", |written| &written.aws_cli),
    ("Terraform", |written| &written.terraform),
    ("CloudFormation", |written| &written.cloudformation),
    ("Undo (AWS CLI)", |written| &written.undo),
];

#[component]
pub fn WrittenEdits(#[prop(into)] written: Signal<Written>) -> impl IntoView {
    let chosen = RwSignal::new(0usize);
    let button = move |(at, (name, _)): (usize, (&'static str, fn(&Written) -> &str))| {
        view! {
            <button
                type="button"
                class="switch-option"
                aria-pressed=move || (chosen.get() == at).to_string()
                on:click=move |_| chosen.set(at)
            >
                {name}
            </button>
        }
    };
    let text = Signal::derive(move || written.with(|written| WAYS[chosen.get()].1(written).to_owned()));
    view! {
        <div class="switch" role="group" aria-label="Written as">
            {WAYS.into_iter().enumerate().map(button).collect_view()}
        </div>
        {move || view! { <Copyable label=WAYS[chosen.get()].0 text/> }}
    }
}
