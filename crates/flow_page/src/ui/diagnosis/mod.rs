//! Why it was rejected: a card for each cause, the likeliest to be wanted first; the account's rules, the fix, and a report
//! to hand over.

mod cause_card;
mod evidence;
mod fix;
mod hand_over;
mod outcomes;
mod scan_noise;
mod words;

use flow_core::analysis::findings::{Cause, CauseId, Findings};
use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use cause_card::CauseCard;
use hand_over::HandOver;
use outcomes::OutcomesSection;
use scan_noise::ScanNoiseSection;

use super::account::AccountPanel;
use super::exactness::{Exactness, Mark};
use super::format;
use super::states::{NeedsField, NothingRejected, Staged};
use crate::engine::{Slot, ask};
use crate::state::AppState;

type Answered = super::answered::Answered<Findings>;

/// Cards that are drawn until the reader asks for more: each is some fifty elements, and the first matter most.
const CARDS_SHOWN: usize = 12;

/// What an answer lets us show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// Fields are missing without which nothing can be said.
    NotTold,
    NothingRejected,
    Causes,
}

fn content(findings: &Findings) -> Content {
    match findings.by_verdict.iter().all(|(_, count)| count.n_conversations == 0) {
        _ if !findings.missing.is_empty() => Content::NotTold,
        true => Content::NothingRejected,
        false => Content::Causes,
    }
}

#[component]
pub fn DiagnosisTab() -> impl IntoView {
    let state = AppState::get();
    let question = Signal::derive(move || Some(Question::Findings { filter: state.filter.get() }));
    let asked = ask(Slot::Findings, question);
    let answered = Answered::new(asked, |answer| match answer {
        Answer::Findings(findings) => Some(findings),
        _ => None,
    });
    let n_rows = Memo::new(move |_| answered.read(|findings| findings.n_rows));
    let content = Memo::new(move |_| answered.read(content));
    let missing = move || answered.read(|findings| findings.missing.clone()).unwrap_or_default();
    let shown = move || match content.get()? {
        Content::NotTold => Some(
            view! { <NeedsField title="Why something was rejected cannot be told" fields=missing()/> }
                .into_any(),
        ),
        Content::NothingRejected => Some(view! { <NothingRejected/> }.into_any()),
        Content::Causes => Some(view! { <Causes answered/> }.into_any()),
    };
    view! {
        <section class="view diagnosis" aria-label="Diagnosis">
            <AccountPanel/>
            <Staged asked n_rows>{shown}</Staged>
            <OutcomesSection/>
        </section>
    }
}

/// The cards, in the order of the answer. A card stays while answers come and go, so that what is open stays open.
#[component]
fn Causes(answered: Answered) -> impl IntoView {
    let n_shown = RwSignal::new(CARDS_SHOWN);
    let ids = Memo::new(move |_| {
        answered
            .read(|findings| findings.causes.iter().map(Cause::id).collect::<Vec<_>>())
            .unwrap_or_default()
    });
    let listed = move || ids.with(|keys| keys.iter().take(n_shown.get()).cloned().collect::<Vec<_>>());
    let n_listed = move || ids.with(Vec::len);
    let left_out = RwSignal::new(Vec::<CauseId>::new());
    view! {
        <div class="view-bar">
            <h2 class="view-heading">
                "Causes " <span class="text-dim">{move || answered.read(in_all)}</span> " "
                <Mark is=Exactness::Exact why="All conversations that the filter leaves were judged"/>
            </h2>
            <HandOver left_out/>
        </div>
        <ol class="causes">
            <For each=listed key=CauseId::clone children=move |id| view! { <CauseCard answered id left_out/> }/>
        </ol>
        <Show when=move || { n_listed() > n_shown.get() }>
            <p class="view-note">
                {move || format!("{} of {} are shown ", n_shown.get(), format::counted(n_listed() as u64, "cause"))}
                <button type="button" class="button is-small" on:click=move |_| n_shown.set(usize::MAX)>"Show all"</button>
            </p>
        </Show>
        {move || answered.read(not_listed).flatten().map(|words| view! { <p class="view-note">{words}</p> })}
        {move || answered.read(left_out_rows).flatten().map(|words| view! { <p class="view-note">{words}</p> })}
        <ScanNoiseSection answered/>
    }
}

/// How much is judged, and to how many causes it comes.
fn in_all(findings: &Findings) -> String {
    let n_conversations: u64 = findings.by_verdict.iter().map(|(_, count)| count.n_conversations).sum();
    let scanners = match findings.scanners.n_conversations {
        0 => String::new(),
        n => format!("; {} of these are of scanners", format::count(n)),
    };
    let conversations = format::counted(n_conversations, "rejected conversation");
    format!("{} for {conversations}{scanners}", format::count(findings.n_causes))
}

/// What is said where not all causes are listed.
fn not_listed(findings: &Findings) -> Option<String> {
    let n_listed = findings.causes.len() as u64;
    (findings.n_causes > n_listed).then(|| {
        format!(
            "{} of {} are listed, the likeliest to be wanted; filter to see the others",
            format::count(n_listed),
            format::counted(findings.n_causes, "cause")
        )
    })
}

/// What is said where not all conversations were judged.
fn left_out_rows(findings: &Findings) -> Option<String> {
    let n_rows = findings.n_rejected_rows_left_out;
    (n_rows > 0).then(|| {
        format!(
            "Partly: {} {} of further conversations, more than can be judged at once; those that are judged are chosen \
             evenly. Filter by time, interface or port to judge all of a part",
            format::counted(n_rows, "rejected row"),
            if n_rows == 1 { "is" } else { "are" },
        )
    })
}
