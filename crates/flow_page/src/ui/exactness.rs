//! Which numbers of a rolled-up load are those of its records, and which are not.
//!
//! Said beside every number while such a load is shown, and nowhere else: all others are exact.

use leptos::prelude::*;

use crate::state::AppState;

/// What a roll-up does to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exactness {
    /// It is what it would be over the records, each by itself.
    Exact,
    /// It is about rolled-up rows, or about what they no longer tell.
    RolledUp,
}

impl Exactness {
    fn word(self) -> &'static str {
        match self {
            Exactness::Exact => "exact",
            Exactness::RolledUp => "rolled up",
        }
    }
}

/// A quiet word with its reason; nothing where rows are records.
#[component]
pub fn Mark(is: Exactness, why: &'static str) -> impl IntoView {
    let state = AppState::get();
    move || {
        state.is_rolled_up().then(|| {
            view! {
                <span class="exactness" class:is-rolled-up=is == Exactness::RolledUp title=why>
                    {is.word()}
                    <span class="visually-hidden">{format!(": {why}")}</span>
                </span>
            }
        })
    }
}

/// Sums and counts.
#[component]
pub fn ExactMark() -> impl IntoView {
    view! {
        <Mark
            is=Exactness::Exact
            why="Counted over the records that the rolled-up rows stand for: the same as over each record by itself"
        />
    }
}
