//! Columns of addresses: IPv4 in the one spelling that AWS writes, IPv6 in the one that we print.

use super::Marks;
use super::values::{RegularRows, Span, each_byte, word_at};
use crate::record::Address;

/// Reads a column into `addresses`, one for each row, `None` where absent. Rows whose value is not an address
/// in our own spelling are marked.
#[inline(never)]
pub fn read(rows: RegularRows<'_>, column: usize, addresses: &mut Vec<Option<Address>>, marks: &mut Marks) {
    addresses.clear();
    addresses.extend(rows.spans(column).enumerate().map(|(row, span)| {
        if let Some(v4) = v4(rows.text, span) {
            return Some(Address::V4(v4));
        }
        if span.n_bytes == 1 && rows.text[span.start] == b'-' {
            return None;
        }
        let v6 = v6(rows.text, span);
        if v6.is_none() {
            marks.mark(row);
        }
        v6.map(Address::V6)
    }));
}

/// Four decimal parts without leading zeros. Part by part, but without a question about any byte.
#[inline(always)]
fn v4(text: &[u8], span: Span) -> Option<u32> {
    let end = span.start + span.n_bytes;
    let mut at = span.start;
    let mut bits = 0;
    // Anything past a byte in here means that this is no such address.
    let mut bad = 0;
    for part in 0..4 {
        let bytes = u32::from_le_bytes(*text[at..].first_chunk().expect("a block is padded"));
        let n_digits = if part < 3 {
            // The lowest byte that is a dot; that bytes above it may be taken for one does not matter.
            let from_dots = bytes ^ u32::from_ne_bytes([b'.'; 4]);
            let dots = from_dots.wrapping_sub(0x0101_0101) & !from_dots & 0x8080_8080;
            dots.trailing_zeros() / 8
        } else {
            (end.wrapping_sub(at)).min(4) as u32
        };
        if n_digits.wrapping_sub(1) > 2 {
            return None;
        }
        // The last digit to the top; what is shifted in below reads as leading zeros.
        let digits = (bytes ^ u32::from_ne_bytes([b'0'; 4])) << (32 - 8 * n_digits);
        let are_bad = (digits | digits.wrapping_add(0x7676_7676)) & 0x8080_8080;
        let number = (digits >> 8 & 0xff) * 100 + (digits >> 16 & 0xff) * 10 + (digits >> 24);
        // The least that a number of so many digits is without a leading zero: 0, 10 or 100.
        let least = 0x64_0a_00_00_u32 >> (8 * n_digits) & 0xff;
        bad |= are_bad | number | number.wrapping_sub(least);
        bits = bits << 8 | number & 0xff;
        at += n_digits as usize + 1;
    }
    (bad <= 0xff && at == end + 1).then_some(bits)
}

/// Groups of an IPv6 address.
const N_GROUPS: usize = 8;

/// An IPv6 address as [`std::net::Ipv6Addr`] prints it: small letters, no leading zeros, the longest run of
/// zeros left out. Others, and those that are printed with an IPv4 address in them, are left to the slow way.
#[inline(never)]
fn v6(text: &[u8], span: Span) -> Option<u128> {
    let end = span.start + span.n_bytes;
    let mut groups = [0u16; N_GROUPS];
    let mut n_groups = 0;
    // How many groups come before the `::`.
    let mut gap_at = None;
    let mut at = span.start;
    if span.n_bytes >= 2 && text[at..].starts_with(b"::") {
        gap_at = Some(0);
        at += 2;
    }
    while at < end {
        let word = word_at(text, at);
        let from_colons = word ^ each_byte(b':');
        let colons = from_colons.wrapping_sub(each_byte(1)) & !from_colons & each_byte(0x80);
        let n_digits = ((colons.trailing_zeros() / 8) as usize).min(end - at);
        if n_groups == N_GROUPS || n_digits == 0 || n_digits > 4 {
            return None;
        }
        groups[n_groups] = hex_group(word as u32, n_digits as u32)?;
        n_groups += 1;
        at += n_digits;
        if at == end {
            break;
        }
        // A colon; another one is the gap.
        at += 1;
        if text[at] == b':' && at < end {
            if gap_at.is_some() {
                return None;
            }
            gap_at = Some(n_groups);
            at += 1;
        } else if at == end {
            return None;
        }
    }
    let n_left_out = N_GROUPS - n_groups;
    match gap_at {
        None if n_left_out == 0 => {}
        // A single group is not left out.
        Some(gap_at) if n_left_out > 1 => {
            groups.copy_within(gap_at..n_groups, gap_at + n_left_out);
            groups[gap_at..gap_at + n_left_out].fill(0);
        }
        _ => return None,
    }
    let has_v4_inside = groups[..5] == [0; 5] && groups[5] == 0xffff;
    if has_v4_inside || gap_of(&groups) != gap_at.map(|gap_at| (gap_at, n_left_out)) {
        return None;
    }
    Some(groups.iter().fold(0, |bits, group| bits << 16 | u128::from(*group)))
}

/// Up to four hexadecimal digits, the first in the lowest byte, without leading zeros or capitals.
#[inline(always)]
fn hex_group(bytes: u32, n_digits: u32) -> Option<u16> {
    let mut group = 0;
    for at in 0..n_digits {
        let byte = (bytes >> (8 * at)) as u8;
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        group = group << 4 | u16::from(digit);
    }
    (n_digits == 1 || bytes as u8 != b'0').then_some(group)
}

/// The run of zeros that is left out of a printed address: the first of the longest, if it is longer than one.
fn gap_of(groups: &[u16; N_GROUPS]) -> Option<(usize, usize)> {
    let (mut longest, mut run) = ((0, 1), (0, 0));
    for (at, group) in groups.iter().enumerate() {
        run = match (*group, run) {
            (0, (_, 0)) => (at, 1),
            (0, (start, n)) => (start, n + 1),
            _ => (0, 0),
        };
        if run.1 > longest.1 {
            longest = run;
        }
    }
    (longest.1 > 1).then_some(longest)
}
