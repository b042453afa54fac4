//! A view's reading of its answer: answers come shared, and a part of the view copies only what it shows.

use std::sync::Arc;

use flow_core::session::message::Answer;
use leptos::prelude::*;

use crate::engine::Asked;

/// The newest answer of one kind. Copies are handles to the same one.
pub struct Answered<T: 'static> {
    answer: ReadSignal<Option<Arc<Answer>>>,
    pick: fn(&Answer) -> Option<&T>,
}

impl<T> Clone for Answered<T> {
    fn clone(&self) -> Answered<T> {
        *self
    }
}

impl<T> Copy for Answered<T> {}

impl<T> Answered<T> {
    /// `pick` finds the content in an answer of the right kind.
    pub fn new(asked: Asked, pick: fn(&Answer) -> Option<&T>) -> Answered<T> {
        Answered { answer: asked.answer, pick }
    }

    /// A part of the content; `None` until there is an answer. Called again whenever there is a newer one.
    pub fn read<Part>(self, part: impl FnOnce(&T) -> Part) -> Option<Part> {
        self.answer.with(|answer| answer.as_deref().and_then(self.pick).map(part))
    }
}
