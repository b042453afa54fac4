//! What an answer about requests rests on, and what it leaves aside, above the answer.

use flow_core::analysis::requests::Basis;
use leptos::prelude::*;

use super::format;
use super::states::FieldNames;

#[component]
pub fn BasisNotes(basis: Basis) -> impl IntoView {
    let sentences = in_words(&basis);
    let needs = basis.needs;
    view! {
        <ul class="notes">
            {sentences.into_iter().map(|words| view! { <li>{words}</li> }).collect_view()}
            {(!needs.is_empty()).then(|| view! {
                <li>"Not in these files: " <FieldNames fields=needs/> ". With them less would be a guess"</li>
            })}
        </ul>
    }
}

/// A sentence each; nothing is said of what is not the case.
pub fn in_words(basis: &Basis) -> Vec<String> {
    let mut sentences = Vec::new();
    let rows = format::counted(basis.n_rows, "row");
    sentences.push(match basis.time {
        Some((first, last)) => format!("{rows}, {} to {} UTC", format::utc(first), format::utc(last)),
        None => rows,
    });
    let counts = [
        (
            basis.n_rows_guessed,
            "are counted by a guess at who asked: the smaller port, or who was there first",
        ),
        (basis.n_rows_unknown, "are left aside, because nothing tells who asked"),
        (basis.n_rows_without_side, "are left aside, because it is not known which end is the interface"),
        (
            basis.n_accepted_rows_over_limit + basis.n_other_rows_over_limit,
            "are left aside, because there are more different requests than fit; filter to see them",
        ),
        (basis.n_rows_without_action, "record no action"),
    ];
    sentences.extend(counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| {
        let verb = if n == 1 {
            what.replacen("are ", "is ", 1).replacen("record ", "records ", 1)
        } else {
            what.to_owned()
        };
        format!("{} {verb}", format::counted(n, "row"))
    }));
    let n_skipped = basis.n_skipped_windows();
    if n_skipped > 0 {
        sentences.push(format!(
            "AWS skipped records in {} (SKIPDATA) of {}: what happened then is not here",
            format::counted(n_skipped, "window"),
            format::counted(basis.skipped.len() as u64, "interface")
        ));
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow_core::record::Value;

    #[test]
    fn only_what_is_the_case_is_said() {
        let basis = Basis { n_rows: 7, time: Some((0, 60)), ..Basis::default() };
        assert_eq!(in_words(&basis), [format!("7 rows, {} to {} UTC", format::utc(0), format::utc(60))]);
        let basis = Basis {
            n_rows: 9,
            n_rows_unknown: 1,
            n_rows_without_action: 2,
            skipped: vec![(Value::Absent, 3)],
            ..Basis::default()
        };
        assert_eq!(
            in_words(&basis),
            [
                "9 rows",
                "1 row is left aside, because nothing tells who asked",
                "2 rows record no action",
                "AWS skipped records in 3 windows (SKIPDATA) of 1 interface: what happened then is not here",
            ]
        );
    }
}
