//! What the directions rest on: how many rows are recorded, inferred in which way, or not known.

use flow_core::analysis::{Metric, Tally};
use flow_core::record::Evidence;
use leptos::prelude::*;

use super::Answered;
use crate::ui::bar::{Bar, BarParts};
use crate::ui::format;

/// How much weight a piece of evidence has, in a word.
const fn standing(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Recorded => "Recorded",
        Evidence::SetByHand => "Set by hand",
        Evidence::Described => "Described",
        Evidence::RecordedElsewhere
        | Evidence::CommonAddress
        | Evidence::OtherClaimed
        | Evidence::PrivateSide
        | Evidence::CommonSubnet => "Inferred",
        Evidence::None => "Unknown",
    }
}

#[component]
pub(super) fn EvidenceTable(answered: Answered, metric: Memo<Metric>) -> impl IntoView {
    let with_rows = move || -> Vec<(Evidence, Tally)> {
        let all = answered.read(|view| view.evidence.clone()).unwrap_or_default();
        all.into_iter().filter(|(_, tally)| tally.rows > 0).collect()
    };
    let rows = move || {
        let (metric, listed) = (metric.get(), with_rows());
        let whole = listed.iter().fold(0u64, |sum, (_, tally)| sum.saturating_add(tally.get(metric)));
        let row = |(evidence, tally): (Evidence, Tally)| {
            let number = tally.get(metric);
            view! {
                <tr>
                    <th scope="row">{standing(evidence)}</th>
                    <td>{evidence.explanation()}</td>
                    <td class="bar-cell"><Bar parts=BarParts::new(number, 0, whole)/></td>
                    <td class="number" title=format::amount_exact(metric, number)>
                        {format::amount(metric, number)}
                    </td>
                    <td class="number">{format::percent(number, whole)}</td>
                    <td class="number">{format::counted(tally.rows, "row")}</td>
                </tr>
            }
        };
        listed.into_iter().map(row).collect_view()
    };
    view! {
        <div class="table-box">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Standing"</th>
                        <th scope="col">"Evidence"</th>
                        <th scope="col"><span class="visually-hidden">"Share as a bar"</span></th>
                        <th scope="col" class="number">{move || metric.get().name()}</th>
                        <th scope="col" class="number">"Share"</th>
                        <th scope="col" class="number">"Rows"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
