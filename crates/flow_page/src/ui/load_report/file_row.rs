//! One file in the table of files, with what is known of it below once its name is pressed.

use flow_core::parse::detect::Confidence;
use flow_core::parse::{FileReport, FileState, LayoutFrom};
use leptos::prelude::*;

use super::facts::{self, Facts};
use crate::ui::format;

#[component]
pub fn FileRow(report: FileReport, facts: Memo<Facts>) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let FileReport { name, lines, n_bytes, .. } = &report;
    let numbers =
        [lines.total(), lines.rows, lines.status_records, lines.headers, lines.blank, lines.ignored];
    let (layout, layout_names) = layout_words(&report);
    view! {
        <tr>
            <th scope="row" class="file-name">
                <button
                    type="button"
                    class="disclosure"
                    aria-expanded=move || is_open.get().to_string()
                    on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
                >
                    {name.clone()}
                </button>
            </th>
            <td class="file-state">{state_words(&report)}</td>
            <td>{format_words(&report)}</td>
            <td class="file-layout" title=layout_names>{layout}</td>
            <td class="number">{format::bytes(*n_bytes)}</td>
            {numbers.map(|number| view! { <td class="number">{format::count(number)}</td> }).collect_view()}
            <td class="number" class:is-trouble={lines.problems > 0}>{format::count(lines.problems)}</td>
        </tr>
        <Show when=move || is_open.get()>
            <tr class="file-facts">
                <td colspan=N_COLUMNS>
                    <KnownOfFile report=StoredValue::new(report.clone()) facts/>
                </td>
            </tr>
        </Show>
    }
}

/// Of the table.
const N_COLUMNS: usize = 12;

#[component]
fn KnownOfFile(report: StoredValue<FileReport>, facts: Memo<Facts>) -> impl IntoView {
    let known = move || {
        report.with_value(|report| {
            let mut known = facts
                .with(|facts| facts.get(report.source).map(|facts| facts::in_words(&report.name, facts)))
                .unwrap_or_default();
            known.extend(facts::log_streams_in_words(&report.log_streams));
            let layouts = report.layouts.iter().map(|layout| ("Fields", layout.names().join(" ")));
            known.extend(layouts);
            known
        })
    };
    view! {
        <dl class="known">
            {move || {
                let known = known();
                match known.is_empty() {
                    true => view! { <div><dt>"Nothing is known of it yet"</dt></div> }.into_any(),
                    false => known
                        .into_iter()
                        .map(|(term, words)| view! { <div><dt>{term}</dt><dd>{words}</dd></div> })
                        .collect_view()
                        .into_any(),
                }
            }}
        </dl>
    }
}

fn state_words(report: &FileReport) -> String {
    match &report.state {
        FileState::Waiting => "waiting".to_owned(),
        FileState::Reading => format!("{} read", format::percent_done(report.n_bytes_read, report.n_bytes)),
        FileState::Read if report.n_bytes_gone() > 0 => {
            format!("cut off: {} read", format::percent_done(report.n_bytes_read, report.n_bytes))
        }
        FileState::Read => "read".to_owned(),
        FileState::Cancelled => {
            format!("cancelled at {}", format::percent_done(report.n_bytes_read, report.n_bytes))
        }
        FileState::Refused(_) => "refused".to_owned(),
        FileState::Described(what) => what.clone(),
        FileState::Ignored(reason) => format!("ignored: {reason}"),
        FileState::Failed(reason) => format!("not read to its end: {reason}"),
    }
}

fn format_words(report: &FileReport) -> String {
    let container = match report.state {
        // No container of records, and so nothing to the engine's parsers.
        FileState::Described(_) => "JSON",
        _ => &report.container,
    };
    match report.compression.as_str() {
        "none" => container.to_owned(),
        compression => format!("{container}, {compression}"),
    }
}

/// How the columns are known, and their names.
fn layout_words(report: &FileReport) -> (String, String) {
    let names: Vec<String> = report.layouts.iter().map(|layout| layout.names().join(" ")).collect();
    let words = match report.layouts.as_slice() {
        [] if matches!(report.state, FileState::Described(_)) => String::new(),
        [] => "not known".to_owned(),
        [only] => {
            let how = match report.layout_from {
                LayoutFrom::Header => "from header",
                LayoutFrom::Given => "as you said",
                LayoutFrom::Shape(Confidence::High) => "told by its shape",
                LayoutFrom::Shape(Confidence::Medium) => "told by its shape, not surely",
                LayoutFrom::Assumed => "default assumed",
            };
            format!("{how}, {}", format::counted(only.columns().len() as u64, "field"))
        }
        several => format!("{} layouts", several.len()),
    };
    (words, names.join("\n"))
}

#[cfg(test)]
mod tests {
    use flow_core::parse::{Layout, SourceId};

    use super::*;

    #[test]
    fn a_layout_says_how_it_is_known() {
        let mut report = FileReport::new(SourceId(0), "a.log", 10);
        assert_eq!(layout_words(&report), ("not known".to_owned(), String::new()));
        report.layouts = vec![Layout::aws_default()];
        assert_eq!(layout_words(&report).0, "from header, 14 fields");
        report.layout_from = LayoutFrom::Assumed;
        assert_eq!(layout_words(&report).0, "default assumed, 14 fields");
        assert!(layout_words(&report).1.starts_with("version account-id"));
        report.layouts.push(Layout::from_names(["srcaddr"]));
        assert_eq!(layout_words(&report).0, "2 layouts");
    }

    #[test]
    fn a_state_says_how_far_reading_came() {
        let mut report = FileReport::new(SourceId(0), "a.log", 200);
        assert_eq!(state_words(&report), "waiting");
        (report.state, report.n_bytes_read) = (FileState::Reading, 100);
        assert_eq!(state_words(&report), "50 % read");
        report.state = FileState::Cancelled;
        assert_eq!(state_words(&report), "cancelled at 50 %");
        report.state = FileState::Read;
        assert_eq!(state_words(&report), "cut off: 50 % read");
        report.n_bytes_read = 200;
        assert_eq!(state_words(&report), "read");
        report.state = FileState::Failed("It was moved.".to_owned());
        assert_eq!(state_words(&report), "not read to its end: It was moved.");
    }

    #[test]
    fn compression_is_said_where_there_is_one() {
        let mut report = FileReport::new(SourceId(0), "a.log.gz", 200);
        assert_eq!(format_words(&report), "text");
        report.compression = "gzip".to_owned();
        assert_eq!(format_words(&report), "text, gzip");
        report.state = FileState::Described("describes 1 VPC".to_owned());
        assert_eq!(format_words(&report), "JSON, gzip");
    }
}
