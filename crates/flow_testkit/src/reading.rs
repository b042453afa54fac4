//! A file in memory, read as a session reads one: the bytes that the parser wants, in pieces.

use flow_core::parse::{FileParser, RowSink, Wants};

/// Reads `bytes` to their end in pieces of these sizes; the last size is used again until the end.
pub fn read_in_pieces(parser: &mut FileParser, bytes: &[u8], piece_sizes: &[usize], sink: &mut impl RowSink) {
    let mut offset = 0;
    let mut sizes = piece_sizes.iter().copied();
    let mut size = 1;
    let mut is_by_ranges = false;
    loop {
        let wants = parser.wants();
        is_by_ranges |= wants != Wants::Next;
        if is_by_ranges && parser.is_over() {
            break;
        }
        let end = match wants {
            Wants::Next => bytes.len(),
            Wants::Range(range) => {
                offset = range.start as usize;
                (range.end as usize).min(bytes.len())
            }
            Wants::Turn => {
                parser.push(&[], sink);
                continue;
            }
        };
        if offset >= end {
            break;
        }
        size = sizes.next().unwrap_or(size).clamp(1, end - offset);
        parser.push(&bytes[offset..offset + size], sink);
        offset += size;
    }
    parser.finish(sink);
}
