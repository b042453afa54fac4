//! Whether an answer lets the reader wait: most come within a frame or two, and what is on screen until then must
//! not flicker.

use std::time::Duration;

use leptos::prelude::*;

/// Past this a wait is noticed, and wants a sign.
const LATE_AFTER: Duration = Duration::from_millis(150);

/// Whether `pending` has been so for longer than a reader should wonder.
pub fn is_late(pending: ReadSignal<bool>) -> ReadSignal<bool> {
    let (late, set_late) = signal(false);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    Effect::new(move |_| {
        stop();
        if pending.get() {
            let begin = set_timeout_with_handle(move || set_late.set(true), LATE_AFTER);
            timer.set_value(begin.ok());
        } else if late.get_untracked() {
            set_late.set(false);
        }
    });
    on_cleanup(stop);
    late
}
