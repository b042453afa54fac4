//! The groups of one kind of source, as a table.

use flow_core::analysis::Tally;
use flow_core::analysis::rejected::{Initiator, RejectedGroup, RejectedView, WantedBy};
use flow_core::record::Value;
use leptos::html;
use leptos::prelude::*;

use super::group_row::GroupRow;
use super::{Answered, words};
use crate::ui::format;

/// What makes two groups of two answers the same one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct GroupKey {
    interface: Value,
    initiator: Initiator,
    wanted_by: WantedBy,
    port: Option<u64>,
    protocol: Option<u64>,
}

impl GroupKey {
    fn of(group: &RejectedGroup) -> GroupKey {
        GroupKey {
            interface: group.interface.clone(),
            initiator: group.initiator,
            wanted_by: group.wanted_by,
            port: group.port,
            protocol: group.protocol,
        }
    }

    pub(super) fn find<'a>(&self, view: &'a RejectedView) -> Option<&'a RejectedGroup> {
        // Numbers first: most groups differ in them.
        view.groups.iter().find(|group| group.port == self.port && GroupKey::of(group) == *self)
    }
}

fn keys(view: &RejectedView, wanted_by: WantedBy) -> Vec<GroupKey> {
    view.groups.iter().filter(|group| group.wanted_by == wanted_by).map(GroupKey::of).collect()
}

fn total(view: &RejectedView, wanted_by: WantedBy) -> Tally {
    view.by_wanted.iter().find(|(by, _)| *by == wanted_by).map(|(_, tally)| *tally).unwrap_or_default()
}

/// `1,204 rows in 3 groups`.
fn how_many(view: &RejectedView, wanted_by: WantedBy) -> String {
    let rows = format::counted(total(view, wanted_by).rows, "row");
    format!("{rows} in {}", format::counted(keys(view, wanted_by).len() as u64, "group"))
}

/// Groups of a section that are drawn until the reader asks for all: a row of this table is some forty elements,
/// and the first ones matter most.
const GROUPS_SHOWN: usize = 40;

/// A section that stands open.
#[component]
pub(super) fn WantedSection(answered: Answered, wanted_by: WantedBy) -> impl IntoView {
    let (heading, meaning) = words::section(wanted_by);
    let has_groups = move || answered.read(|view| !keys(view, wanted_by).is_empty()).unwrap_or(false);
    view! {
        <section class="rejected-section">
            <h2 class="view-heading">
                {heading} " "
                <span class="text-dim">{move || answered.read(|view| how_many(view, wanted_by))}</span>
            </h2>
            <Show
                when=has_groups
                fallback=|| view! { <p class="view-note">"Nothing here under this filter"</p> }
            >
                <p class="view-note">{meaning}</p>
                <GroupTable answered wanted_by/>
            </Show>
        </section>
    }
}

/// The noise is folded away: it is much, and seldom what somebody looks for.
#[component]
pub(super) fn ScanSection(answered: Answered) -> impl IntoView {
    let wanted_by = WantedBy::ScanNoise;
    let (heading, meaning) = words::section(wanted_by);
    // Drawn when it is looked at, not before.
    let is_open = RwSignal::new(false);
    let element = NodeRef::<html::Details>::new();
    let on_toggle = move |_| is_open.set(element.get_untracked().is_some_and(|details| details.open()));
    view! {
        <details class="rejected-section" node_ref=element on:toggle=on_toggle>
            <summary class="view-heading">
                {heading} " "
                <span class="text-dim">{move || answered.read(|view| how_many(view, wanted_by))}</span>
            </summary>
            <p class="view-note">{meaning}</p>
            <Show when=move || is_open.get()>
                <GroupTable answered wanted_by/>
            </Show>
        </details>
    }
}

#[component]
fn GroupTable(answered: Answered, wanted_by: WantedBy) -> impl IntoView {
    let shows_all = RwSignal::new(false);
    let all = Memo::new(move |_| answered.read(|view| keys(view, wanted_by)).unwrap_or_default());
    let listed = move || {
        let n_shown = if shows_all.get() { usize::MAX } else { GROUPS_SHOWN };
        all.with(|all| all.iter().take(n_shown).cloned().collect::<Vec<_>>())
    };
    let hides_some = move || all.with(Vec::len) > GROUPS_SHOWN && !shows_all.get();
    view! {
        <div class="table-box">
            <table class="table groups">
                <thead>
                    <tr>
                        <th scope="col">"Service"</th>
                        <th scope="col">"Interface"</th>
                        <th scope="col">"Who wanted it"</th>
                        <th scope="col">"Of whom"</th>
                        <th scope="col" class="number">"Attempts"</th>
                        <th scope="col" class="number">"Packets"</th>
                        <th scope="col" class="number">"Bytes"</th>
                        <th scope="col">"First and last seen, UTC"</th>
                        <th scope="col">"Over time"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=listed key=GroupKey::clone children=move |key| view! { <GroupRow answered key/> }/>
                </tbody>
            </table>
        </div>
        <Show when=hides_some>
            <p class="view-note">
                {move || format!("The {GROUPS_SHOWN} with most attempts of {} ", format::counted(all.with(Vec::len) as u64, "group"))}
                <button type="button" class="button is-small" on:click=move |_| shows_all.set(true)>"Show all"</button>
            </p>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::rejected::group_filter::tests::group;

    #[test]
    fn groups_are_found_again_in_the_next_answer() {
        let own = group(Initiator::Remote);
        let scan = RejectedGroup { wanted_by: WantedBy::ScanNoise, ..own.clone() };
        let mut view = RejectedView {
            total: own.total,
            by_wanted: vec![(WantedBy::OwnNetworks, own.total), (WantedBy::ScanNoise, own.total)],
            groups: vec![own.clone(), scan.clone()],
            n_groups: 2,
            needs: Vec::new(),
            has_action: true,
            spark_time: None,
        };
        let key = keys(&view, WantedBy::ScanNoise).remove(0);
        assert_eq!(key.find(&view), Some(&scan));
        assert_eq!(how_many(&view, WantedBy::OwnNetworks), "9 rows in 1 group");
        assert_eq!(how_many(&view, WantedBy::KnownPeers), "0 rows in 0 groups");
        view.groups = vec![own];
        assert_eq!(key.find(&view), None);
    }
}
