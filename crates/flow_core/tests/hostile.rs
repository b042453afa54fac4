//! Files made to use up memory or time: what reading them takes is bounded, and what is wrong with them is said.
//!
//! In a test binary of its own, because it counts what the process allocates.

use flow_core::parse::{FileParser, FileReport, FileState, Member, ParseOptions, ProblemKind, SourceId};
use flow_core::store::Store;
use flow_testkit::archive::{EntryType, tar_of, zip};
use flow_testkit::memory::{CountingAllocator, most_bytes_during};
use flow_testkit::reading::read_in_pieces;
use flow_testkit::wrap::gzip;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// What a parser may hold of any file: inflaters with their history, a head, a longest line, and an empty store.
const BYTES_MAX: usize = 4 * 1024 * 1024;

/// As in the session, of a file that is packed.
const PIECE_BYTES: usize = 32 * 1024;

const HEADER: &str = "srcaddr dstaddr dstport\n";
const ROW: &str = "10.0.0.1 10.0.0.2 443\n";

/// Reads a file of which one part comes again and again, as one that large could not be held.
fn read_repeated(before: &str, part: &[u8], n_parts: usize, after: &str) -> FileReport {
    let n_bytes = before.len() + part.len() * n_parts + after.len();
    let (report, n_bytes_held) = most_bytes_during(|| {
        let mut store = Store::default();
        let mut parser = FileParser::new(SourceId(0), "a.log", n_bytes as u64, &ParseOptions::default());
        parser.push(before.as_bytes(), &mut store);
        for _ in 0..n_parts {
            parser.push(part, &mut store);
        }
        parser.push(after.as_bytes(), &mut store);
        parser.finish(&mut store);
        parser.into_report()
    });
    assert!(n_bytes_held < BYTES_MAX, "a file of {n_bytes} bytes took {n_bytes_held}");
    report
}

#[test]
fn a_line_of_a_gigabyte_is_one_problem() {
    let part = vec![b'x'; 1024 * 1024];
    let report = read_repeated(&format!("{HEADER}{ROW}"), &part, 1024, &format!("\n{ROW}"));
    assert_eq!((report.lines.rows, report.lines.problems), (2, 1));
    let problem = &report.problems[0];
    assert_eq!((problem.line, problem.kind), (3, ProblemKind::LineTooLong));
    assert!(problem.text.len() < 1_000);
}

#[test]
fn a_line_without_end_is_one_problem_too() {
    let report = read_repeated(&format!("{HEADER}{ROW}"), &vec![0; 1024 * 1024], 64, "");
    assert_eq!((report.lines.rows, report.lines.problems), (1, 1));
}

#[test]
fn a_long_message_in_json_is_one_problem() {
    let before = format!("{{\"message\":\"{}\"}}\n{{\"message\":\"", ROW.trim());
    let after = format!("\"}}\n{{\"message\":\"{}\"}}\n", ROW.trim());
    let report = read_repeated(&format!("{HEADER}{before}"), &vec![b'x'; 1024 * 1024], 64, &after);
    assert!(report.lines.problems >= 1, "{report:?}");
}

/// A tar archive in gzip with one member, of which the archive says that it has `n_bytes`, and what it begins with.
fn tar_in_gzip(n_bytes: u64, start: &[u8], rest: &[u8]) -> Vec<u8> {
    let mut archive = tar_of(&[(EntryType::Regular, "a.log", b"")]);
    archive.truncate(512);
    archive[124..136].copy_from_slice(format!("{n_bytes:011o}\0").as_bytes());
    archive[148..156].fill(b' ');
    let sum: u32 = archive.iter().map(|byte| u32::from(*byte)).sum();
    archive[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    archive.extend_from_slice(start);
    [gzip(&archive), rest.to_vec()].concat()
}

/// The member of an archive and what became of it, read within the bounds of memory.
fn read_member(bytes: &[u8]) -> (Member, FileReport) {
    let (read, n_bytes_held) = most_bytes_during(|| {
        let mut list = FileParser::new(SourceId(0), "a.tgz", bytes.len() as u64, &ParseOptions::default());
        read_in_pieces(&mut list, bytes, &[PIECE_BYTES], &mut Store::default());
        let member = list.take_members().remove(0);
        let options = ParseOptions { member: Some(member.place.clone()), ..ParseOptions::default() };
        let mut parser = FileParser::new(SourceId(1), "a.log", member.place.n_bytes, &options);
        read_in_pieces(&mut parser, bytes, &[PIECE_BYTES], &mut Store::default());
        (member, parser.into_report())
    });
    assert!(n_bytes_held < BYTES_MAX, "a file of {} bytes took {n_bytes_held}", bytes.len());
    read
}

#[test]
fn a_member_that_is_mostly_zeros_is_read_in_pieces() {
    let zeros = gzip(&vec![0; 1024 * 1024]).repeat(12);
    let bytes = tar_in_gzip(12 * 1024 * 1024, format!("{HEADER}{ROW}").as_bytes(), &zeros);
    assert!(bytes.len() < 256 * 1024, "{}", bytes.len());
    let (_, report) = read_member(&bytes);
    assert_eq!((report.state, report.lines.rows, report.lines.problems), (FileState::Read, 1, 1));
}

#[test]
fn of_what_is_compressed_twice_less_is_to_be_given_at_a_time() {
    let packed = gzip(&gzip(format!("{HEADER}{ROW}").as_bytes()));
    let mut parser = FileParser::new(SourceId(0), "a.gz", packed.len() as u64, &ParseOptions::default());
    assert_eq!(parser.n_packings(), 1);
    parser.push(&packed, &mut Store::default());
    assert_eq!(parser.n_packings(), 2, "a byte can have been a million");
}

#[test]
fn a_bomb_in_a_bomb_takes_no_more_than_another() {
    let inner = gzip(&vec![0; 1024 * 1024]).repeat(12);
    let packed = gzip(&[gzip(format!("{HEADER}{ROW}").as_bytes()), inner].concat());
    let (_, report) = read_member(&tar_in_gzip(packed.len() as u64, &packed, &[]));
    assert_eq!((report.state, report.lines.rows, report.lines.problems), (FileState::Read, 1, 1));
}

#[test]
fn a_table_too_large_to_be_unpacked_is_refused_by_name() {
    let bytes = tar_in_gzip(257 * 1024 * 1024, b"PAR1", &gzip(&vec![0; 1024 * 1024]).repeat(8));
    let (_, report) = read_member(&bytes);
    let FileState::Refused(refusal) = report.state else { panic!("{report:?}") };
    assert!(refusal.seems_to_be.contains("large Parquet file in an archive"), "{refusal:?}");
}

/// A zip archive whose directory has one entry so many times.
fn zip_of_entries(n_entries: u32) -> Vec<u8> {
    let one = zip(&[("a.log", b"")], false);
    let at = one.windows(4).position(|bytes| bytes == b"PK\x01\x02").expect("the archive has a directory");
    let (member, directory) = one.split_at(at);
    let (entry, end) = directory.split_at(directory.len() - 22);
    let n_bytes = entry.len() as u32 * n_entries;
    let mut bytes = [member, &entry.repeat(n_entries as usize), end].concat();
    let end = bytes.len() - 22;
    // As archives have it that are too large to count their members in 16 bits, and do not.
    bytes[end + 8..end + 12].fill(0xff);
    bytes[end + 12..end + 16].copy_from_slice(&n_bytes.to_le_bytes());
    bytes
}

#[test]
fn a_zip_archive_of_a_million_entries_is_refused_for_what_it_is() {
    for n_entries in [100_000, 1_000_000] {
        let bytes = zip_of_entries(n_entries);
        let (report, n_bytes_held) = most_bytes_during(|| {
            let mut list =
                FileParser::new(SourceId(0), "a.zip", bytes.len() as u64, &ParseOptions::default());
            read_in_pieces(&mut list, &bytes, &[PIECE_BYTES], &mut Store::default());
            list.into_report()
        });
        let FileState::Refused(refusal) = report.state else { panic!("{report:?}") };
        assert_eq!(refusal.seems_to_be, "an archive of more than 10000 files");
        assert!(n_bytes_held < 3 * BYTES_MAX, "a directory of {} bytes took {n_bytes_held}", bytes.len());
    }
}

#[test]
fn a_member_of_a_zip_archive_that_says_that_it_is_a_bomb_is_refused_by_name() {
    let mut bytes = zip(&[("a.log", HEADER.as_bytes()), ("bomb.log", HEADER.as_bytes())], true);
    let entry = bytes.windows(4).rposition(|mark| mark == b"PK\x01\x02").expect("the directory has entries");
    bytes[entry + 24..entry + 28].copy_from_slice(&(300u32 * 1024 * 1024).to_le_bytes());
    let mut list = FileParser::new(SourceId(0), "a.zip", bytes.len() as u64, &ParseOptions::default());
    read_in_pieces(&mut list, &bytes, &[PIECE_BYTES], &mut Store::default());
    let members = list.take_members();
    let refusals: Vec<Option<&str>> =
        members.iter().map(|member| member.refusal.as_ref().map(|refusal| &*refusal.seems_to_be)).collect();
    let words = "a file in a zip archive that unpacks to more than 200 times its size, which no log does";
    assert_eq!(refusals, [None, Some(words)]);
}
