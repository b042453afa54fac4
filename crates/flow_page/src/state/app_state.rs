//! The state of the page in signals: what views read, and the few ways in which it changes.

use flow_core::config::RuleEdit;
use flow_core::intake::LoadOptions;
use flow_core::query::{Filter, Subject, parse_filter_with};
use flow_core::record::{ColumnKey, Field, Value};
use flow_core::session::message::{Progress, RowRef};
use leptos::prelude::*;

use super::{LoadState, Notice, Tab, Theme, TimeRange, ViewSpec};

/// Whether a change of the view becomes an entry of the browser's history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum HistoryStep {
    /// A change on the way to another one, such as a letter typed: Back skips it.
    #[default]
    Replace,
    /// A change the reader may want to undo.
    Push,
}

/// Handed down by context; copies are handles to the same state.
#[derive(Clone, Copy)]
pub struct AppState {
    /// Read it, or a memo below; change it by [`AppState::edit`] so that Back can undo it.
    pub spec: RwSignal<ViewSpec>,
    pub tab: Memo<Tab>,
    pub progress: RwSignal<Progress>,
    pub load: Memo<LoadState>,
    /// What of the files is kept, and how.
    pub load_options: Memo<LoadOptions>,
    /// Names of the columns that the loaded files have.
    pub column_names: Memo<Vec<String>>,
    /// What every view but the timeline is filtered by: the filter text and the time range, also one that is only
    /// previewed. While the text
    /// has a mistake, the last good filter stays.
    pub filter: Memo<Filter>,
    /// The same without the time range: the timeline shows all of the time.
    pub timeline_filter: Memo<Filter>,
    /// The time range that is being chosen, where it is not yet the view's own. `Some(None)` is all of the time.
    pub previewed_range: RwSignal<Option<Option<TimeRange>>>,
    /// The row whose details are open.
    pub open_detail: RwSignal<Option<RowRef>>,
    /// Edits of the account's rules that the reader tries out. Like all that is of the account it stays in the page.
    pub draft: RwSignal<Vec<RuleEdit>>,
    pub notices: RwSignal<Vec<Notice>>,
    pub theme: RwSignal<Theme>,
    /// What the changes since the URL was last written amount to.
    pending_step: StoredValue<HistoryStep>,
}

impl AppState {
    pub fn new(spec: ViewSpec, theme: Theme) -> AppState {
        let spec = RwSignal::new(spec);
        let progress = RwSignal::new(Progress::default());
        // Memos of their own, so that a change of tab or range neither parses nor asks again.
        let text = Memo::new(move |_| spec.with(|spec| spec.filter_text.clone()));
        let previewed_range = RwSignal::new(None::<Option<TimeRange>>);
        let range = Memo::new(move |_| previewed_range.get().unwrap_or_else(|| spec.with(|spec| spec.range)));
        let columns = Memo::new(move |_| progress.with(|progress| progress.columns.clone()));
        let column_names = Memo::new(move |_| {
            columns.with(|columns| columns.iter().map(|key| key.name().to_owned()).collect::<Vec<_>>())
        });
        let timeline_filter = Memo::new(move |last_good: Option<&Filter>| {
            let last_good = || last_good.cloned().unwrap_or_else(Filter::everything);
            text.with(|text| column_names.with(|names| parse_filter_with(text, names)))
                .unwrap_or_else(|_| last_good())
        });
        let filter = Memo::new(move |_| {
            let by_time = range.get().map(|range| columns.with(|columns| range.to_filter(columns)));
            timeline_filter.get().and(by_time.unwrap_or_else(Filter::everything))
        });
        AppState {
            spec,
            tab: Memo::new(move |_| spec.with(|spec| spec.tab)),
            progress,
            load: Memo::new(move |_| progress.with(LoadState::of)),
            load_options: Memo::new(move |_| progress.with(|progress| progress.options.clone())),
            column_names,
            filter,
            timeline_filter,
            previewed_range,
            open_detail: RwSignal::new(None),
            draft: RwSignal::new(Vec::new()),
            notices: RwSignal::new(Vec::new()),
            theme: RwSignal::new(theme),
            pending_step: StoredValue::new(HistoryStep::Replace),
        }
    }

    /// The state of the page that the caller is on.
    pub fn get() -> AppState {
        expect_context()
    }

    /// Whether any loaded file has this field: without it, a sum of 0 says nothing.
    pub fn is_recorded(&self, field: Field) -> bool {
        self.progress.with(|progress| progress.columns.contains(&ColumnKey::Known(field)))
    }

    /// Whether rows stand for several records each.
    pub fn is_rolled_up(&self) -> bool {
        self.load_options.with(|options| options.roll_up)
    }

    /// Changes the view in a way that Back undoes.
    pub fn edit(&self, change: impl FnOnce(&mut ViewSpec)) {
        self.edit_as(HistoryStep::Push, change);
    }

    pub fn edit_as(&self, step: HistoryStep, change: impl FnOnce(&mut ViewSpec)) {
        self.pending_step.update_value(|pending| *pending = step.max(*pending));
        self.spec.update(change);
    }

    /// What the changes since the last call amount to.
    pub fn take_history_step(&self) -> HistoryStep {
        self.pending_step.try_update_value(std::mem::take).unwrap_or_default()
    }

    pub fn set_tab(&self, tab: Tab) {
        if self.tab.get_untracked() != tab {
            self.edit(|spec| spec.tab = tab);
        }
    }

    /// Keeps only rows where the subject has this value.
    pub fn include(&self, subject: Subject, value: &Value) {
        self.narrow(Filter::equals(subject, value));
    }

    /// Leaves out rows where the subject has this value.
    pub fn exclude(&self, subject: Subject, value: &Value) {
        self.narrow(Filter::differs(subject, value));
    }

    /// Adds a condition to the filter in force: a text with a mistake gives way to the last good one.
    pub fn narrow(&self, condition: Filter) {
        let narrowed = self.timeline_filter.get_untracked().and(condition).to_string();
        if self.spec.with_untracked(|spec| spec.filter_text != narrowed) {
            self.edit(|spec| spec.filter_text = narrowed);
        }
    }

    /// Adds edits to the draft; those that are in it already are not added again.
    pub fn add_to_draft(&self, edits: &[RuleEdit]) {
        self.draft.update(|draft| {
            for edit in edits {
                if !draft.contains(edit) {
                    draft.push(edit.clone());
                }
            }
        });
    }

    /// Takes one of the conditions away that [`Filter::conjuncts`] lists.
    pub fn widen(&self, index: usize) {
        let widened = self.timeline_filter.get_untracked().without_conjunct(index).to_string();
        self.edit(|spec| spec.filter_text = widened);
    }

    /// Tells the reader what just happened.
    pub fn notify(&self, text: impl Into<String>) {
        let text = text.into();
        self.notices.update(|notices| {
            let number = notices.last().map_or(0, |last| last.number + 1);
            notices.push(Notice { number, text });
        });
    }
}

#[cfg(test)]
mod tests {
    use flow_core::record::Field;

    use super::*;

    /// Runs a test with a state in a reactive scope of its own, as a page has one.
    fn with_state(test: impl FnOnce(AppState)) {
        Owner::new().with(|| test(AppState::new(ViewSpec::default(), Theme::default())));
    }

    fn filter_text(state: AppState) -> String {
        state.spec.with_untracked(|spec| spec.filter_text.clone())
    }

    #[test]
    fn while_the_text_has_a_mistake_the_last_good_filter_stays() {
        with_state(|state| {
            let type_text = |text: &str| {
                state.edit(|spec| spec.filter_text = text.to_owned());
                state.filter.get_untracked().to_string()
            };
            assert_eq!(type_text("dstport = 22"), "dstport = 22");
            assert_eq!(type_text("dstport ="), "dstport = 22");
            assert_eq!(type_text(""), "");
        });
    }

    #[test]
    fn the_time_range_filters_all_but_the_timeline() {
        with_state(|state| {
            state.edit(|spec| {
                spec.filter_text = "dstport = 22".to_owned();
                spec.range = TimeRange::new(10, 20);
            });
            assert_eq!(state.timeline_filter.get_untracked().to_string(), "dstport = 22");
            assert_eq!(state.filter.get_untracked().conjuncts().len(), 3);
        });
    }

    #[test]
    fn a_previewed_range_filters_and_is_not_yet_the_views_own() {
        with_state(|state| {
            let committed = TimeRange::new(10, 20);
            state.edit(|spec| spec.range = committed);
            let filter = || state.filter.get_untracked();
            let before = filter();
            state.previewed_range.set(Some(TimeRange::new(10, 30)));
            assert_ne!(filter(), before);
            assert_eq!(state.spec.with_untracked(|spec| spec.range), committed);
            state.previewed_range.set(Some(None));
            assert_eq!(filter(), Filter::everything());
            state.previewed_range.set(None);
            assert_eq!(filter(), before);
        });
    }

    #[test]
    fn values_are_included_and_excluded_once() {
        with_state(|state| {
            let port = || Subject::from(Field::DSTPORT);
            state.include(port(), &Value::Number(22));
            state.include(port(), &Value::Number(22));
            assert_eq!(filter_text(state), "dstport = 22");
            state.exclude(port(), &Value::Number(22));
            assert_eq!(filter_text(state), "dstport != 22");
            state.widen(0);
            assert_eq!(filter_text(state), "");
        });
    }

    #[test]
    fn one_change_that_back_undoes_makes_all_of_them_so() {
        with_state(|state| {
            state.edit_as(HistoryStep::Push, |spec| spec.tab = Tab::Records);
            state.edit_as(HistoryStep::Replace, |spec| spec.tab = Tab::Files);
            assert_eq!(state.take_history_step(), HistoryStep::Push);
            assert_eq!(state.take_history_step(), HistoryStep::Replace);
        });
    }

    #[test]
    fn notices_are_told_apart() {
        with_state(|state| {
            state.notify("twice");
            state.notify("twice");
            let numbers: Vec<u32> =
                state.notices.get_untracked().iter().map(|notice| notice.number).collect();
            assert_eq!(numbers, [0, 1]);
        });
    }
}
