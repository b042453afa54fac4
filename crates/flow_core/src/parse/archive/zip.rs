//! The directory of a zip archive, which is at its end.

use std::ops::Range;

use super::{Listed, Member, MemberPlace, Members, Packing, name_of, too_many_members};
use crate::parse::gzip::Damaged;
use crate::parse::{Refusal, bomb};

/// How a zip archive begins: with its first member, or its end where it has none.
pub const STARTS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

const END_MARK: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
/// In front of the end of an archive that is too large for it, where the larger end is.
const LARGE_LOCATOR_MARK: &[u8] = b"PK\x06\x07";
const LARGE_LOCATOR_BYTES: usize = 20;
const LARGE_END_MARK: &[u8] = b"PK\x06\x06";
const LARGE_END_BYTES: u64 = 56;
const ENTRY_MARK: &[u8] = b"PK\x01\x02";
const ENTRY_BYTES: usize = 46;

/// What is in every workbook, such as the CloudWatch console makes of query results, and in nothing else that has logs.
const OF_WORKBOOKS: &str = "[Content_Types].xml";

/// The end may have a comment of this length behind it.
const COMMENT_BYTES_MAX: usize = u16::MAX as usize;

/// A directory of as many members as are read has no more than this, however long their paths are.
const DIRECTORY_BYTES_MAX: u64 = 32 * 1024 * 1024;

pub struct ZipList {
    n_bytes: u64,
    stage: Stage,
}

enum Stage {
    End,
    LargeEnd,
    Directory,
}

/// Where a directory is.
struct Directory {
    n_bytes: u64,
    start: u64,
}

impl ZipList {
    /// With the bytes that are needed first.
    pub fn new(n_bytes: u64) -> (ZipList, Range<u64>) {
        let n_tail = (END_BYTES + COMMENT_BYTES_MAX + LARGE_LOCATOR_BYTES) as u64;
        (ZipList { n_bytes, stage: Stage::End }, n_bytes.saturating_sub(n_tail)..n_bytes)
    }

    pub fn read(&mut self, bytes: &[u8], members: &mut Members) -> Result<Listed, Refusal> {
        let listed = match self.stage {
            Stage::End => self.read_end(bytes),
            Stage::LargeEnd => self.read_large_end(bytes),
            Stage::Directory => return self.read_directory(bytes, members),
        };
        match listed {
            Ok(Listed::Wants(directory)) if directory.end - directory.start > DIRECTORY_BYTES_MAX => {
                Err(too_many_members())
            }
            listed => Ok(listed.unwrap_or(Listed::Damaged)),
        }
    }

    fn read_end(&mut self, tail: &[u8]) -> Result<Listed, Damaged> {
        // The last mark whose comment reaches exactly to the end of the file.
        let is_end = |at: &usize| {
            let comment = number(&tail[*at..], 20, 2);
            tail[*at..].starts_with(END_MARK) && comment == Ok((tail.len() - at - END_BYTES) as u64)
        };
        let n_places = (tail.len() + 1).saturating_sub(END_BYTES);
        let at = (0..n_places).rev().find(is_end).ok_or(Damaged)?;
        let end = &tail[at..];
        let directory = Directory { n_bytes: number(end, 12, 4)?, start: number(end, 16, 4)? };
        let is_large = number(end, 10, 2)? == 0xffff
            || directory.n_bytes == 0xffff_ffff
            || directory.start == 0xffff_ffff;
        let locator = at.checked_sub(LARGE_LOCATOR_BYTES).map(|start| &tail[start..at]);
        match locator.filter(|locator| is_large && locator.starts_with(LARGE_LOCATOR_MARK)) {
            Some(locator) => {
                let start = number(locator, 8, 8)?;
                self.stage = Stage::LargeEnd;
                self.within(start, LARGE_END_BYTES)
            }
            None => self.want_directory(&directory),
        }
    }

    fn read_large_end(&mut self, end: &[u8]) -> Result<Listed, Damaged> {
        if !end.starts_with(LARGE_END_MARK) {
            return Err(Damaged);
        }
        self.want_directory(&Directory { n_bytes: number(end, 40, 8)?, start: number(end, 48, 8)? })
    }

    fn want_directory(&mut self, directory: &Directory) -> Result<Listed, Damaged> {
        self.stage = Stage::Directory;
        match directory.n_bytes {
            0 => Ok(Listed::End),
            n_bytes => self.within(directory.start, n_bytes),
        }
    }

    fn within(&self, start: u64, n_bytes: u64) -> Result<Listed, Damaged> {
        let end = start.checked_add(n_bytes).filter(|end| *end <= self.n_bytes).ok_or(Damaged)?;
        Ok(Listed::Wants(start..end))
    }

    fn read_directory(&self, mut bytes: &[u8], members: &mut Members) -> Result<Listed, Refusal> {
        while !bytes.is_empty() {
            let Ok((member, rest)) = entry(bytes) else { return Ok(Listed::Damaged) };
            if member.name == OF_WORKBOOKS {
                return Err(Refusal {
                    seems_to_be: "an Excel workbook, or another document of an office program".to_owned(),
                    next_step:
                        "Save its table as CSV, or download the results as CSV or JSON, and open that."
                            .to_owned(),
                });
            }
            members.add_within(member, self.n_bytes)?;
            bytes = rest;
        }
        Ok(Listed::End)
    }
}

/// The entry that the directory goes on with, and what follows it.
fn entry(bytes: &[u8]) -> Result<(Member, &[u8]), Damaged> {
    if !bytes.starts_with(ENTRY_MARK) {
        return Err(Damaged);
    }
    let size = |at| number(bytes, at, 2).map(|size| size as usize);
    let (n_name, n_extra, n_comment) = (size(28)?, size(30)?, size(32)?);
    let name = bytes.get(ENTRY_BYTES..ENTRY_BYTES + n_name).ok_or(Damaged)?;
    let extra_at = ENTRY_BYTES + n_name;
    let extra = bytes.get(extra_at..extra_at + n_extra).ok_or(Damaged)?;
    let rest = bytes.get(extra_at + n_extra + n_comment..).ok_or(Damaged)?;
    // Sizes that do not fit are in the extra data, in this order, those alone.
    let mut large = large_numbers(extra);
    let mut number_or_large = |at| match number(bytes, at, 4)? {
        0xffff_ffff => large.next().ok_or(Damaged),
        number => Ok(number),
    };
    let n_bytes_unpacked = number_or_large(24)?;
    let n_bytes = number_or_large(20)?;
    let start = number_or_large(42)?;
    let is_encrypted = number(bytes, 8, 2)? & 1 == 1;
    let method = number(bytes, 10, 2)?;
    let refusal = match method {
        _ if is_encrypted => Some((
            "an encrypted file in a zip archive".to_owned(),
            "Extract it with its password and open the result.",
        )),
        8 if n_bytes_unpacked > bomb::unpacked_bytes_max(n_bytes) => Some((
            format!(
                "a file in a zip archive that unpacks to more than {} times its size, which no log does",
                bomb::RATIO_MAX
            ),
            "Extract it and open the result.",
        )),
        0 | 8 => None,
        _ => Some((
            format!(
                "a file in a zip archive, packed in a way that only some programs know (method {method})"
            ),
            "Extract it and open the result.",
        )),
    };
    let packing =
        Packing::Zip { is_deflated: method == 8, n_bytes_unpacked, checksum: number(bytes, 16, 4)? as u32 };
    let member = Member {
        name: name_of(name),
        place: MemberPlace { start, n_bytes, packing },
        refusal: refusal
            .map(|(seems_to_be, next_step)| Refusal { seems_to_be, next_step: next_step.to_owned() }),
    };
    Ok((member, rest))
}

/// The eight-byte numbers of the extra data for large members.
fn large_numbers(mut extra: &[u8]) -> impl Iterator<Item = u64> {
    const LARGE: u64 = 1;
    let mut numbers: &[u8] = &[];
    while let (Ok(id), Ok(n_bytes)) = (number(extra, 0, 2), number(extra, 2, 2)) {
        let Some((data, rest)) = extra[4..].split_at_checked(n_bytes as usize) else { break };
        if id == LARGE {
            numbers = data;
        }
        extra = rest;
    }
    numbers.chunks_exact(8).map(|bytes| u64::from_le_bytes(bytes.try_into().expect("eight bytes")))
}

/// The number of `n_bytes` at a place, the lowest byte first.
pub fn number(bytes: &[u8], at: usize, n_bytes: usize) -> Result<u64, Damaged> {
    let bytes = bytes.get(at..at + n_bytes).ok_or(Damaged)?;
    Ok(bytes.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
}
