//! A horizontal bar in a table row: how much, and which part of it was rejected.
//!
//! The bar repeats numbers that stand beside it in text, so it is hidden from screen readers.

use leptos::prelude::*;

/// Widths of the two parts of a bar, in percent of the full width.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BarParts {
    pub plain: f64,
    pub rejected: f64,
}

/// A part that is there is seen, however small.
const SEEN_PERCENT_MIN: f64 = 0.75;

impl BarParts {
    /// `total` of which `rejected`, in a row of bars whose longest is `largest`.
    pub fn new(total: u64, rejected: u64, largest: u64) -> BarParts {
        if total == 0 || largest == 0 {
            return BarParts::default();
        }
        let rejected = rejected.min(total);
        let seen = |part: u64| match part {
            0 => 0.0,
            _ => (part as f64 / largest.max(total) as f64 * 100.0).max(SEEN_PERCENT_MIN),
        };
        let (plain, rejected) = (seen(total - rejected), seen(rejected));
        // Two smallest parts beside a full one may not push the bar past its end.
        let over = (plain + rejected - 100.0).max(0.0);
        if plain >= rejected {
            BarParts { plain: plain - over, rejected }
        } else {
            BarParts { plain, rejected: rejected - over }
        }
    }
}

/// The bar itself.
#[component]
pub fn Bar(
    parts: BarParts,
    /// Whether the files tell what was accepted; without that the bar is neither.
    #[prop(default = true)]
    tells_action: bool,
) -> impl IntoView {
    view! {
        <span class="bar" class:tells-no-action=!tells_action aria-hidden="true">
            <span class="bar-plain" style:width=width(parts.plain)></span>
            <span class="bar-rejected" style:width=width(parts.rejected)></span>
        </span>
    }
}

/// As CSS writes it.
pub fn width(percent: f64) -> String {
    format!("{percent:.2}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_in_proportion_to_the_largest() {
        assert_eq!(BarParts::new(50, 10, 100), BarParts { plain: 40.0, rejected: 10.0 });
        assert_eq!(BarParts::new(100, 100, 100), BarParts { plain: 0.0, rejected: 100.0 });
        assert_eq!(BarParts::new(0, 0, 100), BarParts::default());
        assert_eq!(BarParts::new(0, 0, 0), BarParts::default());
    }

    #[test]
    fn small_parts_are_seen_and_bars_end_at_the_end() {
        for (total, rejected, largest) in [
            (1, 0, u64::MAX),
            (1, 1, u64::MAX),
            (u64::MAX, 1, u64::MAX),
            (1_000_000, 999_999, 1_000_000),
            (9, 12, 3),
        ] {
            let parts = BarParts::new(total, rejected, largest);
            let sum = parts.plain + parts.rejected;
            assert!((SEEN_PERCENT_MIN..=100.001).contains(&sum), "{parts:?}");
            assert_eq!(parts.rejected >= SEEN_PERCENT_MIN, rejected > 0, "{parts:?}");
            assert_eq!(parts.plain > 0.0, total > rejected, "{parts:?}");
        }
    }
}
