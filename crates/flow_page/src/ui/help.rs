//! The filter language and the keys, in a dialog.

use leptos::html;
use leptos::prelude::*;

/// What may be typed, and what it means. Each of them parses: a test reads them.
const FILTER_EXAMPLES: [(&str, &str); 10] = [
    ("dstport = 443", "one value of a field"),
    ("dstport in (22, 3389, 8000..8999)", "one of several, or a range"),
    ("srcaddr in 10.0.0.0/8", "an address in a network"),
    ("addr = 10.0.0.5", "source or destination; port does the same for ports"),
    ("action = REJECT and protocol = tcp", "both"),
    ("dstport = 22 or dstport = 3389", "either"),
    ("not srcaddr in 10.0.0.0/8", "all others"),
    ("bytes > 1000000", "numbers above, below, at least, at most"),
    ("tcp-flags = -", "rows in which the field is absent"),
    ("any contains i-0abc", "text in any column"),
];

const KEYS: [(&str, &str); 8] = [
    ("/", "go to the filter"),
    ("1 – 8", "choose a tab"),
    ("← →", "next bar, tab or cell"),
    ("Shift + ← →", "choose a time range in the timeline"),
    ("Enter", "apply"),
    ("Escape", "close, or take back"),
    ("Ctrl + V", "open pasted records"),
    ("?", "this help"),
];

/// Opens the dialog wherever it is asked for.
#[derive(Clone, Copy)]
pub struct Help {
    dialog: NodeRef<html::Dialog>,
}

impl Help {
    pub fn new() -> Help {
        Help { dialog: NodeRef::new() }
    }

    pub fn open(self) {
        if let Some(dialog) = self.dialog.get_untracked()
            && !dialog.open()
        {
            // Fails only for a dialog that is not on the page.
            let _ = dialog.show_modal();
        }
    }

    fn close(self) {
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
    }
}

#[component]
pub fn HelpButton(help: Help) -> impl IntoView {
    view! {
        <button type="button" class="button is-quiet" aria-haspopup="dialog" title="Help (?)" on:click=move |_| help.open()>
            "Help"
        </button>
    }
}

#[component]
pub fn HelpDialog(help: Help) -> impl IntoView {
    let terms = |(term, meaning): (&'static str, &'static str)| view! { <dt><code>{term}</code></dt> <dd>{meaning}</dd> };
    view! {
        <dialog class="dialog" aria-labelledby="help-title" node_ref=help.dialog>
            <div class="dialog-head">
                <h2 id="help-title">"Help"</h2>
                <button type="button" class="button is-quiet" on:click=move |_| help.close()>"Close"</button>
            </div>
            <div class="dialog-body">
                <section>
                    <h3>"Filter"</h3>
                    <dl class="terms">{FILTER_EXAMPLES.map(terms).collect_view()}</dl>
                    <p class="text-dim">
                        "Any value in a view can be pressed to keep only its rows; with Alt or Shift held, "
                        "to leave them out. Back undoes it."
                    </p>
                </section>
                <section>
                    <h3>"Keys"</h3>
                    <dl class="terms">{KEYS.map(terms).collect_view()}</dl>
                    <h3>"Privacy"</h3>
                    <p>
                        "Nothing leaves this machine: the page makes no request after it has loaded, and its policy "
                        "blocks every background channel that a policy can block. A link to this view carries the "
                        "filter you typed and nothing of the log."
                    </p>
                </section>
            </div>
        </dialog>
    }
}

#[cfg(test)]
mod tests {
    use flow_core::query::parse_filter;

    use super::*;

    #[test]
    fn what_the_help_shows_can_be_typed() {
        for (example, _) in FILTER_EXAMPLES {
            assert!(parse_filter(example).is_ok(), "{example}: {}", parse_filter(example).unwrap_err());
        }
    }
}
