//! Above every view: that some of what was opened could not be read, so that no number is taken for more
//! than it is.

use leptos::prelude::*;

use super::format;
use crate::state::{AppState, LoadState, Tab};

/// What is said; put away by the reader until there is more to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Trouble {
    n_files_refused: u64,
    n_problems: u64,
}

impl Trouble {
    /// `None` where all was read.
    fn words(self) -> Option<String> {
        let files = match self.n_files_refused {
            0 => None,
            1 => Some("1 file was not read".to_owned()),
            n_files => Some(format!("{} files were not read", format::count(n_files))),
        };
        let lines = match self.n_problems {
            0 => None,
            1 => Some("1 line is not a record".to_owned()),
            n_lines => Some(format!("{} lines are not records", format::count(n_lines))),
        };
        match (files, lines) {
            (None, None) => None,
            (Some(said), None) | (None, Some(said)) => Some(said),
            (Some(files), Some(lines)) => Some(format!("{files}, and {lines}")),
        }
    }
}

#[component]
pub fn FileNotice() -> impl IntoView {
    let state = AppState::get();
    let put_away = RwSignal::new(Trouble::default());
    let trouble = Memo::new(move |_| {
        state.progress.with(|progress| Trouble {
            n_files_refused: progress.n_files_refused.into(),
            n_problems: progress.n_problems,
        })
    });
    let words = Memo::new(move |_| {
        // Counts that run up while files are read would only distract.
        let is_settled = state.load.get() == LoadState::Settled && state.tab.get() != Tab::Files;
        trouble.get().words().filter(|_| is_settled && trouble.get() != put_away.get())
    });
    move || {
        words.get().map(|words| {
            view! {
                <div class="banner" role="status">
                    <p class="banner-title">{words}</p>
                    <div class="banner-actions">
                        <button type="button" class="button is-small" on:click=move |_| state.set_tab(Tab::Files)>
                            "See which and why"
                        </button>
                        <button
                            type="button"
                            class="button is-quiet is-small"
                            on:click=move |_| put_away.set(trouble.get_untracked())
                        >
                            "Dismiss"
                        </button>
                    </div>
                </div>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trouble_is_said() {
        let words = |n_files_refused, n_problems| Trouble { n_files_refused, n_problems }.words();
        assert_eq!(words(0, 0), None);
        assert_eq!(words(1, 0).unwrap(), "1 file was not read");
        assert_eq!(words(0, 1_200).unwrap(), "1,200 lines are not records");
        assert_eq!(words(2, 1).unwrap(), "2 files were not read, and 1 line is not a record");
    }
}
