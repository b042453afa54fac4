//! Inflates gzip data as it comes.
//!
//! Files on S3 may be several gzip members one after the other, or be padded with zeros; both are read to
//! the end. Inflating a few bytes can give very much text, so it is passed on in pieces of a fixed size and
//! never held.

use flate2::{Decompress, FlushDecompress, Status};

/// The first bytes of every gzip member.
pub const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The largest piece of text passed on at once: large enough that the 32 KiB of history which the inflater
/// saves after each piece cost little, small enough to stay in the processor's cache.
const PIECE_BYTES_MAX: usize = 128 * 1024;

/// The window size of deflate, as gzip always has it.
const WINDOW_BITS: u8 = 15;

/// The data is corrupt or ends early; nothing after this can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

/// What inflating a piece came to: the bytes taken, those given, and whether nothing behind them can be read.
struct Step {
    n_in: usize,
    n_out: usize,
    damage: Option<Damaged>,
}

/// Reads one file, however many members it has.
pub struct GzipReader {
    /// The member that is being read; `None` between members.
    member: Option<Decompress>,
    piece: Vec<u8>,
}

impl Default for GzipReader {
    fn default() -> GzipReader {
        GzipReader { member: Some(Decompress::new_gzip(WINDOW_BITS)), piece: vec![0; PIECE_BYTES_MAX] }
    }
}

impl GzipReader {
    /// Inflates `bytes` and calls `each` with the text they give, piece by piece. Text before the damage is
    /// passed on too. Not to be called again after damage.
    pub fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8])) -> Result<(), Damaged> {
        loop {
            let Step { n_in, n_out, damage } = self.step(bytes, PIECE_BYTES_MAX);
            bytes = &bytes[n_in..];
            if n_out > 0 {
                each(&self.piece[..n_out]);
            }
            if let Some(damaged) = damage {
                return Err(damaged);
            }
            // A piece that is not full means that the inflater waits for more.
            if bytes.is_empty() && n_out < PIECE_BYTES_MAX {
                return Ok(());
            }
        }
    }

    /// Inflates one piece of at most so many bytes.
    fn step(&mut self, bytes: &[u8], n_out_max: usize) -> Step {
        let Some(member) = &mut self.member else {
            // Zeros are padding, to a tape block once; anything else must be another member.
            let n_zeros = bytes.iter().position(|byte| *byte != 0);
            let is_other = n_zeros.is_some_and(|start| bytes[start] != MAGIC[0]);
            self.member = n_zeros.map(|_| Decompress::new_gzip(WINDOW_BITS));
            return Step {
                n_in: n_zeros.unwrap_or(bytes.len()),
                n_out: 0,
                damage: is_other.then_some(Damaged),
            };
        };
        let (in_before, out_before) = (member.total_in(), member.total_out());
        let result = member.decompress(bytes, &mut self.piece[..n_out_max], FlushDecompress::None);
        let n_in = (member.total_in() - in_before) as usize;
        let n_out = (member.total_out() - out_before) as usize;
        let is_well = match result {
            Ok(Status::StreamEnd) => {
                self.member = None;
                true
            }
            // Where nothing was given, nothing need come of it.
            Ok(Status::Ok | Status::BufError) => n_in > 0 || n_out > 0 || bytes.is_empty(),
            Err(_) => false,
        };
        Step { n_in, n_out, damage: (!is_well).then_some(Damaged) }
    }

    /// There are no more bytes; says whether the data ends where it may.
    pub fn finish(&self) -> Result<(), Damaged> {
        if self.member.is_none() { Ok(()) } else { Err(Damaged) }
    }
}

/// Gzip data that is read on by one reader where the last one stopped, and where that is.
#[derive(Default)]
pub struct GzipCursor {
    reader: GzipReader,
    /// Bytes of the file that were taken.
    n_packed: u64,
    /// Bytes that they gave.
    n_unpacked: u64,
    damage: Option<Damaged>,
}

impl GzipCursor {
    pub fn n_packed(&self) -> u64 {
        self.n_packed
    }

    pub fn n_unpacked(&self) -> u64 {
        self.n_unpacked
    }

    /// Inflates the next piece, of at most so many bytes; `bytes` begin where the last ones taken ended, and need not
    /// all be taken. Gives nothing where more of them are needed, or have to be looked at.
    pub fn read(&mut self, bytes: &[u8], n_bytes_max: u64) -> Result<&[u8], Damaged> {
        if let Some(damaged) = self.damage {
            return Err(damaged);
        }
        let n_out_max = usize::try_from(n_bytes_max).unwrap_or(usize::MAX).min(PIECE_BYTES_MAX);
        let Step { n_in, n_out, damage } = self.reader.step(bytes, n_out_max);
        self.damage = damage;
        self.n_packed += n_in as u64;
        self.n_unpacked += n_out as u64;
        Ok(&self.reader.piece[..n_out])
    }

    /// There are no more bytes; says whether the data ends where it may.
    pub fn finish(&self) -> Result<(), Damaged> {
        self.damage.map_or_else(|| self.reader.finish(), Err)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn inflate(bytes: &[u8], n_bytes: usize) -> (Vec<u8>, Result<(), Damaged>) {
        let mut reader = GzipReader::default();
        let mut text = Vec::new();
        for bytes in bytes.chunks(n_bytes) {
            if let Err(damaged) = reader.push(bytes, |piece| text.extend_from_slice(piece)) {
                return (text, Err(damaged));
            }
        }
        (text, reader.finish())
    }

    #[test]
    fn members_and_padding_are_read_to_the_end() {
        let bytes = [gzip(b"one\n"), gzip(b""), gzip(b"two\n"), vec![0; 600]].concat();
        for n_bytes in [1, 7, bytes.len()] {
            assert_eq!(inflate(&bytes, n_bytes), (b"one\ntwo\n".to_vec(), Ok(())));
        }
    }

    #[test]
    fn data_cut_anywhere_gives_the_text_before_and_is_damaged() {
        let text: Vec<u8> = (0..1_000).flat_map(|n: u32| n.to_string().into_bytes()).collect();
        let bytes = gzip(&text);
        for end in (1..bytes.len()).step_by(7) {
            let (before, result) = inflate(&bytes[..end], 100);
            assert!(text.starts_with(&before), "cut at {end}");
            assert_eq!(result, Err(Damaged), "cut at {end}");
        }
        assert_eq!(inflate(&bytes, 100), (text, Ok(())));
    }

    #[test]
    fn a_wrong_checksum_and_trailing_rubbish_are_damage() {
        let mut bytes = gzip(b"one\n");
        assert_eq!(inflate(&[&bytes[..], b"rubbish"].concat(), 3), (b"one\n".to_vec(), Err(Damaged)));
        let checksum = bytes.len() - 8;
        bytes[checksum] ^= 1;
        assert_eq!(inflate(&bytes, 3), (b"one\n".to_vec(), Err(Damaged)));
    }

    #[test]
    fn a_bomb_is_passed_on_in_pieces() {
        let bomb = gzip(&vec![b'x'; 20 * PIECE_BYTES_MAX]);
        let (mut n_pieces, mut n_bytes) = (0, 0);
        let mut each = |piece: &[u8]| {
            assert!(piece.len() <= PIECE_BYTES_MAX);
            n_pieces += 1;
            n_bytes += piece.len();
        };
        assert_eq!(GzipReader::default().push(&bomb, &mut each), Ok(()));
        assert_eq!(n_bytes, 20 * PIECE_BYTES_MAX);
        assert!(n_pieces >= 20);
    }
}
