//! Files that say what they are in their first bytes.

use crate::parse::container::Container;
use crate::parse::first_bytes::FirstBytes;

/// How files begin that nobody unpacks. None of these can begin a text that holds flow log records.
const STARTS: &[(&[u8], Container)] = &[
    (b"\x28\xb5\x2f\xfd", Container::Zstd),
    (b"\xfd7zXZ\x00", Container::Xz),
    (b"7z\xbc\xaf\x27\x1c", Container::SevenZip),
    (b"%PDF-", Container::Pdf),
    (b"\x89PNG\r\n", Container::Image),
    (b"\xff\xd8\xff", Container::Image),
    (b"GIF8", Container::Image),
    (b"\xd4\xc3\xb2\xa1", Container::PacketCapture),
    (b"\xa1\xb2\xc3\xd4", Container::PacketCapture),
    (b"\x4d\x3c\xb2\xa1", Container::PacketCapture),
    (b"\x0a\x0d\x0d\x0a", Container::PacketCapture),
];

/// After `BZh` and the block size, the digits of pi begin the first block.
const BZIP2_BLOCK: &[u8] = b"1AY&SY";

/// Bytes enough to tell UTF-16 without a byte order mark: every other one of ASCII text is zero.
const UTF16_PROBE: usize = 64;

pub fn of(head: &[u8]) -> Option<Container> {
    match FirstBytes::of(head) {
        FirstBytes::Gzip => return Some(Container::Gzip),
        FirstBytes::Parquet => return Some(Container::Parquet),
        FirstBytes::Zip => return Some(Container::Zip),
        FirstBytes::Tar => return Some(Container::Tar),
        FirstBytes::Other => {}
    }
    if let Some((_, container)) = STARTS.iter().find(|(start, _)| head.starts_with(start)) {
        return Some(*container);
    }
    if head.starts_with(b"BZh") && head.get(4..).is_some_and(|rest| rest.starts_with(BZIP2_BLOCK)) {
        Some(Container::Bzip2)
    } else if is_utf16(&head[..head.len().min(UTF16_PROBE)]) {
        Some(Container::Utf16)
    } else {
        None
    }
}

/// Whether the zeros are at every other place and nowhere else.
fn is_utf16(head: &[u8]) -> bool {
    let zeros_at = |rest: usize| head.iter().enumerate().all(|(at, byte)| (*byte == 0) == (at % 2 == rest));
    head.len() >= 4 && (zeros_at(0) || zeros_at(1))
}
