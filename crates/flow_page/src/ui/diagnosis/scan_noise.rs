//! Scanners, folded away: they are much, and no rule is missing for them.

use flow_core::analysis::findings::ScanNoise;
use flow_core::record::{Field, Value};
use leptos::html;
use leptos::prelude::*;

use super::Answered;
use crate::state::{AppState, Tab};
use crate::ui::format;
use crate::ui::value_button::ValueButton;

#[component]
pub(super) fn ScanNoiseSection(answered: Answered) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let element = NodeRef::<html::Details>::new();
    let on_toggle = move |_| is_open.set(element.get_untracked().is_some_and(|details| details.open()));
    let has_any = move || answered.read(|findings| findings.scanners.n_scanners > 0).unwrap_or(false);
    view! {
        <Show when=has_any>
            <details class="rejected-section" node_ref=element on:toggle=on_toggle>
                <summary class="view-heading">
                    "Scanners " <span class="text-dim">{move || answered.read(|findings| how_many(&findings.scanners))}</span>
                </summary>
                <p class="view-note">
                    "Public addresses that were refused at far more services than they were answered at (a sequential test "
                    "decides). That they are refused is what your rules are for: nothing is proposed for them"
                </p>
                <Show when=move || is_open.get()>
                    {move || answered.read(|findings| view! { <Scanners noise=findings.scanners.clone()/> })}
                </Show>
            </details>
        </Show>
    }
}

/// `3 addresses, 1,204 conversations, 2,000 rows`.
fn how_many(noise: &ScanNoise) -> String {
    format!(
        "{}, {}, {}",
        match noise.n_scanners {
            1 => "1 address".to_owned(),
            n => format!("{} addresses", format::count(n)),
        },
        format::counted(noise.n_conversations, "conversation"),
        format::counted(noise.n_rows, "row")
    )
}

#[component]
fn Scanners(noise: ScanNoise) -> impl IntoView {
    let state = AppState::get();
    let filter = noise.filter.clone();
    let show_records = move |_| {
        state.narrow(filter.clone());
        state.set_tab(Tab::Records);
    };
    let services: Vec<String> = noise
        .services
        .iter()
        .map(|probed| {
            let service = format::service(probed.port.map(u64::from), probed.protocol.map(u64::from));
            format!("{service} ({})", format::count(probed.n_scanners))
        })
        .collect();
    let n_more = noise.n_scanners.saturating_sub(noise.top.len() as u64);
    view! {
        <p>"Probed most, by how many: " {services.join(", ")}</p>
        <p><button type="button" class="button is-small" on:click=show_records>"Show records"</button></p>
        <div class="table-box">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Scanner"</th>
                        <th scope="col" class="number">"Services"</th>
                        <th scope="col" class="number">"Targets"</th>
                        <th scope="col" class="number">"Rows"</th>
                        <th scope="col">"First and last seen, UTC"</th>
                    </tr>
                </thead>
                <tbody>
                    {noise
                        .top
                        .into_iter()
                        .map(|scanner| view! {
                            <tr>
                                <th scope="row"><ValueButton subject=Field::SRCADDR value=Value::Address(scanner.address)/></th>
                                <td class="number">{format::count(scanner.n_services)}</td>
                                <td class="number">{format::count(scanner.n_targets)}</td>
                                <td class="number">{format::count(scanner.n_rows)}</td>
                                <td class="group-time">
                                    {match (scanner.first_secs, scanner.last_secs) {
                                        (Some(first), Some(last)) => format!("{} to {}", format::utc(first), format::utc(last)),
                                        _ => "not recorded".to_owned(),
                                    }}
                                </td>
                            </tr>
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
        {(n_more > 0).then(|| view! { <p class="view-note">{format!("and {} more", format::count(n_more))}</p> })}
    }
}
