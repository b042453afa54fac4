//! What a view shows when it has no answer to show, and what stands around one that is still changing.
//!
//! Which of these it is, is decided by the pure [`stage`]; the components only word it.

use flow_core::record::Field;
use flow_core::session::message::Coverage;
use leptos::prelude::*;

use super::format;
use super::late::is_late;
use crate::engine::Asked;
use crate::state::{AppState, LoadState, ViewSpec};

/// How far a view has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    NothingLoaded,
    /// Files were read, and no flow record was in them.
    NoRecords,
    Waiting,
    Failed(String),
    /// There are rows, and the filter leaves none.
    NothingMatches,
    Ready,
}

/// What is known when a stage is decided.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub load: &'a LoadState,
    /// Rows loaded so far.
    pub n_rows_loaded: u64,
    pub failure: Option<&'a str>,
    /// Rows that the answer is about; `None` while there is no answer.
    pub n_rows_answered: Option<u64>,
    /// Whether the answer is still that of the question before.
    pub is_pending: bool,
}

/// An answer with rows is shown whatever else is going on: it stays while the next one is on its way.
pub fn stage(known: Known<'_>) -> Stage {
    if let Some(failure) = known.failure {
        return Stage::Failed(failure.to_owned());
    }
    if known.n_rows_loaded == 0 {
        return match known.load {
            LoadState::Empty => Stage::NothingLoaded,
            LoadState::Loading => Stage::Waiting,
            _ => Stage::NoRecords,
        };
    }
    match known.n_rows_answered {
        Some(0) if known.is_pending => Stage::Waiting,
        Some(0) => Stage::NothingMatches,
        Some(_) => Stage::Ready,
        None => Stage::Waiting,
    }
}

/// A view's content once it has an answer with rows; until then, why it has none.
///
/// The children are made once and stay while answers come and go, so that focus and scroll positions do too:
/// they read the answer through signals.
#[component]
pub fn Staged(
    asked: Asked,
    /// Rows that the answer is about.
    #[prop(into)]
    n_rows: Signal<Option<u64>>,
    children: ChildrenFn,
) -> impl IntoView {
    let state = AppState::get();
    let stage = Memo::new(move |_| {
        let failure = asked.failure.get();
        state.load.with(|load| {
            stage(Known {
                load,
                n_rows_loaded: state.progress.with(|progress| progress.n_records),
                failure: failure.as_deref(),
                n_rows_answered: n_rows.get(),
                is_pending: asked.pending.get(),
            })
        })
    });
    let content = move || {
        match stage.get() {
        Stage::Ready => children().into_any(),
        Stage::Waiting => view! { <p class="state-message" role="status">"Working it out …"</p> }.into_any(),
        Stage::NothingLoaded => view! {
            <StateMessage title="Nothing is loaded yet" detail="Drop flow log files anywhere on this page to begin"/>
        }
        .into_any(),
        Stage::NoRecords => view! {
            <StateMessage
                title="No flow records in these files"
                detail="The Files tab says what became of each file and each line"
            />
        }
        .into_any(),
        Stage::NothingMatches => view! { <NothingMatches/> }.into_any(),
        Stage::Failed(message) => view! {
            <div class="state-message" role="alert">
                <p class="state-title">"This could not be worked out"</p>
                <p>{message}</p>
            </div>
        }
        .into_any(),
    }
    };
    view! {
        <div
            class="staged"
            class:is-pending=asked.pending
            class:is-late=is_late(asked.pending)
            aria-busy=move || asked.pending.get().to_string()>
            <CoverageNote coverage=asked.coverage/>
            {content}
        </div>
    }
}

/// A sentence in place of a view.
#[component]
pub fn StateMessage(title: &'static str, detail: &'static str) -> impl IntoView {
    view! {
        <div class="state-message" role="status">
            <p class="state-title">{title}</p>
            <p>{detail}</p>
        </div>
    }
}

/// Rows there are, but not under this filter.
#[component]
pub fn NothingMatches() -> impl IntoView {
    let state = AppState::get();
    view! {
        <div class="state-message" role="status">
            <p class="state-title">"No row matches the filter"</p>
            <p>
                "The filter or the time range leaves none of the "
                {move || state.progress.with(|progress| format::counted(progress.n_records, "row"))}
                " that were loaded"
            </p>
            <ClearFilter/>
        </div>
    }
}

/// Leaves neither a filter nor a time range.
#[component]
pub fn ClearFilter() -> impl IntoView {
    let state = AppState::get();
    let clear = move |_| {
        state.edit(|spec| {
            spec.filter_text.clear();
            spec.range = None;
        });
    };
    view! { <button type="button" class="button" on:click=clear>"Clear filter"</button> }
}

/// That nothing was rejected is an answer, not the lack of one.
#[component]
pub fn NothingRejected() -> impl IntoView {
    let state = AppState::get();
    view! {
        <StateMessage
            title="Nothing was rejected"
            detail="None of the rows that the filter leaves has the action REJECT"
        />
        <Show when=move || state.spec.with(ViewSpec::is_filtered)>
            <p class="state-message"><ClearFilter/></p>
        </Show>
    }
}

/// A question that the files cannot answer, and what would let them.
#[component]
pub fn NeedsField(
    /// What cannot be said, as a sentence.
    title: &'static str,
    fields: Vec<Field>,
) -> impl IntoView {
    view! {
        <div class="state-message needs-field" role="note">
            <p class="state-title">{title}</p>
            <p>
                "Not in these files: " <FieldNames fields/>
                ". A flow log records the fields its format names; the format is set when the flow log is made"
            </p>
        </div>
    }
}

/// Field names in a row, each with its explanation.
#[component]
pub fn FieldNames(fields: Vec<Field>) -> impl IntoView {
    fields
        .into_iter()
        .enumerate()
        .map(|(at, field)| {
            view! { {if at > 0 { ", " } else { "" }} <code title=field.info().doc>{field.name()}</code> }
        })
        .collect_view()
}

/// How much of the files an answer is about, while that is not all.
#[component]
pub fn CoverageNote(#[prop(into)] coverage: Signal<Coverage>) -> impl IntoView {
    move || {
        let coverage = coverage.get();
        (!coverage.is_complete()).then(|| {
            let done = format::percent_done(coverage.n_bytes_read, coverage.n_bytes);
            view! { <p class="coverage-note" role="status">{format!("So far: {done} of the bytes")}</p> }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOADED: Known<'_> = Known {
        load: &LoadState::Settled,
        n_rows_loaded: 10,
        failure: None,
        n_rows_answered: Some(3),
        is_pending: false,
    };

    #[test]
    fn an_answer_stays_on_screen_while_the_next_is_on_its_way() {
        assert_eq!(stage(LOADED), Stage::Ready);
        assert_eq!(stage(Known { is_pending: true, ..LOADED }), Stage::Ready);
        assert_eq!(stage(Known { load: &LoadState::Loading, ..LOADED }), Stage::Ready);
    }

    #[test]
    fn nothing_loaded_no_records_and_nothing_that_matches_are_three_things() {
        let none = Known { n_rows_loaded: 0, n_rows_answered: Some(0), ..LOADED };
        assert_eq!(stage(Known { load: &LoadState::Empty, ..none }), Stage::NothingLoaded);
        assert_eq!(stage(Known { load: &LoadState::Loading, ..none }), Stage::Waiting);
        assert_eq!(stage(none), Stage::NoRecords);
        assert_eq!(stage(Known { n_rows_answered: Some(0), ..LOADED }), Stage::NothingMatches);
    }

    #[test]
    fn an_empty_answer_to_the_question_before_says_nothing() {
        let known = Known { n_rows_answered: Some(0), is_pending: true, ..LOADED };
        assert_eq!(stage(known), Stage::Waiting);
        assert_eq!(stage(Known { n_rows_answered: None, ..LOADED }), Stage::Waiting);
    }

    #[test]
    fn a_failure_is_said() {
        let known = Known { failure: Some("out of memory"), ..LOADED };
        assert_eq!(stage(known), Stage::Failed("out of memory".to_owned()));
    }
}
