//! Lines that are not records: where, which field, why, and the line itself.

use flow_core::parse::Problem;
use leptos::prelude::*;

use super::reports::Reports;
use crate::ui::format;

/// Problems shown at first, and with each press on the button: nobody reads thousands, and each is a row of
/// the page.
const PROBLEMS_STEP: usize = 100;

#[component]
pub fn Problems(reports: Memo<Reports>) -> impl IntoView {
    let n_shown = RwSignal::new(PROBLEMS_STEP);
    let n_kept = Memo::new(move |_| {
        reports.with(|reports| reports.iter().map(|report| report.problems.len()).sum::<usize>())
    });
    let n_all = Memo::new(move |_| {
        reports.with(|reports| reports.iter().map(|report| report.lines.problems).sum::<u64>())
    });
    let rows = move || {
        reports.with(|reports| {
            let problems = reports
                .iter()
                .flat_map(|report| report.problems.iter().map(|problem| (&report.name, problem)));
            problems.take(n_shown.get()).map(|(file, problem)| row(file, problem)).collect_view()
        })
    };
    view! {
        <Show when=move || { n_all.get() > 0 }>
            <section aria-labelledby="problems-heading">
                <h2 id="problems-heading" class="view-heading">
                    {move || format!("{} that could not be read", format::counted(n_all.get(), "line"))}
                </h2>
                <div class="table-box" tabindex="0" role="region" aria-label="Lines that could not be read">
                    <table class="table problem-table">
                        <caption class="visually-hidden">"Lines that could not be read"</caption>
                        <thead>
                            <tr>
                                <th scope="col">"File"</th>
                                <th scope="col" class="number">"Line"</th>
                                <th scope="col">"Field"</th>
                                <th scope="col">"Reason"</th>
                                <th scope="col">"Text"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                <p class="text-dim">{move || shown_words(n_shown.get().min(n_kept.get()), n_kept.get(), n_all.get())}</p>
                <Show when=move || { n_shown.get() < n_kept.get() }>
                    <button type="button" class="button is-small" on:click=move |_| n_shown.update(|n| *n += PROBLEMS_STEP)>
                        "Show more"
                    </button>
                </Show>
            </section>
        </Show>
    }
}

fn row(file: &str, problem: &Problem) -> impl IntoView + use<> {
    view! {
        <tr>
            <td class="file-name">{file.to_owned()}</td>
            <td class="number">{format::count(problem.line)}</td>
            <td>{problem.field.clone().map(|field| view! { <code>{field}</code> })}</td>
            <td>{problem.kind.explanation()}</td>
            <td><code class="line-text">{problem.text.clone()}</code></td>
        </tr>
    }
}

/// How many of all are on screen, and that not all texts were kept where that is so.
fn shown_words(n_shown: usize, n_kept: usize, n_all: u64) -> String {
    let shown = format!("{} of {} shown", format::count(n_shown as u64), format::count(n_all));
    if (n_kept as u64) < n_all {
        format!(
            "{shown}; the first {} of each file are kept with their text, all are counted",
            format::count(KEPT)
        )
    } else {
        shown
    }
}

const KEPT: u64 = flow_core::parse::problem::PROBLEMS_KEPT_PER_FILE as u64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_shown_is_said() {
        assert_eq!(shown_words(3, 3, 3), "3 of 3 shown");
        assert_eq!(shown_words(100, 400, 400), "100 of 400 shown");
        let capped = shown_words(100, 1_000, 5_000);
        assert_eq!(
            capped,
            "100 of 5,000 shown; the first 1,000 of each file are kept with their text, all are counted"
        );
    }
}
