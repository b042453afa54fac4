//! What became of each file and each line: the counts add up to all that was read.

mod deliveries;
mod facts;
mod file_row;
mod layouts;
mod problems;
mod refused;
mod reports;
mod sums;
mod warnings;

use flow_core::session::message::Question;
use leptos::prelude::*;

use super::format;
use super::load_again::LoadAgain;
use crate::engine::{Slot, ask};
use crate::state::{AppState, LoadState};
use deliveries::DeliveryGaps;
use facts::Facts;
use file_row::FileRow;
use layouts::Layouts;
use problems::Problems;
use refused::RefusedFiles;
use reports::Reports;
use sums::Sums;
use warnings::Warnings;

/// Rows of the table of files that are shown until the reader asks for all: thousands of files are common,
/// and those with something to say come first.
const FILES_SHOWN: usize = 200;

/// Rows from which on it is worth saying what one takes.
const MEMORY_ROWS_MIN: u64 = 100_000;

#[component]
pub fn FilesTab() -> impl IntoView {
    let state = AppState::get();
    let question = Signal::derive(move || (state.load.get() != LoadState::Empty).then_some(Question::Report));
    let asked = ask(Slot::Report, question);
    let reports = Memo::new(move |_| asked.answer.with(|answer| Reports::of(answer.as_ref())));
    // Of what is there by then: a scan of all rows is not worth its time while they still come.
    let facts_question =
        Signal::derive(move || (state.load.get() == LoadState::Settled).then_some(Question::Files));
    let asked_facts = ask(Slot::Files, facts_question);
    let facts = Memo::new(move |_| asked_facts.answer.with(|answer| Facts::of(answer.as_ref())));
    view! {
        <section class="view files" class:is-pending=asked.pending aria-label="Files">
            {move || asked.failure.get().map(|message| view! { <p class="state-message" role="alert">{message}</p> })}
            <RefusedFiles reports/>
            <Layouts reports/>
            <Warnings reports facts/>
            <DeliveryGaps reports/>
            <FileTable reports facts/>
            <NoRows/>
            <LoadAgain/>
            <Memory/>
            <Problems reports/>
        </section>
    }
}

/// Files that were read and hold no flow record: what they hold instead.
#[component]
fn NoRows() -> impl IntoView {
    let state = AppState::get();
    let words = Memo::new(move |_| {
        let is_settled = state.load.get() == LoadState::Settled;
        state.progress.with(|progress| {
            let has_read = progress.n_files > progress.n_files_refused;
            (is_settled && has_read && progress.n_rows == 0)
                .then(|| no_rows_in_words(progress.n_records_read, progress.n_status_records))
        })
    });
    move || words.get().map(|words| view! { <p class="view-note">{words}</p> })
}

fn no_rows_in_words(n_records_read: u64, n_status_records: u64) -> String {
    if n_records_read > 0 {
        return format!("None of the {} that were read is kept", format::counted(n_records_read, "row"));
    }
    match n_status_records {
        0 => "There is no flow record in what was read".to_owned(),
        n => format!(
            "There is no flow record in what was read, only {}. NODATA says that an interface had no traffic, \
             SKIPDATA that records were skipped, so that the log has holes; the records export lists them",
            format::counted(n, "status record")
        ),
    }
}

/// What the rows cost, so that a reader knows how many more will fit.
#[component]
fn Memory() -> impl IntoView {
    let state = AppState::get();
    let cost = Memo::new(move |_| state.progress.with(|progress| (progress.n_heap_bytes, progress.n_rows)));
    move || {
        let (n_bytes, n_rows) = cost.get();
        // Few rows have little to share the fixed cost with: a figure for each would mislead.
        (n_rows >= MEMORY_ROWS_MIN).then(|| {
            let per_row = n_bytes as f64 / n_rows as f64;
            let words =
                format!("All rows take {} of memory, {per_row:.0} bytes each", format::bytes(n_bytes));
            view! { <p class="text-dim" data-bytes-per-row=format!("{per_row:.1}")>{words}</p> }
        })
    }
}

#[component]
fn FileTable(reports: Memo<Reports>, facts: Memo<Facts>) -> impl IntoView {
    let shows_all = RwSignal::new(false);
    let sums = Memo::new(move |_| reports.with(|reports| Sums::of(reports)));
    let n_files = Memo::new(move |_| reports.with(|reports| reports.len()));
    let rows = move || {
        let n_shown = if shows_all.get() { usize::MAX } else { FILES_SHOWN };
        reports.with(|reports| {
            let ordered = sums::in_order_of_interest(reports).into_iter().take(n_shown);
            ordered.map(|report| view! { <FileRow report=report.clone() facts/> }).collect_view()
        })
    };
    view! {
        <div class="table-box" tabindex="0" role="region" aria-label="Files and what became of their lines">
            <table class="table file-table">
                <caption class="visually-hidden">"Files and what became of their lines"</caption>
                <thead>
                    <tr>
                        <th scope="col" title="Press a name for what is known of the file">"File"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Format"</th>
                        <th scope="col">"Layout"</th>
                        <th scope="col" class="number">"Size"</th>
                        <th scope="col" class="number">"Lines"</th>
                        <th scope="col" class="number">"Rows"</th>
                        <th scope="col" class="number" title="NODATA and SKIPDATA: records about the log itself">
                            "Status records"
                        </th>
                        <th scope="col" class="number">"Headers"</th>
                        <th scope="col" class="number">"Blank"</th>
                        <th scope="col" class="number" title="Text around records, such as comments">"Ignored"</th>
                        <th scope="col" class="number">"Problems"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
                <tfoot>
                    {move || {
                        let sums = sums.get();
                        let numbers = [
                            format::bytes(sums.n_bytes),
                            format::count(sums.lines.total()),
                            format::count(sums.lines.rows),
                            format::count(sums.lines.status_records),
                            format::count(sums.lines.headers),
                            format::count(sums.lines.blank),
                            format::count(sums.lines.ignored),
                            format::count(sums.lines.problems),
                        ];
                        view! {
                            <tr>
                                <th scope="row" colspan="4">
                                    {format!("All {}", format::counted(n_files.get() as u64, "file"))}
                                </th>
                                {numbers.map(|number| view! { <td class="number">{number}</td> }).collect_view()}
                            </tr>
                        }
                    }}
                </tfoot>
            </table>
        </div>
        <Show when=move || { n_files.get() > FILES_SHOWN && !shows_all.get() }>
            <p>
                {move || {
                    let n_files = format::counted(n_files.get() as u64, "file");
                    format!("{FILES_SHOWN} of {n_files} are shown, those with something to say first ")
                }}
                <button type="button" class="button is-small" on:click=move |_| shows_all.set(true)>"Show all"</button>
            </p>
        </Show>
    }
}
