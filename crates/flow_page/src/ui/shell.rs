//! The screen as a whole: which parts are there, and in which order.

use leptos::prelude::*;

use super::crash::CrashNotice;
use super::diagnosis::DiagnosisTab;
use super::direction::DirectionTab;
use super::drop_screen::DropScreen;
use super::exposure::ExposureTab;
use super::file_notice::FileNotice;
use super::header::Header;
use super::help::{Help, HelpDialog};
use super::intake::DropCatcher;
use super::load_again::MemoryEnded;
use super::load_report::FilesTab;
use super::notices::Notices;
use super::overview::OverviewTab;
use super::records::RecordsTab;
use super::rejected::RejectedTab;
use super::rules::RulesTab;
use super::tabs::{PANEL_ID, Tabs, tab_id};
use super::timeline::TimelineView;
use crate::state::{AppState, LoadState, Tab};

#[component]
pub fn Shell(help: Help) -> impl IntoView {
    view! {
        <Screen help/>
        <Notices/>
        <HelpDialog help/>
        <DropCatcher/>
    }
}

/// All but what lies over it or listens to the whole window.
#[component]
pub fn Screen(help: Help) -> impl IntoView {
    let state = AppState::get();
    let is_empty = Memo::new(move |_| state.load.get() == LoadState::Empty);
    view! {
        <div class="page">
            <Header help/>
            <main>
                <CrashNotice/>
                {move || match is_empty.get() {
                    true => view! { <DropScreen/> }.into_any(),
                    false => view! { <Views/> }.into_any(),
                }}
            </main>
        </div>
    }
}

/// What is loaded, seen from all sides.
#[component]
fn Views() -> impl IntoView {
    let state = AppState::get();
    // Files without a single record: there is nothing to chart, and only the report has something to say.
    let has_no_rows = Memo::new(move |_| {
        state.load.get() == LoadState::Settled && state.progress.with(|progress| progress.n_rows == 0)
    });
    view! {
        {move || match has_no_rows.get() {
            true => view! { <h1 class="visually-hidden">"Files"</h1> <div class="panel"><FilesTab/></div> }.into_any(),
            false => view! {
                <h1 class="visually-hidden">{move || state.tab.get().title()}</h1>
                <MemoryEnded/>
                <TimelineView/>
                <Tabs/>
                <FileNotice/>
                <div class="panel" id=PANEL_ID role="tabpanel" aria-labelledby=move || tab_id(state.tab.get())>
                    {move || view_of(state.tab.get())}
                </div>
            }
            .into_any(),
        }}
    }
}

/// Only the view that is looked at is there, and asks.
fn view_of(tab: Tab) -> AnyView {
    match tab {
        Tab::Overview => view! { <OverviewTab/> }.into_any(),
        Tab::Rejected => view! { <RejectedTab/> }.into_any(),
        Tab::Diagnosis => view! { <DiagnosisTab/> }.into_any(),
        Tab::Rules => view! { <RulesTab/> }.into_any(),
        Tab::Exposure => view! { <ExposureTab/> }.into_any(),
        Tab::Direction => view! { <DirectionTab/> }.into_any(),
        Tab::Records => view! { <RecordsTab/> }.into_any(),
        Tab::Files => view! { <FilesTab/> }.into_any(),
    }
}
