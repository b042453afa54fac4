//! Columns of addresses: IPv4 in the one spelling that AWS writes, IPv6 in the one that we print.

use super::Marks;
use super::values::{BlockText, RegularRows, Span, each_byte, word_at};
use super::words::v4;
use crate::parse::row_block::{AddressBuffer, OtherAddress};
use crate::record::Address;

/// Reads a column into `addresses`. Rows whose value is not an address in our own spelling are marked.
///
/// First all values as IPv4, which is most of them, without a branch; then those that were none: where a tenth of the
/// addresses is IPv6, what each of them is would be guessed wrong as often.
#[inline(never)]
pub fn read(rows: RegularRows<'_>, column: usize, addresses: &mut AddressBuffer, marks: &mut Marks) {
    let n_rows = marks.n_rows();
    let AddressBuffer { v4: v4s, others, places } = addresses;
    v4s.resize(n_rows, 0);
    if places.len() <= n_rows {
        places.resize(n_rows + 1, 0);
    }
    let mut n_others = 0;
    for (row, (place, span)) in v4s.iter_mut().zip(rows.spans_from(0, column)).enumerate() {
        let (bits, is_v4) = v4(rows.text, span);
        *place = bits;
        places[n_others] = row as u16;
        n_others += usize::from(!is_v4);
    }
    others.clear();
    others.extend(places[..n_others].iter().map(|&row| {
        let span = rows.span(usize::from(row), column);
        let address = if span.n_bytes == 1 && rows.text[span.start] == b'-' {
            None
        } else {
            let v6 = v6(rows.text, span);
            if v6.is_none() {
                marks.mark(usize::from(row));
            }
            v6.map(Address::V6)
        };
        OtherAddress { row, address }
    }));
}

/// Groups of an IPv6 address.
const N_GROUPS: usize = 8;

/// An IPv6 address as [`std::net::Ipv6Addr`] prints it: small letters, no leading zeros, the longest run of
/// zeros left out. Others, and those that are printed with an IPv4 address in them, are left to the slow way.
#[inline(never)]
fn v6(text: &BlockText, span: Span) -> Option<u128> {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::values::tests::column_of;
    use super::*;
    use crate::parse::spelling;

    /// What a value is in the eyes of the slow way, with nothing where it is not in our spelling.
    fn simple(text: &str) -> Option<Option<Address>> {
        if text == "-" {
            return Some(None);
        }
        let address = Address::parse(text.as_bytes())?;
        (!spelling::is_odd(address, text)).then_some(Some(address))
    }

    fn check(values: &[String]) {
        let block = column_of(values);
        // What was there before does not matter.
        let left_over = OtherAddress { row: 9, address: Some(Address::V4(7)) };
        let mut addresses = AddressBuffer { v4: vec![7; 3], others: vec![left_over], places: vec![1] };
        let mut marks = Marks::default();
        marks.reset(values.len());
        read(block.rows(), 0, &mut addresses, &mut marks);
        let addresses = addresses.part(0..values.len());
        let in_runs: Vec<Option<Address>> = addresses
            .runs()
            .flat_map(|(run, other)| run.iter().map(|bits| Some(Address::V4(*bits))).chain(other))
            .collect();
        assert_eq!(in_runs, (0..values.len()).map(|row| addresses.get(row)).collect::<Vec<_>>());
        for (row, value) in values.iter().enumerate() {
            let read = (!marks.is_marked[row]).then_some(addresses.get(row));
            match simple(value) {
                // Rare, and left to the slow way.
                Some(Some(Address::Mac(_))) => assert_eq!(read, None, "{value:?}"),
                Some(Some(Address::V6(bits))) if bits >> 32 == 0xffff => assert_eq!(read, None, "{value:?}"),
                simple => assert_eq!(read, simple, "{value:?}"),
            }
        }
    }

    #[test]
    fn addresses_at_the_edges_are_read_or_left() {
        check(
            &[
                "0.0.0.0",
                "255.255.255.255",
                "10.0.0.1",
                "1.2.3.4",
                "-",
                "",
                "256.0.0.1",
                "10.0.0.256",
                "10.0.0.999",
                "01.2.3.4",
                "1.2.3.04",
                "1.2.3.00",
                "1.2.3",
                "1.2.3.",
                ".1.2.3",
                "1..2.3",
                "1.2.3.4.",
                "1.2.3.4.5",
                "1.2.3.1234",
                "1.2.3.0123",
                "0123.1.2.3",
                "1.2.3.12345678",
                "1234567.1.2.3",
                "....",
                "1.2.3.4x",
                "x.2.3.4",
                "1.2.3./",
                "1.2.3.:",
                "111.222.233.1234",
                "1.2",
                "12345678901234.1.2.3",
                "::",
                "::1",
                "1::",
                "2001:db8::1",
                "2001:db8::",
                "2001:DB8::1",
                "2001:0db8::1",
                "1:2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7::",
                "::2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                ":::",
                ":",
                ":1",
                "1:",
                "1:0:0:2:0:0:0:3",
                "1:0:0:2::3",
                "1::2:0:0:0:3",
                "1:0:0:2:0:0:3:4",
                "1::2:0:0:3:4",
                "1:0:0:2::3:4",
                "fe80::1:0:0:1",
                "0::",
                "0:0:0:0:0:0:0:0",
                "::ffff:1.2.3.4",
                "::ffff:102:304",
                "::1.2.3.4",
                "12345::",
                "1:2:3:4:5:6:7:g",
                "fe80::1%eth0",
                "01:23:45:67:89:ab",
            ]
            .map(String::from),
        );
    }

    /// Groups of which many are zero, so that there is something to leave out.
    fn v6_bits() -> impl Strategy<Value = u128> {
        prop::array::uniform8(prop_oneof![Just(0u16), Just(0), any::<u16>(), 0u16..20])
            .prop_map(|groups| groups.iter().fold(0, |bits, group| bits << 16 | u128::from(*group)))
    }

    proptest! {
        #[test]
        fn words_read_what_the_slow_way_reads(values in prop::collection::vec(
            prop_oneof![
                any::<u32>().prop_map(|bits| Address::V4(bits).to_string()),
                prop::array::uniform4(0u32..300).prop_map(|[a, b, c, d]| format!("{a}.{b}.{c}.{d}")),
                "[0-9.]{1,16}",
                "[0-9]{0,4}[.][0-9]{0,4}[.][0-9]{0,4}[.][0-9]{0,4}",
                v6_bits().prop_map(|bits| Address::V6(bits).to_string()),
                "[0-9a-f:]{1,20}",
                "([0-9a-f]{1,4}:){1,4}:([0-9a-f]{1,4}:){0,3}[0-9a-f]{0,4}",
                "[!-~]{0,20}",
                Just("-".to_owned()),
            ],
            1..40,
        )) {
            check(&values);
        }
    }
}
