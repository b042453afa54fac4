//! The account's rules, as far as they were opened beside the logs: what is described, what is missing, and the commands
//! that print the rest.

mod described;
mod words;

use flow_core::config::ConfigurationReport;
use flow_core::config::commands::commands;
use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use described::Described;

use super::copyable::Copyable;
use super::intake::FileButtons;
use crate::engine::{Slot, ask};

type Answered = super::answered::Answered<Option<ConfigurationReport>>;

/// Folded: its heading says what is open and what is missing.
#[component]
pub fn AccountPanel() -> impl IntoView {
    let asked = ask(Slot::Account, Signal::derive(|| Some(Question::Account)));
    let answered = Answered::new(asked, |answer| match answer {
        Answer::Account(account) => Some(account),
        _ => None,
    });
    let report = Memo::new(move |_| answered.read(Clone::clone).flatten());
    let heading = move || report.with(|report| words::heading(report.as_ref()));
    view! {
        <details class="account">
            <summary>
                <h2 class="view-heading">"The account's rules " <span class="text-dim">{heading}</span></h2>
            </summary>
            <div class="account-parts">
                <section class="account-part" aria-labelledby="account-how">
                    <h3 id="account-how">"Open them beside the logs"</h3>
                    <p class="view-note">
                        "Flow logs never say which rule refused. With the descriptions of your security groups, network "
                        "ACLs and interfaces, this page names the rule, writes the fix and tells what it would change. These "
                        "commands only read. Drop the files they write here; they stay in this browser, as the logs do"
                    </p>
                    <Copyable label="Commands" text=Signal::derive(commands)/>
                    <FileButtons/>
                </section>
                {move || report.get().map(|report| view! { <Described report/> })}
            </div>
        </details>
    }
}
