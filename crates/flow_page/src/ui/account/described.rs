//! What the opened descriptions hold, file by file, and what is odd or missing in them.

use flow_core::config::ConfigurationReport;
use leptos::prelude::*;

use super::words::list;
use crate::ui::format;

/// Problems and missing things that are spelt out: who mends the first ones sees the next.
const SHOWN: usize = 20;

#[component]
pub(super) fn Described(report: ConfigurationReport) -> impl IntoView {
    let ConfigurationReport { files, counts, problems, n_problems, missing } = report;
    let in_file = |problem: flow_core::config::report::Problem| {
        let place = match problem.path.as_str() {
            "" => format!("{}, line {}", problem.file, problem.line),
            path => format!("{}, {path}", problem.file),
        };
        (place, problem.reason.to_string())
    };
    let n_missing = missing.len() as u64;
    let missing: Vec<String> = missing.iter().take(SHOWN).map(ToString::to_string).collect();
    let problems: Vec<(String, String)> = problems.into_iter().take(SHOWN).map(in_file).collect();
    let n_listed = problems.len() as u64;
    let file = |file: flow_core::config::report::FileReport| {
        view! {
            <div>
                <dt class="file-name">{file.name}</dt>
                <dd>{match file.counts.is_empty() {
                    true => "nothing that is used".to_owned(),
                    false => list(file.counts),
                }}</dd>
            </div>
        }
    };
    view! {
        <section class="account-part" aria-labelledby="account-described">
            <h3 id="account-described">"Described"</h3>
            <p>{match counts.is_empty() {
                true => "Nothing that is used".to_owned(),
                false => list(counts),
            }}</p>
            <dl class="known">{files.into_iter().map(file).collect_view()}</dl>
            {(n_missing > 0).then(|| view! {
                <h3>{format!("Referred to and not described: {}", format::count(n_missing))}</h3>
                <ul class="account-odd">{missing.into_iter().map(|words| view! { <li>{words}</li> }).collect_view()}</ul>
                {more(n_missing, SHOWN as u64)}
            })}
            {(n_problems > 0).then(|| view! {
                <h3>{format!("Odd in these files: {}", format::count(u64::from(n_problems)))}</h3>
                <ul class="account-odd">
                    {problems
                        .into_iter()
                        .map(|(place, words)| view! { <li><span class="text-dim">{place}": "</span>{words}</li> })
                        .collect_view()}
                </ul>
                {more(u64::from(n_problems), n_listed)}
            })}
        </section>
    }
}

fn more(n_all: u64, n_shown: u64) -> Option<impl IntoView> {
    let n_more = n_all.checked_sub(n_shown).filter(|n_more| *n_more > 0)?;
    Some(view! { <p class="view-note">{format!("and {} more", format::count(n_more))}</p> })
}
