//! Archives: files that hold other files. What is in one is listed here; each member is then read as a file of its own.
//!
//! Listing takes an archive's directory (zip) or the heads of its members (tar) and no more. Names of members are text
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
use super::gzip::Damaged;
use super::{FileReport, FileState, Refusal};

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
    /// Of its data or, in a zip archive, of the head in front of that.
    pub start: u64,
    /// Bytes of its data as they are in the archive.
    pub n_bytes: u64,
    pub packing: Packing,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Packing {
    /// As it is.
    Tar,
    Zip {
        is_deflated: bool,
        n_bytes_unpacked: u64,
        checksum: u32,
    },
}

impl MemberPlace {
    pub fn is_deflated(&self) -> bool {
        matches!(self.packing, Packing::Zip { is_deflated: true, .. })
    }

    /// Bytes of the file that it was.
    pub fn n_bytes_unpacked(&self) -> u64 {
        match self.packing {
            Packing::Tar => self.n_bytes,
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
    n_bytes: u64,
    kind: Kind,
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
        let (list, wanted) = TarList::new(n_bytes);
        ArchiveReader::new(n_bytes, Kind::Tar(list), wanted)
    }

    fn new(n_bytes: u64, kind: Kind, wanted: Range<u64>) -> ArchiveReader {
        ArchiveReader { n_bytes, kind, members: Members::default(), wanted, held: Vec::new(), is_over: false }
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

    /// The bytes of the archive to be pushed next.
    pub fn wants(&self) -> Range<u64> {
        self.wanted.start + self.held.len() as u64..self.wanted.end
    }

    /// Takes bytes that are wanted; what is beyond them is dropped.
    pub fn push(&mut self, bytes: &[u8], report: &mut FileReport) {
        let missing = self.wants();
        let n = bytes.len().min(usize::try_from(missing.end - missing.start).unwrap_or(usize::MAX));
        self.held.extend_from_slice(&bytes[..n]);
        while self.wants().is_empty() && !self.is_over {
            let held = std::mem::take(&mut self.held);
            let listed = match &mut self.kind {
                Kind::Zip(list) => list.read(&held, &mut self.members),
                Kind::Tar(list) => list.read(&held, self.wanted.start, &mut self.members),
            };
            match listed {
                Ok(Listed::Wants(range)) => {
                    self.wanted = range.start..range.end.min(self.n_bytes);
                    if self.wanted.start >= self.n_bytes {
                        self.end(Some(Damaged), report);
                    }
                }
                Ok(Listed::End) => self.end(None, report),
                Ok(Listed::Damaged) => self.end(Some(Damaged), report),
                Err(refusal) => {
                    self.members = Members::default();
                    self.is_over = true;
                    report.state = FileState::Refused(refusal);
                }
            }
        }
    }

    /// There are no more bytes.
    pub fn finish(&mut self, report: &mut FileReport) {
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
        report.n_bytes_read = self.n_bytes;
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
    fn add(&mut self, member: Member, n_bytes_of_archive: u64) -> Result<(), Refusal> {
        if is_beside_files(&member.name) {
            self.n_left_out += 1;
            return Ok(());
        }
        self.n_bytes = self.n_bytes.saturating_add(member.place.n_bytes);
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
        if self.members.len() == MEMBERS_MAX {
            return Err(Refusal {
                seems_to_be: format!("an archive of more than {MEMBERS_MAX} files"),
                next_step: "Extract it, put the files together where they are small (`cat *.gz > all.gz`), and open those."
                    .to_owned(),
            });
        }
        self.members.push(member);
        Ok(())
    }

    fn leave_out(&mut self) {
        self.n_left_out += 1;
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
