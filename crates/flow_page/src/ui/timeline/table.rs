//! The numbers behind the timeline's picture.

use flow_core::analysis::timeline::Bucket;
use leptos::prelude::*;

use super::{Scene, bars, readout};
use crate::ui::format;

/// Buckets with nothing in them are left out: a quiet night would be pages of noughts.
#[component]
pub fn TimelineTable(scene: Scene) -> impl IntoView {
    let rows = move || {
        let metric = scene.metric.get();
        scene.timeline.with(|timeline| {
            let Some((timeline, axis)) = timeline.as_ref().zip(scene.axis.get()) else { return Vec::new() };
            let places = (0..).zip(&timeline.buckets);
            places
                .filter(|(_, bucket)| bars::sum(bucket, metric) > 0 || bucket.n_skipdata > 0)
                .map(|(place, bucket)| {
                    let Bucket { accepted, rejected, other, n_skipdata, lacks_file: _ } = *bucket;
                    let amount = move |number| format::amount(metric, number);
                    view! {
                        <tr>
                            <th scope="row">{format::utc(axis.bucket_start(place))}</th>
                            <td>{amount(accepted.get(metric))}</td>
                            <td>{amount(rejected.get(metric))}</td>
                            <td>{amount(other.get(metric))}</td>
                            <td>{format::count(n_skipdata)}</td>
                        </tr>
                    }
                })
                .collect()
        })
    };
    let n_outside =
        move || scene.timeline.with(|timeline| timeline.as_ref().map_or(0, |all| all.n_rows_outside));
    let n_skipdata_outside =
        move || scene.timeline.with(|timeline| timeline.as_ref().map_or(0, |all| all.n_skipdata_outside));
    let gaps = move || {
        let axis = scene.axis.get()?;
        scene.timeline.with(|timeline| timeline.as_ref().and_then(|timeline| readout::gaps(timeline, axis)))
    };
    view! {
        <div class="timeline-table scroll-box" tabindex="0" role="region" aria-label="Traffic over time as a table">
            <table class="plain-table">
                <caption>{move || format!("Sum of {} by time (UTC)", scene.metric.get().name())}</caption>
                <thead>
                    <tr>
                        <th scope="col">"From"</th>
                        <th scope="col">"Accepted"</th>
                        <th scope="col">"Rejected"</th>
                        <th scope="col">"Without action"</th>
                        <th scope="col">"SKIPDATA records"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {move || {
                let n_rows = n_outside();
                let words = format!("{} without a time are not in the chart", format::counted(n_rows, "row"));
                (n_rows > 0).then(|| view! { <p>{words}</p> })
            }}
            {move || {
                let n_holes = n_skipdata_outside();
                let records = format::counted(n_holes, "SKIPDATA record");
                let words = format!("{records} without a time, or with another than all rows have, are not in the chart");
                (n_holes > 0).then(|| view! { <p>{words}</p> })
            }}
            {move || gaps().map(|words| view! { <p>{words}</p> })}
        </div>
    }
}
