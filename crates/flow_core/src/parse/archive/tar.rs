//! The members of a tar archive, each behind a head of 512 bytes.

use std::ops::Range;

use super::{Listed, Member, MemberPlace, Members, Packing, name_of};
use crate::parse::Refusal;

const BLOCK_BYTES: usize = 512;

/// Read at once: heads of small members lie close together, and a place further on is as fast to read as the next.
const LOOK_BYTES: u64 = 64 * 1024;

/// A path, or what else is said of a member before its head. A system's paths end at 4 KiB.
const NOTE_BYTES_MAX: u64 = 32 * 1024;

/// Where a head has its mark, in all but the oldest archives.
const MARK: Range<usize> = 257..262;

/// Whether this is the head of a tar archive's first member.
pub fn looks_like_tar(head: &[u8]) -> bool {
    head.get(MARK) == Some(b"ustar")
}

pub struct TarList {
    n_bytes: u64,
    packing: Packing,
    /// What a note before the next head says of its member.
    path: Option<String>,
    size: Option<u64>,
}

impl TarList {
    /// With the bytes that are needed first.
    pub fn new(n_bytes: u64, packing: Packing) -> (TarList, Range<u64>) {
        (TarList { n_bytes, packing, path: None, size: None }, 0..LOOK_BYTES.min(n_bytes))
    }

    /// The archive has turned out to have so many bytes.
    pub fn end_at(&mut self, n_bytes: u64) {
        self.n_bytes = n_bytes;
    }

    /// Reads the heads in these bytes, which begin at `start` with one.
    pub fn read(&mut self, bytes: &[u8], start: u64, members: &mut Members) -> Result<Listed, Refusal> {
        let is_rest = start.saturating_add(bytes.len() as u64) >= self.n_bytes;
        let want = |here: u64| match is_rest {
            true => Listed::Damaged,
            false => Listed::Wants(here..here.saturating_add(LOOK_BYTES)),
        };
        let mut at = 0;
        loop {
            let here = start + at;
            if here >= self.n_bytes {
                // Beyond the end is what the last member says it has and has not.
                return Ok(if here == self.n_bytes { Listed::End } else { Listed::Damaged });
            }
            let Some(head) = part(bytes, at, BLOCK_BYTES as u64) else { return Ok(want(here)) };
            if head.iter().all(|byte| *byte == 0) {
                return Ok(Listed::End);
            }
            let Some(size) = octal(&head[124..136]).filter(|_| has_checksum(head)) else {
                return Ok(Listed::Damaged);
            };
            let data_at = at + BLOCK_BYTES as u64;
            let kind = head[156];
            let n_bytes = match kind {
                b'L' | b'x' => size,
                _ => self.size.take().unwrap_or(size),
            };
            let n_blocks = n_bytes.div_ceil(BLOCK_BYTES as u64);
            let next = n_blocks.checked_mul(BLOCK_BYTES as u64).and_then(|n| data_at.checked_add(n));
            let Some(next) = next.filter(|next| start.checked_add(*next).is_some()) else {
                return Ok(Listed::Damaged);
            };
            match kind {
                b'L' | b'x' if n_bytes <= NOTE_BYTES_MAX => {
                    let Some(note) = part(bytes, data_at, n_bytes) else { return Ok(want(here)) };
                    self.note(kind, note);
                }
                b'0' | 0 | b'7' => {
                    let place =
                        MemberPlace { start: start + data_at, n_bytes, packing: self.packing.clone() };
                    let name = self.path.take().unwrap_or_else(|| path(head));
                    members.add(Member { name, place, refusal: None })?;
                }
                _ => {
                    self.path = None;
                    members.leave_out();
                }
            }
            at = next;
        }
    }

    /// What stands before a head because it does not fit there.
    fn note(&mut self, kind: u8, note: &[u8]) {
        if kind == b'L' {
            self.path = Some(name_of(until_zero(note)));
            return;
        }
        // Lines of `length key=value`.
        for line in note.split(|byte| *byte == b'\n') {
            let Some(pair) = line.splitn(2, |byte| *byte == b' ').nth(1) else { continue };
            if let Some(path) = pair.strip_prefix(b"path=") {
                self.path = Some(name_of(path));
            } else if let Some(size) = pair.strip_prefix(b"size=") {
                self.size = str::from_utf8(size).ok().and_then(|size| size.parse().ok());
            }
        }
    }
}

fn part(bytes: &[u8], at: u64, n_bytes: u64) -> Option<&[u8]> {
    let start = usize::try_from(at).ok()?;
    bytes.get(start..start.checked_add(usize::try_from(n_bytes).ok()?)?)
}

fn until_zero(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or(bytes)
}

/// The name in a head, behind its folder where that is apart.
fn path(head: &[u8]) -> String {
    let name = name_of(until_zero(&head[..100]));
    let folder = until_zero(&head[345..500]);
    let has_folder = head[MARK.end] == 0 && !folder.is_empty();
    if has_folder { format!("{}/{name}", name_of(folder)) } else { name }
}

/// A number in octal digits or, with the top bit set, in plain bytes.
fn octal(text: &[u8]) -> Option<u64> {
    if text[0] & 0x80 != 0 {
        let and_byte = |number: u64, byte: &u8| Some(number.checked_mul(256)? + u64::from(*byte));
        return text[1..].iter().try_fold(0, and_byte).filter(|_| text[0] == 0x80);
    }
    let digits = str::from_utf8(until_zero(text)).ok()?.trim();
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

/// The sum of the head's bytes, its own digits counted as spaces.
fn has_checksum(head: &[u8]) -> bool {
    const DIGITS: Range<usize> = 148..156;
    let sum: u64 = head.iter().map(|byte| u64::from(*byte)).sum();
    let own: u64 = head[DIGITS].iter().map(|byte| u64::from(*byte)).sum();
    octal(&head[DIGITS]) == Some(sum - own + DIGITS.len() as u64 * u64::from(b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_digits_or_plain_bytes() {
        assert_eq!(octal(b"0000644\0"), Some(0o644));
        assert_eq!(octal(b" 644 \0\0\0"), Some(0o644));
        assert_eq!(octal(b"\0\0\0\0\0\0\0\0"), Some(0));
        assert_eq!(octal(b"0000648\0"), None);
        assert_eq!(octal(b"\x80\0\0\0\0\0\x01\x02"), Some(0x102), "of eight bytes, as of a checksum");
        assert_eq!(octal(b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"), Some(u64::MAX));
        assert_eq!(octal(b"\x80\0\0\x01\xff\xff\xff\xff\xff\xff\xff\xff"), None, "more than a file can have");
        assert_eq!(octal(b"\xff\xff\xff\xff\xff\xff\xff\xff"), None, "less than nothing");
    }
}
