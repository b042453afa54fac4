//! Files of flow logs in every container: they are read or refused, the same however they are cut, compressed or packed,
//! in bounded memory, and their counts add up.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use flow_core::parse::{FileState, GivenLayout, Layout, ParseOptions};
use flow_core::record::Field;

use super::outcome::Outcome;
use crate::archive::{tar, zip};
use crate::memory::most_bytes_during;

/// What reading may take whatever is in the file: inflaters with their history, a head, a longest line.
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// The same for each byte of the file, which compression in a table or an archive can make a thousand.
const BYTES_PER_BYTE_MAX: usize = 1_100;

/// Members of an archive that are read. Each is a parse of its own, and an archive may list thousands in a few bytes.
const MEMBERS_READ: usize = 12;

/// Sizes of pieces until one repeats.
const PIECE_SIZES: usize = 200;

pub fn is_text(bytes: &[u8]) -> bool {
    !is_gzip(bytes) && !is_parquet(bytes) && !is_archive(bytes)
}

pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

pub fn is_json(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start(), [b'{' | b'[', ..])
}

pub fn is_csv(bytes: &[u8]) -> bool {
    let head = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    is_text(bytes) && !is_json(bytes) && head.iter().any(|byte| matches!(byte, b',' | b';' | b'\t'))
}

pub fn is_parquet(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PAR1")
}

pub fn is_archive(bytes: &[u8]) -> bool {
    is_zip(bytes) || is_tar(bytes) || is_tar_in_gzip(bytes)
}

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// What a file begins with says what it is, whatever comes later.
fn is_tar(bytes: &[u8]) -> bool {
    let is_marked = bytes.get(257..262).is_some_and(|magic| magic == b"ustar");
    is_marked && !is_gzip(bytes) && !is_parquet(bytes) && !is_zip(bytes)
}

fn is_tar_in_gzip(bytes: &[u8]) -> bool {
    let mut head = Vec::new();
    // What comes before damage is enough.
    let _ = MultiGzDecoder::new(bytes).take(512).read_to_end(&mut head);
    is_gzip(bytes) && is_tar(&head)
}

/// Any file.
pub fn check_file(bytes: &[u8]) {
    read(bytes, &ParseOptions::default());
}

/// A file that is read from front to back: it is the same when it comes compressed or out of an archive, and every line
/// of it is accounted for.
pub fn check_text(bytes: &[u8]) {
    let plain = read(bytes, &ParseOptions::default());
    if bytes.is_empty() || !is_text(bytes) {
        return;
    }
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if plain.report.container == "text" && plain.report.state == FileState::Read && !is_utf16 {
        assert_eq!(plain.report.lines.total(), n_lines(bytes), "every line is accounted for");
    }
    let is_packed_by_itself = plain.report.compression != "none";
    if !is_packed_by_itself {
        check_packed(bytes, &plain);
    }
    // Where nothing says the layout the reader does.
    let n_columns = plain.report.columns.len();
    if (1..=Field::COUNT).contains(&n_columns) {
        let fields: Vec<Field> = Field::all().take(n_columns).collect();
        let layouts = vec![GivenLayout::from(Layout::of_fields(&fields))];
        read(bytes, &ParseOptions { layouts, ..ParseOptions::default() });
    }
}

/// The same file packed. Each packing costs at least what the file itself did, so an input is packed in one way, which
/// follows from its bytes: inputs are many.
fn check_packed(bytes: &[u8], plain: &Outcome) {
    let archive = match digest(bytes) % 4 {
        0 => return assert_same_records(plain, &read(&gzip(bytes), &ParseOptions::default())),
        1 => return assert_same_records(plain, &read(&gzip(&gzip(bytes)), &ParseOptions::default())),
        2 => zip(&[(NAME, bytes)], true),
        _ => gzip(&tar(&[(NAME, bytes)])),
    };
    let listed = read(&archive, &ParseOptions::default());
    let [member] = &listed.members[..] else { panic!("one member: {:?}", listed.members) };
    let options = ParseOptions { member: Some(member.place.clone()), ..ParseOptions::default() };
    assert_same_records(plain, &read(&archive, &options));
}

/// A zip or tar archive, the latter in gzip or not, and what is in it. A tar archive becomes one in gzip too.
pub fn check_archive(bytes: &[u8]) {
    let listed = read(bytes, &ParseOptions::default());
    let places: u64 = listed.members.iter().map(|member| member.place.n_bytes).sum();
    assert!(!is_zip(bytes) || places <= bytes.len() as u64, "members share no bytes");
    let readable = listed.members.iter().filter(|member| member.refusal.is_none());
    for member in readable.take(MEMBERS_READ) {
        let options = ParseOptions { member: Some(member.place.clone()), ..ParseOptions::default() };
        let outcome = read(bytes, &options);
        assert!(outcome.members.is_empty(), "an archive in an archive is not opened");
    }
    if is_tar(bytes) {
        let packed = read(&gzip(bytes), &ParseOptions::default());
        assert_eq!(packed.report.state, listed.report.state, "the same archive packed");
        let names = |of: &Outcome| -> Vec<(String, u64, u64)> {
            let members = of.members.iter();
            members.map(|member| (member.name.clone(), member.place.start, member.place.n_bytes)).collect()
        };
        assert_eq!(names(&packed), names(&listed), "the same archive packed");
    }
}

const NAME: &str = "a.log";

/// Reads a file whole and in pieces, which must be the same, and bounds what that takes.
fn read(bytes: &[u8], options: &ParseOptions) -> Outcome {
    let bytes_max = BYTES_MAX + BYTES_PER_BYTE_MAX * bytes.len();
    let (whole, n_bytes) = most_bytes_during(|| Outcome::of(NAME, bytes, options, &[usize::MAX]));
    assert!(n_bytes <= bytes_max, "a file of {} bytes took {n_bytes}", bytes.len());
    let sizes = piece_sizes(bytes);
    let (in_pieces, n_bytes) = most_bytes_during(|| Outcome::of(NAME, bytes, options, &sizes));
    assert!(n_bytes <= bytes_max, "in pieces, a file of {} bytes took {n_bytes}", bytes.len());
    assert!(in_pieces == whole, "whole it is {whole:#?}\nin pieces of {sizes:?} it is {in_pieces:#?}");
    whole
}

fn assert_same_records(plain: &Outcome, packed: &Outcome) {
    let said = |of: &Outcome| {
        let report = &of.report;
        let layouts = (report.layouts.clone(), report.layout_from, report.columns.clone());
        (report.state.clone(), report.container.clone(), report.lines, report.problems.clone(), layouts)
    };
    assert_eq!(said(plain), said(packed), "the same file packed");
    assert_eq!(plain.records, packed.records, "the same file packed");
}

/// Where to cut: differently for each input, and the same each time.
fn piece_sizes(bytes: &[u8]) -> Vec<usize> {
    let mut state = digest(bytes) | 1;
    // Bytes one by one, pieces of a line or so, and large ones each meet other seams.
    let n_bytes_max = [1, 8, 300, 5_000][(state >> 62) as usize];
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n_bytes_max) as usize + 1
    };
    (0..PIECE_SIZES).map(|_| next()).collect()
}

/// Decides what an input does not say itself.
fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

fn n_lines(bytes: &[u8]) -> u64 {
    let n_ends = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    n_ends + u64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}
