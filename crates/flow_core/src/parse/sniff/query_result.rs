//! Tables that a query made of flow logs and whose lines are not records: what is missing, or there in place of them.

use super::Verdict;
use crate::parse::Refusal;
use crate::parse::container::Container;
use crate::parse::unwrap::{FIELDS_MIN, TableColumns};

/// Refuses a table with these columns.
pub fn refuse(container: Container, columns: &TableColumns) -> Verdict {
    let refusal = Refusal {
        seems_to_be: what_it_is(columns),
        next_step: "Query the records themselves (`fields @timestamp, @message` in CloudWatch Logs Insights, `SELECT *` \
                    in Athena) and open that result."
            .to_owned(),
    };
    Verdict::Refuse { container, refusal, columns: Vec::new() }
}

fn what_it_is(columns: &TableColumns) -> String {
    if columns.has_computed() {
        let computed = Refusal::some_of(columns.computed());
        return format!(
            "the result of a query with computed columns ({computed}): its lines are not flow log records"
        );
    }
    let missing = match (columns.n_fields(), columns.says_whose()) {
        (FIELDS_MIN.., _) => {
            "a column that says whose traffic it is: an address, `interface-id` or `tgw-id`".to_owned()
        }
        (_, true) => format!("the record (`@message`), or at least {FIELDS_MIN} of its fields"),
        (_, false) => format!(
            "the record (`@message`), or at least {FIELDS_MIN} of its fields and among them an address, `interface-id` or \
             `tgw-id`"
        ),
    };
    let names = Refusal::some_of(columns.names.iter().map(String::as_str));
    format!("the result of a query that lacks {missing} (its columns: {names})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(names: &str) -> String {
        what_it_is(&TableColumns::of(names.split(',')))
    }

    #[test]
    fn what_is_computed_or_missing_is_named() {
        assert_eq!(
            words("srcAddr,sum(bytes),count(*)"),
            "the result of a query with computed columns (sum(bytes), count(*)): its lines are not flow log records"
        );
        assert_eq!(
            words("srcAddr,total"),
            "the result of a query that lacks the record (`@message`), or at least 3 of its fields (its columns: srcAddr, \
             total)"
        );
        assert!(words("bytes,start,end,action,a,b").ends_with(
            "lacks a column that says whose traffic it is: an address, `interface-id` or `tgw-id` (its columns: bytes, \
             start, end, action, a, …)"
        ));
        assert!(words("@timestamp,@ptr").contains("at least 3 of its fields and among them an address"));
    }
}
