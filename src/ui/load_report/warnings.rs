//! Files to be looked at before their numbers are believed.

use leptos::prelude::*;

use super::facts::{Facts, warning_in_words};
use super::reports::Reports;
use crate::ui::format;

/// Files that are spelt out. Where a whole folder is odd, its first files say how.
const FILES_SHOWN: usize = 20;

#[component]
pub fn Warnings(reports: Memo<Reports>, facts: Memo<Facts>) -> impl IntoView {
    let odd = Memo::new(move |_| {
        reports.with(|reports| {
            facts.with(|facts| {
                let named = reports.iter().filter_map(|report| Some((report, facts.get(report.source)?)));
                let odd = named.filter(|(_, facts)| !facts.warnings.is_empty());
                odd.map(|(report, facts)| {
                    let sentences: Vec<String> = facts.warnings.iter().map(warning_in_words).collect();
                    (report.name.clone(), sentences)
                })
                .collect::<Vec<_>>()
            })
        })
    });
    move || {
        let odd = odd.get();
        let n_files = odd.len();
        let n_more = n_files.checked_sub(FILES_SHOWN).filter(|n_more| *n_more > 0);
        let file = |(name, sentences): (String, Vec<String>)| {
            view! {
                <li>
                    <strong class="file-name">{name}</strong>
                    {sentences.into_iter().map(|sentence| view! { <p>{sentence}</p> }).collect_view()}
                </li>
            }
        };
        (n_files > 0).then(|| {
            view! {
                <section class="banner" aria-labelledby="odd-heading">
                    <h2 id="odd-heading" class="banner-title">
                        {format!("{} to look at", format::counted(n_files as u64, "file"))}
                    </h2>
                    <ul class="refused-files">{odd.into_iter().take(FILES_SHOWN).map(file).collect_view()}</ul>
                    {n_more.map(|n_more| format!("and {} more", format::count(n_more as u64)))}
                </section>
            }
        })
    }
}
