//! Archives: files that hold other files. What is in one is listed here; each member is then read as a file of its own.
//!
//! Listing takes an archive's directory (zip) or the heads of its members (tar) and no more. A tar archive in gzip can be
//! read only from its start, so it is unpacked once to list it and once more while its members are read, one behind the
//! other; what is unpacked is never held. Names of members are text
//! to be shown: nothing is ever written anywhere. A library would serve, but those that ask for bytes instead of
//! reading files bring tables of old character sets that weigh more than the page.

mod member;
mod tar;
mod zip;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use self::member::MemberReader;
use self::tar::TarList;
pub use self::tar::looks_like_tar;
pub use self::zip::STARTS as ZIP_STARTS;
use self::zip::ZipList;
use super::gzip::{Damaged, GzipCursor};
use super::{FileReport, FileState, Refusal, bomb};

/// Members of one archive. Each gets its line in the report of the load; nobody reads more of them.
const MEMBERS_MAX: usize = 10_000;

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// As the archive has it, with its path.
    pub name: String,
    pub place: MemberPlace,
    /// Why it is not read, where that shows without reading it.
    pub refusal: Option<Refusal>,
}

/// Where a member is in its archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberPlace {
    /// Of its data or, in a zip archive, of the head in front of that. Of a tar archive in gzip, in what is unpacked.
    pub start: u64,
    /// Bytes of its data as they are in the archive.
    pub n_bytes: u64,
    pub packing: Packing,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Packing {
    /// As it is.
    Tar,
    /// In the middle of what must be unpacked from its start.
    TarInGzip,
    Zip {
        is_deflated: bool,
        n_bytes_unpacked: u64,
        checksum: u32,
    },
}

impl MemberPlace {
    /// The name of what packed it, where that was the archive.
    pub fn compression(&self) -> Option<&'static str> {
        match self.packing {
            Packing::Tar | Packing::Zip { is_deflated: false, .. } => None,
            Packing::TarInGzip => Some("gzip"),
            Packing::Zip { is_deflated: true, .. } => Some("zip"),
        }
    }

    /// The first byte of the file that is needed to read it.
    pub fn first_byte(&self) -> u64 {
        match self.packing {
            Packing::Tar | Packing::Zip { .. } => self.start,
            Packing::TarInGzip => 0,
        }
    }

    /// Bytes of the file that it was.
    pub fn n_bytes_unpacked(&self) -> u64 {
        match self.packing {
            // What is stored is as long as it is, whatever the archive says.
            Packing::Tar | Packing::TarInGzip | Packing::Zip { is_deflated: false, .. } => self.n_bytes,
            Packing::Zip { n_bytes_unpacked, .. } => n_bytes_unpacked,
        }
    }
}

/// What a step of listing came to.
enum Listed {
    /// These bytes are needed next.
    Wants(Range<u64>),
    End,
    /// There is more, but nobody can read it.
    Damaged,
}

/// What was found so far.
#[derive(Default)]
struct Members {
    members: Vec<Member>,
    /// Folders, links, and what systems put beside files.
    n_left_out: u64,
    /// Bytes that the members say they take.
    n_bytes: u64,
}

/// Lists the members of one archive.
pub struct ArchiveReader {
    /// Of the archive; of one in gzip not known before its end.
    n_bytes: u64,
    kind: Kind,
    /// Unpacks the archive, if it is in gzip.
    packed: Option<Box<GzipCursor>>,
    /// Bytes that it may become, if it is packed.
    n_unpacked_max: u64,
    members: Members,
    wanted: Range<u64>,
    held: Vec<u8>,
    is_over: bool,
}

enum Kind {
    Zip(ZipList),
    Tar(TarList),
}

impl ArchiveReader {
    /// A zip archive of so many bytes.
    pub fn zip(n_bytes: u64) -> ArchiveReader {
        let (list, wanted) = ZipList::new(n_bytes);
        ArchiveReader::new(n_bytes, Kind::Zip(list), wanted)
    }

    /// A tar archive of so many bytes.
    pub fn tar(n_bytes: u64) -> ArchiveReader {
        let (list, wanted) = TarList::new(n_bytes, Packing::Tar);
        ArchiveReader::new(n_bytes, Kind::Tar(list), wanted)
    }

    /// A tar archive in gzip, which is read from its start and may become so many bytes.
    pub fn tar_in_gzip(n_unpacked_max: u64) -> ArchiveReader {
        let (list, wanted) = TarList::new(u64::MAX, Packing::TarInGzip);
        let packed = Some(Box::default());
        ArchiveReader { packed, n_unpacked_max, ..ArchiveReader::new(u64::MAX, Kind::Tar(list), wanted) }
    }

    fn new(n_bytes: u64, kind: Kind, wanted: Range<u64>) -> ArchiveReader {
        let members = Members::default();
        let held = Vec::new();
        let n_unpacked_max = u64::MAX;
        ArchiveReader { n_bytes, kind, packed: None, n_unpacked_max, members, wanted, held, is_over: false }
    }

    /// As the summary export names it.
    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::Zip(_) => "zip",
            Kind::Tar(_) => "tar",
        }
    }

    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether few bytes can become very many.
    pub fn unpacks(&self) -> bool {
        self.packed.is_some()
    }

    /// The bytes of the file to be pushed next.
    pub fn wants(&self) -> Range<u64> {
        match &self.packed {
            Some(packed) => packed.n_packed()..u64::MAX,
            None => self.missing(),
        }
    }

    /// The bytes of the archive that listing goes on with.
    fn missing(&self) -> Range<u64> {
        self.wanted.start + self.held.len() as u64..self.wanted.end
    }

    /// Takes bytes that are wanted; what is beyond them is dropped.
    pub fn push(&mut self, mut bytes: &[u8], report: &mut FileReport) {
        let Some(mut packed) = self.packed.take() else {
            let start = self.missing().start;
            return self.take(bytes, start, report);
        };
        while !bytes.is_empty() && !self.is_over {
            let (in_before, out_before) = (packed.n_packed(), packed.n_unpacked());
            // One byte more shows that there are too many.
            match packed.read(bytes, (self.n_unpacked_max - out_before).saturating_add(1)) {
                Ok(piece) if out_before + piece.len() as u64 > self.n_unpacked_max => self.refuse(
                    Refusal {
                        seems_to_be: format!(
                            "a tar archive that unpacks to more than {} times its size, which no logs do",
                            bomb::RATIO_MAX
                        ),
                        next_step: "Extract it and open the logs in it.".to_owned(),
                    },
                    report,
                ),
                Ok(piece) => self.take(piece, out_before, report),
                Err(Damaged) => self.close(packed.n_unpacked(), Some(Damaged), report),
            }
            bytes = &bytes[(packed.n_packed() - in_before) as usize..];
        }
        self.packed = Some(packed);
    }

    /// Takes bytes of the archive, of which the first is at `start`.
    fn take(&mut self, bytes: &[u8], start: u64, report: &mut FileReport) {
        while !self.is_over {
            let missing = self.missing();
            if missing.is_empty() {
                self.list(None, report);
                continue;
            }
            let at_hand = start..start + bytes.len() as u64;
            if !at_hand.contains(&missing.start) {
                return;
            }
            let end = missing.end.min(at_hand.end);
            self.held.extend_from_slice(&bytes[(missing.start - start) as usize..(end - start) as usize]);
        }
    }

    /// Lists what is in the bytes that were wanted, all of which are there; `at_end` is what the archive's end is.
    fn list(&mut self, at_end: Option<Damaged>, report: &mut FileReport) {
        let mut held = std::mem::take(&mut self.held);
        let held_start = self.wanted.start;
        let listed = match &mut self.kind {
            Kind::Zip(list) => list.read(&held, &mut self.members),
            Kind::Tar(list) => list.read(&held, held_start, &mut self.members),
        };
        match listed {
            Ok(Listed::Wants(range)) => {
                self.wanted = range.start..range.end.min(self.n_bytes);
                if self.wanted.start >= self.n_bytes {
                    return self.end(Some(Damaged), report);
                }
                // What comes as a stream does not come again.
                if let Some(n_done) = range.start.checked_sub(held_start).filter(|n| *n < held.len() as u64) {
                    held.drain(..n_done as usize);
                    held.truncate(usize::try_from(self.wanted.end - self.wanted.start).unwrap_or(usize::MAX));
                    self.held = held;
                }
            }
            Ok(Listed::End) => self.end(at_end, report),
            Ok(Listed::Damaged) => self.end(Some(Damaged), report),
            Err(refusal) => self.refuse(refusal, report),
        }
    }

    fn refuse(&mut self, refusal: Refusal, report: &mut FileReport) {
        self.members = Members::default();
        self.is_over = true;
        report.state = FileState::Refused(refusal);
    }

    /// There are no more bytes.
    pub fn finish(&mut self, report: &mut FileReport) {
        if let Some(packed) = &self.packed {
            let (n_bytes, damage) = (packed.n_unpacked(), packed.finish().err());
            self.close(n_bytes, damage, report);
        } else if !self.is_over {
            self.end(Some(Damaged), report);
        }
    }

    /// What was unpacked is all that there is, so many bytes: lists what is left of it.
    fn close(&mut self, n_bytes: u64, damage: Option<Damaged>, report: &mut FileReport) {
        if let Kind::Tar(list) = &mut self.kind
            && !self.is_over
            && self.wanted.start <= n_bytes
        {
            list.end_at(n_bytes);
            self.n_bytes = n_bytes;
            self.wanted.end = n_bytes;
            self.list(damage, report);
        }
        if !self.is_over {
            self.end(Some(Damaged), report);
        }
    }

    /// The members that were found, once listing is over.
    pub fn take_members(&mut self) -> Vec<Member> {
        if self.is_over { std::mem::take(&mut self.members.members) } else { Vec::new() }
    }

    fn end(&mut self, damage: Option<Damaged>, report: &mut FileReport) {
        self.is_over = true;
        report.n_bytes_read = report.n_bytes;
        let n = self.members.members.len();
        let files = if n == 1 { "1 file".to_owned() } else { format!("{n} files") };
        let left_out = match self.members.n_left_out {
            0 => String::new(),
            1 => "; 1 folder or other entry without records was left out".to_owned(),
            n => format!("; {n} folders and other entries without records were left out"),
        };
        let name = self.name();
        report.state = match damage {
            None => {
                FileState::Ignored(format!("a {name} archive of {files}, each with its own line{left_out}"))
            }
            Some(Damaged) if n == 0 => FileState::Refused(Refusal {
                seems_to_be: format!("a {name} archive that is damaged or cut off"),
                next_step: "Download it again, or extract what can be saved and open that.".to_owned(),
            }),
            Some(Damaged) => FileState::Failed(format!(
                "The {name} archive is damaged or cut off; the {files} before the damage are listed by themselves. \
                 Download it again for the rest."
            )),
        };
    }
}

impl Members {
    /// Takes a member, or counts it where it cannot be a log. Refuses what no archive of logs is.
    fn add(&mut self, member: Member) -> Result<(), Refusal> {
        if is_beside_files(&member.name) {
            self.n_left_out += 1;
            return Ok(());
        }
        if self.members.len() == MEMBERS_MAX {
            return Err(too_many_members());
        }
        self.members.push(member);
        Ok(())
    }

    /// The same where the archive says by itself where its members are.
    fn add_within(&mut self, member: Member, n_bytes_of_archive: u64) -> Result<(), Refusal> {
        if !is_beside_files(&member.name) {
            self.n_bytes = self.n_bytes.saturating_add(member.place.n_bytes);
        }
        if self.n_bytes > n_bytes_of_archive {
            // The same bytes, many times: the one way to hold more than compression can.
            return Err(Refusal {
                seems_to_be:
                    "an archive whose files share their bytes, so that they are more than it can hold"
                        .to_owned(),
                next_step: "Do not extract it unless you know who made it; open the logs themselves."
                    .to_owned(),
            });
        }
        self.add(member)
    }

    fn leave_out(&mut self) {
        self.n_left_out += 1;
    }
}

fn too_many_members() -> Refusal {
    Refusal {
        seems_to_be: format!("an archive of more than {MEMBERS_MAX} files"),
        next_step:
            "Extract it, put the files together where they are small (`cat *.gz > all.gz`), and open those."
                .to_owned(),
    }
}

/// Whether a system put it there, and not a person.
fn is_beside_files(name: &str) -> bool {
    let file_name = name.rsplit('/').next().unwrap_or(name);
    name.ends_with('/')
        || name.split('/').any(|part| part == "__MACOSX")
        || file_name == ".DS_Store"
        || file_name.starts_with("._")
}

/// Text of a name, without what would change the line it is shown in.
fn name_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .chars()
        .map(|char| if char.is_control() { '\u{fffd}' } else { char })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;
    use crate::parse::SourceId;

    /// A tar archive of one member of zeros, in gzip.
    fn tar_in_gzip(n_bytes: usize) -> Vec<u8> {
        let mut head = [0; 512];
        head[..5].copy_from_slice(b"a.log");
        head[124..135].copy_from_slice(format!("{n_bytes:011o}").as_bytes());
        head[257..262].copy_from_slice(b"ustar");
        head[148..156].fill(b' ');
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&head).unwrap();
        encoder.write_all(&vec![0; n_bytes.next_multiple_of(512) + 1_024]).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn an_archive_that_becomes_more_than_it_may_is_refused_however_it_is_cut() {
        let bytes = tar_in_gzip(100_000);
        // The member, its head, what fills its last block, and the end.
        let n_unpacked = 512 + 100_352 + 1_024;
        for piece_bytes in [1, 50, bytes.len()] {
            let outcome = |n_unpacked_max: u64| {
                let mut report = FileReport::new(SourceId(0), "a.tgz", bytes.len() as u64);
                let mut reader = ArchiveReader::tar_in_gzip(n_unpacked_max);
                for piece in bytes.chunks(piece_bytes) {
                    reader.push(piece, &mut report);
                }
                reader.finish(&mut report);
                (matches!(report.state, FileState::Refused(_)), reader.take_members().len())
            };
            assert_eq!(outcome(n_unpacked), (false, 1));
            assert_eq!(outcome(90_000), (true, 0), "in pieces of {piece_bytes}");
        }
    }
}
