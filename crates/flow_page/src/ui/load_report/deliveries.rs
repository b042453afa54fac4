//! Times for which a flow log has no file between its first and its last.

use flow_core::analysis::files::{Deliveries, deliveries};
use leptos::prelude::*;

use super::reports::Reports;
use crate::ui::format;

/// Gaps of a flow log that are spelt out.
const GAPS_SHOWN: usize = 5;

#[component]
pub fn DeliveryGaps(reports: Memo<Reports>) -> impl IntoView {
    let sentences = Memo::new(move |_| {
        reports.with(|reports| {
            let names = reports.iter().map(|report| report.name.as_str());
            deliveries(names).iter().filter_map(in_words).collect::<Vec<_>>()
        })
    });
    move || {
        let sentences = sentences.get();
        (!sentences.is_empty()).then(|| {
            view! {
                <section class="banner" aria-labelledby="gaps-heading">
                    <h2 id="gaps-heading" class="banner-title">"Times without a file"</h2>
                    <p>
                        "A flow log writes a file about every five minutes while there is something to record. What is \
                         missing here was not opened, or was not written; no traffic at these times is not proven"
                    </p>
                    <ul>{sentences.into_iter().map(|words| view! { <li>{words}</li> }).collect_view()}</ul>
                </section>
            }
        })
    }
}

/// The gaps of a flow log, as a sentence; `None` where it has none.
fn in_words(of: &Deliveries) -> Option<String> {
    let gap = |(start, end): &(u64, u64)| {
        format!("{} to {} UTC ({})", format::utc(*start), format::utc(*end), format::duration(end - start))
    };
    let shown: Vec<String> = of.gaps.iter().take(GAPS_SHOWN).map(gap).collect();
    let more = match of.gaps.len() - shown.len() {
        0 => String::new(),
        n_more => format!(", and {} more", format::count(n_more as u64)),
    };
    (!shown.is_empty()).then(|| {
        let files = format::counted(of.n_files, "file");
        format!("{}, {files}: none for {}{more}", of.flow_log_id, shown.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_named_and_many_are_counted() {
        let hour = |n: u64| (1_700_000_000 + n * 7_200, 1_700_000_000 + n * 7_200 + 3_600);
        let of = |n_gaps: u64| Deliveries {
            flow_log_id: "fl-0a".to_owned(),
            n_files: 1_204,
            time: (1_700_000_000, 1_800_000_000),
            gaps: (0..n_gaps).map(hour).collect(),
        };
        assert_eq!(in_words(&of(0)), None);
        let words = in_words(&of(1)).unwrap();
        assert_eq!(
            words,
            "fl-0a, 1,204 files: none for 2023-11-14 22:13:20 to 2023-11-14 23:13:20 UTC (1 h)"
        );
        assert!(in_words(&of(7)).unwrap().ends_with("UTC (1 h), and 2 more"));
    }
}
