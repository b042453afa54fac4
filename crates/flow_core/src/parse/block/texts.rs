//! Columns of text: nothing is read, only where each value is.

use super::Marks;
use super::values::RegularRows;
use crate::parse::row_block::TextSpan;

/// Notes where the values of a column are, one for each row. Rows whose value is empty or begins a comment
/// are marked.
#[inline(never)]
pub fn read(rows: RegularRows<'_>, column: usize, spans: &mut Vec<TextSpan>, marks: &mut Marks) {
    spans.resize(marks.n_rows(), TextSpan::ABSENT);
    for (row, (place, span)) in spans.iter_mut().zip(rows.spans_from(0, column)).enumerate() {
        let first = rows.text[span.start];
        if span.n_bytes == 0 || first == b'#' {
            marks.mark(row);
        }
        *place = if span.n_bytes == 1 && first == b'-' {
            TextSpan::ABSENT
        } else {
            TextSpan { start: span.start as u16, n_bytes: span.n_bytes as u16 }
        };
    }
}

/// Marks the rows that have a text other than `expected`.
#[inline(never)]
pub fn mark_all_but(expected: &[u8], text: &[u8], spans: &[TextSpan], marks: &mut Marks) {
    for (row, span) in spans.iter().enumerate() {
        if *span != TextSpan::ABSENT && span.of(text) != expected {
            marks.mark(row);
        }
    }
}
