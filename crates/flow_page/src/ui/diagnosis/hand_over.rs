//! The report to hand over: its format, and whether addresses are replaced.

use flow_core::analysis::findings::CauseId;
use flow_core::report::ReportFormat;
use flow_core::session::message::{Answer, ExportKind, HandOver as HandedOver, Question};
use leptos::prelude::*;

use crate::browser::download::Download;
use crate::browser::{clock, random};
use crate::engine::Engine;
use crate::state::AppState;

#[component]
pub(super) fn HandOver(left_out: RwSignal<Vec<CauseId>>) -> impl IntoView {
    let state = AppState::get();
    let engine = Engine::get();
    let has_pseudonyms = RwSignal::new(false);
    let save = move |format: ReportFormat| {
        let pseudonym_key = match has_pseudonyms.get_untracked() {
            false => None,
            true => match random::key() {
                Some(key) => Some(key),
                None => {
                    state.notify(
                        "Nothing was saved: the browser gives no random numbers, without which pseudonyms could be guessed"
                            .to_owned(),
                    );
                    return;
                }
            },
        };
        let hand_over = HandedOver {
            left_out: left_out.get_untracked(),
            format,
            pseudonym_key,
            made_secs: clock::unix_secs(),
        };
        let kind = ExportKind::HandOver(hand_over);
        let question = Question::Export { kind, filter: state.filter.get_untracked(), sort: None };
        let download = Download::default();
        let parts = download.clone();
        let on_end = move |result: Result<Answer, String>| {
            let saved = match result {
                Ok(Answer::Exported { file_name, media_type }) => {
                    download.save(&file_name, &media_type).map(|()| format!("The report went to {file_name}"))
                }
                Ok(_) => Err("The engine answered something else".to_owned()),
                Err(message) => Err(message),
            };
            state.notify(saved.unwrap_or_else(|message| format!("Nothing was saved: {message}")));
        };
        engine.export(question, move |part: Vec<u8>| parts.push(&part), on_end);
    };
    view! {
        <div class="hand-over" role="group" aria-label="Report">
            <label title="Networks stay networks and private addresses private; the same address is the same one throughout. Names and ids stay as they are">
                <input type="checkbox" prop:checked=has_pseudonyms on:change=move |_| has_pseudonyms.update(|has| *has = !*has)/>
                " replace addresses"
            </label>
            <button type="button" class="button is-small" on:click=move |_| save(ReportFormat::Html)>"Report (HTML)"</button>
            <button type="button" class="button is-small" on:click=move |_| save(ReportFormat::Markdown)>"Report (Markdown)"</button>
        </div>
    }
}
