//! Files to be looked at before their numbers are believed.

use flow_core::parse::FileReport;
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
                let of_file = |report: &FileReport| {
                    let of_rows = facts.get(report.source).map_or(&[][..], |facts| &facts.warnings);
                    let of_rows = of_rows.iter().map(warning_in_words);
                    let sentences: Vec<String> =
                        cut_off_in_words(report).into_iter().chain(of_rows).collect();
                    (report.name.clone(), sentences)
                };
                let odd = reports.iter().map(of_file).filter(|(_, sentences)| !sentences.is_empty());
                odd.collect::<Vec<_>>()
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

/// Nobody else notices: a file that ends earlier than it did looks like one that was read.
fn cut_off_in_words(report: &FileReport) -> Option<String> {
    (report.n_bytes_gone() > 0).then(|| {
        format!(
            "It is shorter than when it was picked: {} of {} were read. Start over and open it again to read it as it \
             is now",
            format::bytes(report.n_bytes_read),
            format::bytes(report.n_bytes)
        )
    })
}

#[cfg(test)]
mod tests {
    use flow_core::parse::{FileState, SourceId};

    use super::*;

    #[test]
    fn a_file_that_was_cut_off_says_how_much_was_read() {
        let mut report = FileReport::new(SourceId(0), "a.log", 10_000_000);
        (report.state, report.n_bytes_read) = (FileState::Read, 4_000_000);
        let words = cut_off_in_words(&report).unwrap();
        assert!(
            words.starts_with("It is shorter than when it was picked: 4.00 MB of 10.0 MB were read."),
            "{words}"
        );
        report.n_bytes_read = 10_000_000;
        assert_eq!(cut_off_in_words(&report), None);
        (report.state, report.n_bytes_read) = (FileState::Cancelled, 4_000_000);
        assert_eq!(cut_off_in_words(&report), None, "a reader who cancels knows");
    }
}
