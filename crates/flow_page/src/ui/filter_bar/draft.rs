//! What the reader is typing, apart from what is in force. Pure.
//!
//! A draft is over the filter text that was in force when a key was pressed. Once another one is in force (a
//! press on a value, a step back), the draft is of no interest any more; nothing has to be told.

use flow_core::query::Completion;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The text in force, and what is typed in its place.
    typed: Option<(String, String)>,
    /// Where the cursor was at the last key, in bytes; `None` when nothing is to be offered.
    cursor: Option<usize>,
    /// Which offer the arrow keys are at.
    active: Option<usize>,
    /// Whether this draft was applied before it was finished.
    was_applied: bool,
}

impl Draft {
    /// What stands in the field while `applied` is in force.
    pub fn text<'a>(&'a self, applied: &'a str) -> &'a str {
        match &self.typed {
            Some((over, typed)) if over == applied => typed,
            _ => applied,
        }
    }

    pub fn cursor(&self) -> Option<usize> {
        self.cursor
    }

    pub fn active(&self) -> Option<usize> {
        self.active
    }

    /// `cursor` as browsers count: in UTF-16 units.
    pub fn type_text(&mut self, applied: String, text: String, cursor: u32) {
        self.cursor = Some(byte_at_utf16(&text, cursor));
        self.typed = Some((applied, text));
        self.active = None;
    }

    /// Round the list and through its outside, where Enter means the text itself.
    pub fn move_active(&mut self, steps: isize, n_offers: usize) {
        let n_places = n_offers as isize + 1;
        let place = self.active.map_or(0, |active| active as isize + 1);
        self.active =
            (place + steps).rem_euclid(n_places).checked_sub(1).and_then(|place| usize::try_from(place).ok());
    }

    /// The text is in force now: from here on the field shows what is in force, or the draft would come back
    /// with the filter that it was typed over. Says whether it had been applied before.
    pub fn note_applied(&mut self) -> bool {
        self.typed = None;
        std::mem::replace(&mut self.was_applied, true)
    }

    /// The reader is done with this text: what comes next is another change. A text with a mistake stays.
    pub fn finish(&mut self) {
        self.cursor = None;
        self.active = None;
        self.was_applied = false;
    }
}

/// The text with an offer in it, and the cursor's place behind it in UTF-16 units.
pub fn accepted(text: &str, offer: &Completion) -> (String, u32) {
    let (before, after) = (&text[..offer.replaces.start()], text[offer.replaces.end()..].trim_start());
    let head = format!("{before}{} ", offer.text);
    let cursor = head.encode_utf16().count() as u32;
    (format!("{head}{after}"), cursor)
}

/// Whether the reader is likely within a word that goes on: what they have of it may well mean something by
/// itself, and something else (`dst` is text to search for, `dstport` a field).
pub fn is_within_word(text: &str, offers: &[Completion]) -> bool {
    offers.iter().any(|offer| {
        let begun = &text[offer.replaces.start()..offer.replaces.end()];
        !begun.is_empty() && offer.text.len() > begun.len()
    })
}

fn byte_at_utf16(text: &str, at: u32) -> usize {
    let mut n_units = 0;
    for (byte, char) in text.char_indices() {
        if n_units >= at {
            return byte;
        }
        n_units += char.len_utf16() as u32;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use flow_core::query::completions;

    use super::*;

    fn typed(text: &str) -> Draft {
        let mut draft = Draft::default();
        draft.type_text("in force".to_owned(), text.to_owned(), u32::MAX);
        draft
    }

    #[test]
    fn a_draft_that_was_applied_does_not_come_back() {
        let mut draft = typed("dstport = 22");
        assert!(!draft.note_applied());
        assert_eq!(draft.text("dstport = 22"), "dstport = 22");
        assert_eq!(draft.text("in force"), "in force", "the filter before was brought back");
        assert!(draft.note_applied(), "until the reader is done, it is one change");
    }

    #[test]
    fn a_draft_stands_until_another_filter_is_in_force() {
        assert_eq!(typed("dstport").text("in force"), "dstport");
        assert_eq!(typed("dstport").text("another"), "another");
        assert_eq!(Draft::default().text("in force"), "in force");
    }

    #[test]
    fn arrows_go_round_the_offers_and_past_them() {
        let mut draft = typed("");
        let mut places = Vec::new();
        for step in [1, 1, 1, 1, -1, -1] {
            draft.move_active(step, 2);
            places.push(draft.active());
        }
        assert_eq!(places, [Some(0), Some(1), None, Some(0), None, Some(1)]);
        draft.move_active(1, 0);
        assert_eq!(draft.active(), None);
    }

    #[test]
    fn typing_on_is_one_step() {
        let mut draft = typed("a");
        assert!(!draft.note_applied());
        draft.type_text("a".to_owned(), "ab".to_owned(), 2);
        assert!(draft.note_applied());
        draft.finish();
        assert!(!draft.note_applied());
    }

    #[test]
    fn the_cursor_is_counted_in_bytes() {
        assert_eq!(byte_at_utf16("aé𝄞b", 0), 0);
        assert_eq!(byte_at_utf16("aé𝄞b", 2), 3);
        assert_eq!(byte_at_utf16("aé𝄞b", 4), 7);
        assert_eq!(byte_at_utf16("aé𝄞b", 99), 8);
    }

    #[test]
    fn an_offer_takes_the_place_of_the_word_before_the_cursor() {
        let columns = ["dstport".to_owned(), "bytes".to_owned()];
        let text = "bytes > 5 and dstp";
        let offer = completions(text, text.len(), &columns).remove(0);
        assert_eq!(offer.text, "dstport");
        assert_eq!(accepted(text, &offer), ("bytes > 5 and dstport ".to_owned(), 22));
        let offer = completions(text, 3, &columns).remove(0);
        assert_eq!(accepted("byt > 5", &offer), ("bytes > 5".to_owned(), 6));
    }

    #[test]
    fn a_word_that_may_go_on_is_told_from_one_that_is_whole() {
        let columns = ["dstport".to_owned()];
        let is_within = |text: &str| is_within_word(text, &completions(text, text.len(), &columns));
        assert!(is_within("dst"));
        assert!(is_within("dstport = 22 and ds"));
        assert!(!is_within("dstport = 22"));
        assert!(!is_within("dstport = 22 "));
        assert!(!is_within("10.0.0.5"));
    }
}
