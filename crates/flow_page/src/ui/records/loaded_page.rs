//! The rows that the engine sent last, and the columns they have. Pure.
//!
//! An answer does not repeat its question, so the two are kept together here: after a change of columns the
//! rows on screen stay those of the columns before, header included, until the new ones have come.

use std::sync::Arc;

use flow_core::query::Subject;
use flow_core::record::{Address, Value};
use flow_core::session::message::{Answer, Question, RecordRow, RecordsPage};

/// Cheap to clone and to compare: by address.
#[derive(Clone, Debug)]
pub struct LoadedPage {
    answer: Arc<Answer>,
    pub subjects: Arc<[Subject]>,
}

impl PartialEq for LoadedPage {
    fn eq(&self, other: &LoadedPage) -> bool {
        Arc::ptr_eq(&self.answer, &other.answer) && self.subjects == other.subjects
    }
}

impl LoadedPage {
    /// The page that answers `question`; `None` where they do not belong together.
    pub fn new(answer: &Arc<Answer>, question: Option<&Question>) -> Option<LoadedPage> {
        let (Answer::Records(page), Some(Question::Records { subjects, .. })) = (&**answer, question) else {
            return None;
        };
        let fits = page.rows.iter().all(|row| row.cells.len() == subjects.len());
        fits.then(|| LoadedPage { answer: answer.clone(), subjects: subjects.as_slice().into() })
    }

    fn page(&self) -> &RecordsPage {
        match &*self.answer {
            Answer::Records(page) => page,
            _ => unreachable!("made of records only"),
        }
    }

    /// Rows that the filter leaves.
    pub fn n_rows(&self) -> u64 {
        self.page().n_rows
    }

    /// The row at this place of the sorted rows; `None` where it has not come.
    pub fn row(&self, place: u64) -> Option<&RecordRow> {
        let page = self.page();
        page.rows.get(usize::try_from(place.checked_sub(page.offset)?).ok()?)
    }

    pub fn rows(&self) -> &[RecordRow] {
        &self.page().rows
    }

    /// Whether a column of addresses needs room for IPv6.
    pub fn has_long_addresses(&self) -> bool {
        self.rows()
            .iter()
            .flat_map(|row| &row.cells)
            .any(|value| matches!(value, Value::Address(Address::V6(_))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow_core::query::Filter;
    use flow_core::session::message::RowRef;

    fn question(subjects: &str) -> Question {
        let subjects = subjects.split_whitespace().map(Subject::from_name).collect();
        Question::Records { filter: Filter::everything(), sort: None, subjects, offset: 64, n_rows: 2 }
    }

    fn answer(first_cells: Vec<Value>) -> Arc<Answer> {
        let row = |row, cells| RecordRow { row: RowRef { shard: 0, row }, cells };
        let second_cells = first_cells.clone();
        let rows = vec![row(7, first_cells), row(9, second_cells)];
        Arc::new(Answer::Records(RecordsPage { n_rows: 100, offset: 64, rows }))
    }

    #[test]
    fn rows_are_found_by_their_place_among_all_rows() {
        let page = LoadedPage::new(&answer(vec![Value::Number(1)]), Some(&question("bytes"))).unwrap();
        assert_eq!(page.row(64).map(|row| row.row.row), Some(7));
        assert_eq!(page.row(65).map(|row| row.row.row), Some(9));
        assert_eq!(page.row(63), None);
        assert_eq!(page.row(66), None);
        assert_eq!(page.n_rows(), 100);
    }

    #[test]
    fn an_answer_to_another_question_is_no_page() {
        let rows = answer(vec![Value::Number(1)]);
        assert_eq!(LoadedPage::new(&rows, Some(&question("bytes packets"))), None);
        assert_eq!(LoadedPage::new(&rows, None), None);
        assert_eq!(LoadedPage::new(&Arc::new(Answer::Done), Some(&question("bytes"))), None);
    }

    #[test]
    fn ipv6_asks_for_wider_columns() {
        let has_long = |text: &[u8]| {
            let value = Value::Address(Address::parse(text).unwrap());
            LoadedPage::new(&answer(vec![value]), Some(&question("srcaddr"))).unwrap().has_long_addresses()
        };
        assert!(has_long(b"2001:db8::1"));
        assert!(!has_long(b"10.0.0.1"));
    }
}
