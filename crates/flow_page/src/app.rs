//! The page: builds its state, runs its few effects, lays out the screen.
//!
//! All effects on the world outside are here: the engine's link, the URL and the history, what the browser
//! remembers, the title, and the keys that work everywhere.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;

use crate::browser::{location, page, storage};
use crate::engine::Engine;
use crate::rehearsal;
use crate::state::{AppState, HistoryStep, LoadState, Tab, Theme, url};
use crate::ui::filter_bar::FILTER_INPUT_ID;
use crate::ui::foresight;
use crate::ui::help::Help;
use crate::ui::load_words;
use crate::ui::shell::Shell;

const THEME_KEY: &str = "theme";

#[component]
pub fn App() -> impl IntoView {
    let theme = storage::get(THEME_KEY).and_then(|name| Theme::from_name(&name)).unwrap_or_default();
    let state = AppState::new(url::from_fragment(&location::fragment()), theme);
    let engine = Engine::start(state.progress, move |message| state.notify(message));
    provide_context(state);
    provide_context(engine);
    keep_url(state);
    remember(state);
    keep_title(state);
    foresight::begin(state, engine);
    let help = Help::new();
    listen_to_keys(state, help);
    rehearsal::begin(move || state.load.try_get_untracked() != Some(LoadState::Empty));
    view! { <Shell help/> }
}

/// An entry of the history takes the browser some milliseconds, with a new icon for the tab: it is made when the answers
/// to what the change asks are drawn, as nearly always, and before a reader has the hand on Back or the URL. Changes
/// within this time are one entry.
const WRITTEN_AFTER: Duration = Duration::from_millis(150);

/// Writes the view to the URL, and follows the URL where Back, Forward or the reader changes it.
fn keep_url(state: AppState) {
    let write = move || {
        let Some(spec) = state.spec.try_get_untracked() else { return };
        let step = state.take_history_step();
        let is_written = url::from_fragment(&location::fragment()) == spec;
        match step {
            _ if is_written => {}
            HistoryStep::Push => location::push_fragment(&url::to_fragment(&spec)),
            HistoryStep::Replace => location::replace_fragment(&url::to_fragment(&spec)),
        }
    };
    Effect::new(move |_| {
        state.spec.track();
        set_timeout(write, WRITTEN_AFTER);
    });
    let follow = move || {
        let spec = url::from_fragment(&location::fragment());
        if state.spec.with_untracked(|last| *last != spec) {
            state.open_detail.set(None);
            state.edit_as(HistoryStep::Replace, |last| *last = spec);
        }
    };
    let listeners = [
        window_event_listener(ev::popstate, move |_| follow()),
        window_event_listener(ev::hashchange, move |_| follow()),
    ];
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
}

fn remember(state: AppState) {
    Effect::new(move |_| {
        let theme = state.theme.get();
        page::set_theme((theme != Theme::System).then(|| theme.name()));
        storage::set(THEME_KEY, theme.name());
    });
}

fn keep_title(state: AppState) {
    // index.html's own title says what the page is; ours comes once there is something to count.
    let title = Memo::new(move |_| {
        let is_settled = state.load.get() == LoadState::Settled;
        state.progress.with(load_words::page_title).filter(|_| is_settled)
    });
    Effect::new(move |_| {
        if let Some(title) = title.get() {
            page::set_title(&title);
        }
    });
}

/// Keys that work wherever no text is typed and no dialog is open.
fn listen_to_keys(state: AppState, help: Help) {
    let listener = window_event_listener(ev::keydown, move |event| {
        let is_meant_otherwise =
            event.ctrl_key() || event.alt_key() || event.meta_key() || event.default_prevented();
        if is_meant_otherwise || page::is_typing(&event) || page::has_open_dialog() {
            return;
        }
        let is_empty = state.load.get_untracked() == LoadState::Empty;
        match event.key().as_str() {
            "?" => help.open(),
            "/" if !is_empty => page::focus(FILTER_INPUT_ID),
            "Escape" if state.open_detail.get_untracked().is_some() => state.open_detail.set(None),
            key if !is_empty => match tab_of_key(key) {
                Some(tab) => state.set_tab(tab),
                None => return,
            },
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || listener.remove());
}

/// `1` for the first tab, and so on.
fn tab_of_key(key: &str) -> Option<Tab> {
    let place: usize = key.parse().ok()?;
    Tab::ALL.get(place.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_choose_tabs() {
        assert_eq!(tab_of_key("1"), Some(Tab::Overview));
        assert_eq!(tab_of_key("8"), Some(Tab::Files));
        assert_eq!([tab_of_key("0"), tab_of_key("9"), tab_of_key("a")], [None, None, None]);
    }
}
