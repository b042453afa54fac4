//! Files that were not read: what they seem to be, and what to do now. First on the page, in full.

use flow_core::parse::{FileReport, FileState};
use leptos::prelude::*;

use super::reports::Reports;
use crate::ui::format;
use crate::ui::prose::Prose;

/// Refused files that are spelt out. A folder of photographs dropped by mistake is told by its first ones.
const REFUSED_SHOWN: usize = 20;

/// A file and why it was not read, in sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NotRead {
    name: String,
    why: String,
    next_step: Option<String>,
}

impl NotRead {
    fn of(report: &FileReport) -> Option<NotRead> {
        let (why, next_step) = match &report.state {
            FileState::Refused(refusal) => {
                (format!("This seems to be {}", refusal.seems_to_be), Some(refusal.next_step.clone()))
            }
            FileState::Failed(reason) => (reason.clone(), kept_in_words(report)),
            _ => return None,
        };
        Some(NotRead { name: report.name.clone(), why, next_step })
    }
}

/// What there is all the same of a file that was not read to its end.
fn kept_in_words(report: &FileReport) -> Option<String> {
    let n_rows = report.lines.rows;
    (n_rows > 0).then(|| match n_rows {
        1 => "The row before is kept.".to_owned(),
        _ => format!("The {} before are kept.", format::counted(n_rows, "row")),
    })
}

#[component]
pub fn RefusedFiles(reports: Memo<Reports>) -> impl IntoView {
    let not_read = Memo::new(move |_| {
        reports.with(|reports| reports.iter().filter_map(NotRead::of).collect::<Vec<_>>())
    });
    move || {
        let not_read = not_read.get();
        let n_files = not_read.len();
        let n_more = n_files.checked_sub(REFUSED_SHOWN).filter(|n_more| *n_more > 0);
        (n_files > 0).then(|| {
            let files = not_read.into_iter().take(REFUSED_SHOWN).map(|file| {
                view! {
                    <li>
                        <strong class="file-name">{file.name}</strong>
                        <p>{file.why}</p>
                        {file.next_step.map(|next_step| view! { <p><Prose text=next_step/></p> })}
                    </li>
                }
            });
            view! {
                <section class="banner is-bad" aria-labelledby="refused-heading">
                    <h2 id="refused-heading" class="banner-title">
                        {format!("{} not read", format::counted(n_files as u64, "file"))}
                    </h2>
                    <ul class="refused-files">{files.collect_view()}</ul>
                    {n_more.map(|n_more| format!("and {} more", format::count(n_more as u64)))}
                </section>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use flow_core::parse::{Refusal, SourceId};

    use super::*;

    #[test]
    fn a_refused_file_says_what_it_is_and_what_to_do() {
        let mut report = FileReport::new(SourceId(0), "photo.png", 10);
        assert_eq!(NotRead::of(&report), None);
        report.state = FileState::Refused(Refusal {
            seems_to_be: "a PNG image".to_owned(),
            next_step: "Open a flow log".to_owned(),
        });
        let not_read = NotRead::of(&report).unwrap();
        assert_eq!(not_read.why, "This seems to be a PNG image");
        assert_eq!(not_read.next_step.as_deref(), Some("Open a flow log"));
    }

    #[test]
    fn a_file_that_could_not_be_read_to_its_end_says_why_and_what_is_kept() {
        let mut report = FileReport::new(SourceId(0), "a.log", 10);
        report.state = FileState::Failed("It was moved.".to_owned());
        let not_read = NotRead::of(&report).unwrap();
        assert_eq!((not_read.why.as_str(), not_read.next_step), ("It was moved.", None));
        report.lines.rows = 1_204;
        assert_eq!(NotRead::of(&report).unwrap().next_step.unwrap(), "The 1,204 rows before are kept.");
        report.lines.rows = 1;
        assert_eq!(NotRead::of(&report).unwrap().next_step.unwrap(), "The row before is kept.");
    }
}
