//! "Keep only …": a filter, as in the filter field, asked of every row while it is read.

use flow_core::intake::LoadOptions;
use flow_core::query::{Filter, FilterError, parse_filter_with};
use leptos::ev;
use leptos::prelude::*;

use super::load_again;
use crate::engine::Engine;
use crate::state::AppState;
use crate::ui::filter_bar::MistakeView;
use crate::ui::prose::Prose;

/// Why the text cannot be kept by.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mistake {
    Text(FilterError),
    /// It can be read, but not asked of rows one by one; a sentence says what and why.
    Undecided(String),
}

/// The options in force, with another filter.
fn read(text: &str, columns: &[String], in_force: LoadOptions) -> Result<LoadOptions, Mistake> {
    let keep = parse_filter_with(text, columns).map_err(Mistake::Text)?;
    let options = LoadOptions { keep, ..in_force };
    match options.check() {
        Ok(()) => Ok(options),
        Err(cannot_keep) => Err(Mistake::Undecided(cannot_keep.to_string())),
    }
}

#[component]
pub(super) fn KeepOnly(id: &'static str) -> impl IntoView {
    let state = AppState::get();
    let engine = Engine::get();
    // What is looked at, of what is kept already; until the reader writes something else.
    let offered = Memo::new(move |_| {
        let keep = state.load_options.with(|options| options.keep.clone());
        keep.and(state.timeline_filter.get()).to_string()
    });
    let typed = RwSignal::new(None::<String>);
    let text = Memo::new(move |_| typed.get().unwrap_or_else(|| offered.get()));
    let options = Memo::new(move |_| {
        let columns = state.column_names.get();
        text.with(|text| read(text, &columns, state.load_options.get()))
    });
    let keeps_all = move || {
        options.with(|options| options.as_ref().is_ok_and(|options| options.keep == Filter::everything()))
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if let Ok(options) = options.get_untracked() {
            typed.set(None);
            load_again(engine, options);
        }
    };
    let (field_id, mistake_id) = (format!("keep-only-{id}"), format!("keep-only-mistake-{id}"));
    view! {
        <form class="load-way" on:submit=submit>
            <h3><label for=field_id.clone()>"Keep only"</label></h3>
            <p class="text-dim">"Rows that this filter leaves; the others are read, counted and forgotten"</p>
            <input
                id=field_id
                class="text-input is-code"
                type="text"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder="dstport = 443"
                prop:value=text
                aria-invalid=move || options.with(Result::is_err).to_string()
                aria-describedby=mistake_id.clone()
                on:input=move |event| typed.set(Some(event_target_value(&event)))
            />
            <div id=mistake_id aria-live="polite">
                {move || {
                    let mistake = options.with(|options| options.as_ref().err().cloned());
                    mistake.map(|mistake| match mistake {
                        Mistake::Text(error) => view! { <MistakeView text=text.get() error/> }.into_any(),
                        Mistake::Undecided(words) => {
                            view! { <p class="filter-mistake"><span><Prose text=words/></span></p> }.into_any()
                        }
                    })
                }}
            </div>
            <button type="submit" class="button" disabled=move || options.with(Result::is_err) || keeps_all()>
                "Load again, keeping only these"
            </button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_and_what_cannot_be_asked_are_two_mistakes() {
        let read = |text: &str| read(text, &[], LoadOptions { roll_up: true, ..LoadOptions::default() });
        assert!(read("dstport = 443").is_ok_and(|options| options.roll_up));
        assert!(matches!(read("dstport ="), Err(Mistake::Text(_))));
        let Err(Mistake::Undecided(words)) = read("class = inbound") else { panic!("not recorded in rows") };
        assert!(words.starts_with("`class = inbound` cannot be decided while loading"), "{words}");
    }
}
