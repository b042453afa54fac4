//! The reports of all files, as the engine sent them last. Thousands of files are common, and while they are read the
//! engine sends all their reports four times a second: they stay where the answer has them.

use std::ops::Deref;
use std::sync::Arc;

use flow_core::parse::FileReport;
use flow_core::session::message::Answer;

/// Cheap to clone and to compare: by address. Without an answer there are none.
#[derive(Clone, Debug, Default)]
pub struct Reports(Option<Arc<Answer>>);

impl Reports {
    pub fn of(answer: Option<&Arc<Answer>>) -> Reports {
        Reports(answer.cloned())
    }
}

impl Deref for Reports {
    type Target = [FileReport];

    fn deref(&self) -> &[FileReport] {
        match self.0.as_deref() {
            Some(Answer::Report(reports)) => reports,
            _ => &[],
        }
    }
}

impl PartialEq for Reports {
    fn eq(&self, other: &Reports) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use flow_core::parse::SourceId;

    use super::*;

    #[test]
    fn reports_are_those_of_the_answer_and_the_same_only_in_the_same_answer() {
        let answer = || Arc::new(Answer::Report(vec![FileReport::new(SourceId(0), "a.log", 10)]));
        let (one, other) = (answer(), answer());
        assert_eq!(Reports::of(Some(&one))[0].name, "a.log");
        assert_eq!(Reports::of(Some(&one)), Reports::of(Some(&one)));
        assert_ne!(Reports::of(Some(&one)), Reports::of(Some(&other)));
        assert!(Reports::of(None).is_empty() && Reports::of(Some(&Arc::new(Answer::Done))).is_empty());
    }
}
