//! Our own inflater against zlib-rs: whatever comes, it gives the same text and says the same of how it ends.

use std::io::Write;

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Decompress, FlushDecompress, Status};
use flow_core::parse::gzip::{Damaged, GzipCursor, GzipReader, MAGIC};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// Text as far as it comes, and how it ends.
type Outcome = (Vec<u8>, Result<(), Damaged>);

/// What zlib-rs makes of it.
fn oracle(mut bytes: &[u8]) -> Outcome {
    let mut text = Vec::new();
    loop {
        let mut member = Decompress::new_gzip(15);
        let mut piece = vec![0; 64 * 1024];
        loop {
            let (in_before, out_before) = (member.total_in(), member.total_out());
            let status = member.decompress(bytes, &mut piece, FlushDecompress::None);
            bytes = &bytes[(member.total_in() - in_before) as usize..];
            let n_out = (member.total_out() - out_before) as usize;
            text.extend_from_slice(&piece[..n_out]);
            match status {
                Ok(Status::StreamEnd) => break,
                Ok(_) if bytes.is_empty() && n_out < piece.len() => return (text, Err(Damaged)),
                Ok(_) => {}
                Err(_) => return (text, Err(Damaged)),
            }
        }
        let n_zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        bytes = &bytes[n_zeros..];
        match bytes.first() {
            None => return (text, Ok(())),
            Some(first) if *first != MAGIC[0] => return (text, Err(Damaged)),
            Some(_) => {}
        }
    }
}

/// What we make of it, pushed in pieces of so many bytes.
fn read(bytes: &[u8], n_bytes: usize) -> Outcome {
    let mut reader = GzipReader::default();
    let mut text = Vec::new();
    for bytes in bytes.chunks(n_bytes) {
        if let Err(damaged) = reader.push(bytes, |piece| text.extend_from_slice(piece)) {
            return (text, Err(damaged));
        }
    }
    (text, reader.finish())
}

/// The same, asked for so many bytes of text at a time.
fn read_by_cursor(bytes: &[u8], n_bytes: usize, n_text_bytes: u64) -> Outcome {
    let mut cursor = GzipCursor::default();
    let mut text = Vec::new();
    loop {
        let at = cursor.n_packed() as usize;
        let next = &bytes[at..bytes.len().min(at + n_bytes)];
        match cursor.read(next, n_text_bytes) {
            Ok(piece) if piece.is_empty() && next.is_empty() => return (text, cursor.finish()),
            Ok(piece) => text.extend_from_slice(piece),
            Err(damaged) => return (text, Err(damaged)),
        }
        assert_eq!(cursor.n_unpacked(), text.len() as u64);
    }
}

fn assert_same(bytes: &[u8], n_bytes: usize) -> Outcome {
    let expected = oracle(bytes);
    for n_bytes in [n_bytes, bytes.len().max(1)] {
        let got = read(bytes, n_bytes);
        let n_same = got.0.iter().zip(&expected.0).take_while(|(got, expected)| got == expected).count();
        assert_eq!((got.0.len(), n_same, got.1), (expected.0.len(), expected.0.len(), expected.1));
    }
    expected
}

/// Bytes that compressors make different use of.
#[derive(Clone, Debug)]
enum Stretch {
    /// All codes are equally long, or the bytes are stored.
    Random {
        seed: u64,
        n_bytes: usize,
    },
    /// Each byte half as often as the one before: codes as long as there are.
    Skewed {
        seed: u64,
        n_bytes: usize,
    },
    Repeat {
        distance: usize,
        n_bytes: usize,
    },
}

fn stretches() -> impl Strategy<Value = Stretch> {
    let n_bytes = prop_oneof![4 => 0usize..400, 1 => 0usize..40_000];
    prop_oneof![
        1 => (any::<u64>(), n_bytes.clone()).prop_map(|(seed, n_bytes)| Stretch::Random { seed, n_bytes }),
        2 => (any::<u64>(), n_bytes.clone()).prop_map(|(seed, n_bytes)| Stretch::Skewed { seed, n_bytes }),
        4 => (0u32..16, any::<Index>(), n_bytes).prop_map(|(n_bits, index, n_bytes)| {
            let distance = (1usize << n_bits) + index.index(1 << n_bits);
            Stretch::Repeat { distance, n_bytes }
        }),
    ]
}

fn texts() -> impl Strategy<Value = Vec<u8>> {
    vec(stretches(), 0..40).prop_map(|stretches| {
        let mut text = Vec::new();
        for stretch in stretches {
            match stretch {
                Stretch::Random { seed, n_bytes } => text.extend(numbers(seed, n_bytes).map(|n| n as u8)),
                Stretch::Skewed { seed, n_bytes } => {
                    text.extend(numbers(seed, n_bytes).map(|n| n.trailing_zeros() as u8));
                }
                Stretch::Repeat { distance, n_bytes } => {
                    for _ in 0..n_bytes {
                        let byte = text.len().checked_sub(distance).map_or(b'x', |from| text[from]);
                        text.push(byte);
                    }
                }
            }
        }
        text
    })
}

/// Numbers as good as random.
fn numbers(seed: u64, n: usize) -> impl Iterator<Item = u64> {
    (0..n as u64).map(move |at| {
        let mut number = (seed ^ at).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number ^ number >> 27
    })
}

fn gzip(text: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn members_give_their_text_at_every_level(
        texts in vec((texts(), 0u32..10, 0usize..20), 1..4),
        n_bytes in 1usize..5_000,
        n_text_bytes in 1u64..200_000,
    ) {
        let mut bytes = Vec::new();
        for (text, level, n_zeros) in &texts {
            bytes.extend(gzip(text, *level));
            bytes.resize(bytes.len() + n_zeros, 0);
        }
        let whole = texts.iter().flat_map(|(text, ..)| text).copied().collect();
        let outcome = assert_same(&bytes, n_bytes);
        prop_assert!(outcome == (whole, Ok(())));
        prop_assert!(read_by_cursor(&bytes, n_bytes, n_text_bytes) == outcome);
    }

    #[test]
    fn what_is_cut_off_gives_the_text_before(
        text in texts(),
        level in 0u32..10,
        ends in vec(any::<Index>(), 1..8),
        n_bytes in 1usize..5_000,
    ) {
        let bytes = gzip(&text, level);
        for end in ends {
            let (before, result) = assert_same(&bytes[..end.index(bytes.len())], n_bytes);
            prop_assert!(text.starts_with(&before) && result == Err(Damaged));
        }
    }

    #[test]
    fn flipped_bits_give_the_text_before_them(
        text in texts(),
        level in 0u32..10,
        flips in vec((any::<Index>(), 0u32..8), 1..4),
        is_at_start in any::<bool>(),
        n_bytes in 1usize..5_000,
        n_text_bytes in 1u64..200_000,
    ) {
        let mut bytes = gzip(&text, level);
        // Half of them in the heads, where the codes are.
        let n_flipped = if is_at_start { bytes.len().min(100) } else { bytes.len() };
        for (at, bit) in flips {
            bytes[at.index(n_flipped)] ^= 1 << bit;
        }
        let outcome = assert_same(&bytes, n_bytes);
        prop_assert!(read_by_cursor(&bytes, n_bytes, n_text_bytes) == outcome);
    }

    #[test]
    fn rubbish_is_read_as_far_as_it_means_anything(rubbish in vec(any::<u8>(), 0..600), n_bytes in 1usize..600) {
        // A last block, of each kind.
        for kind in 0..4 {
            let mut bytes = gzip(b"", 6)[..10].to_vec();
            bytes.extend(&rubbish);
            if let Some(first) = bytes.get_mut(10) {
                *first = *first & !7 | kind << 1;
            }
            let _ = assert_same(&bytes, n_bytes);
        }
    }

    #[test]
    fn heads_may_have_more_than_they_need(
        flags in 0u8..32,
        extra in vec(any::<u8>(), 0..300),
        is_wrong in any::<bool>(),
        n_bytes in 1usize..400,
    ) {
        let mut bytes = [&MAGIC[..], &[8, flags, 1, 2, 3, 4, 0, 255]].concat();
        if flags & 4 != 0 {
            bytes.extend((extra.len() as u16).to_le_bytes());
            bytes.extend(&extra);
        }
        if flags & 8 != 0 {
            bytes.extend(b"name.log\0");
        }
        if flags & 16 != 0 {
            bytes.extend(b"comment\0");
        }
        if flags & 2 != 0 {
            let mut checksum = flate2::Crc::new();
            checksum.update(&bytes);
            bytes.extend((checksum.sum() as u16 ^ u16::from(is_wrong) << 9).to_le_bytes());
        }
        let is_damaged = flags & 2 != 0 && is_wrong;
        bytes.extend(&gzip(b"text", 6)[10..]);
        let expected = if is_damaged { (Vec::new(), Err(Damaged)) } else { (b"text".to_vec(), Ok(())) };
        prop_assert_eq!(assert_same(&bytes, n_bytes), expected);
    }
}

/// Bits as deflate has them: the first is the lowest.
#[derive(Default)]
struct BitWriter {
    bytes: Vec<u8>,
    n_bits: usize,
}

impl BitWriter {
    fn push(&mut self, number: u32, n_bits: u32) {
        for at in 0..n_bits {
            if self.n_bits.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= ((number >> at & 1) as u8) << (self.n_bits % 8);
            self.n_bits += 1;
        }
    }
}

/// What a symbol's code is, and how long: by length, then by symbol.
fn codes(lengths: &[u8]) -> Vec<(u32, u32)> {
    let mut codes = vec![(0, 0); lengths.len()];
    let mut next = 0;
    for n_bits in 1..16u8 {
        for (symbol, _) in lengths.iter().enumerate().filter(|(_, other)| **other == n_bits) {
            // The code's own first bit is its highest.
            codes[symbol] = (u32::reverse_bits(next) >> (32 - n_bits), u32::from(n_bits));
            next += 1;
        }
        next <<= 1;
    }
    codes
}

/// Bits behind the codes of lengths, and of distances.
fn n_extra_of_length(symbol: usize) -> u32 {
    if (265..285).contains(&symbol) { (symbol as u32 - 261) / 4 } else { 0 }
}

fn n_extra_of_distance(symbol: usize) -> u32 {
    (symbol as u32 / 2).saturating_sub(1)
}

/// Lengths of codes that leave no bits over, for some of so many symbols: a tree, and which of its leaves are divided.
fn lengths(n_symbols: usize) -> impl Strategy<Value = Vec<u8>> {
    let divided = prop_oneof![vec(any::<Index>(), 0..4), vec(any::<Index>(), 0..n_symbols)];
    (divided, Just((0..n_symbols).collect::<Vec<_>>()).prop_shuffle(), any::<bool>()).prop_map(
        move |(divided, symbols, is_deep)| {
            let mut leaves = vec![0u8];
            for index in divided {
                // One of the deepest, or any.
                let from = if is_deep { leaves.len().saturating_sub(3) } else { 0 };
                let at = from + index.index(leaves.len() - from);
                if leaves[at] < 15 && leaves.len() < n_symbols {
                    let depth = leaves.remove(at) + 1;
                    leaves.extend([depth, depth]);
                }
            }
            let mut lengths = vec![0; n_symbols];
            leaves.iter().zip(symbols).for_each(|(depth, symbol)| lengths[symbol] = *depth);
            lengths
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn codes_of_any_lengths_are_read(
        litlen in lengths(286),
        distance in lengths(30),
        spoilt in proptest::option::weighted(0.3, (any::<Index>(), 0u8..16)),
        seed in any::<u64>(),
        n_bytes in 1usize..5_000,
    ) {
        let mut bytes = gzip(b"", 6)[..10].to_vec();
        // Something to repeat.
        let text: Vec<u8> = numbers(seed, 40_000).map(|n| n as u8).collect();
        bytes.push(0);
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend((!(text.len() as u16)).to_le_bytes());
        bytes.extend(&text);
        let mut lengths = [litlen, distance].concat();
        // Any block must be able to end.
        if lengths[256] == 0 {
            let other = lengths.iter().position(|n_bits| *n_bits > 0).unwrap_or(0);
            lengths.swap(256, other);
        }
        if let Some((at, n_bits)) = spoilt {
            lengths[at.index(316)] = n_bits;
        }
        let mut block = BitWriter::default();
        block.push(0b100, 3);
        block.push(286 - 257, 5);
        block.push(30 - 1, 5);
        block.push(19 - 4, 4);
        // Lengths up to 15 in four bits each; the three codes that come first are not used.
        (0..19).for_each(|at| block.push(if at < 3 { 0 } else { 4 }, 3));
        lengths.iter().for_each(|n_bits| block.push(u32::from(n_bits.reverse_bits() >> 4), 4));
        // Every code as often as any other, so that the longest follow each other, too.
        let (litlen, distance) = (codes(&lengths[..286]), codes(&lengths[286..]));
        let of = |codes: &[(u32, u32)]| (0..codes.len()).filter(|at| codes[*at].1 > 0).collect::<Vec<_>>();
        let (symbols, distances) = (of(&litlen), of(&distance));
        for number in numbers(!seed, if symbols.is_empty() { 0 } else { 6_000 }) {
            let symbol = symbols[number as usize % symbols.len()];
            if symbol == 256 && number >> 32 & 63 != 0 {
                continue;
            }
            block.push(litlen[symbol].0, litlen[symbol].1);
            if symbol > 256 && !distances.is_empty() {
                block.push((number >> 40) as u32, n_extra_of_length(symbol));
                let symbol = distances[(number >> 32) as usize % distances.len()];
                block.push(distance[symbol].0, distance[symbol].1);
                block.push((number >> 48) as u32, n_extra_of_distance(symbol));
            }
        }
        bytes.extend(block.bytes);
        prop_assert!(assert_same(&bytes, n_bytes).0.starts_with(&text));
    }
}

#[test]
fn stored_blocks_are_read_among_others() {
    let stored = |text: &[u8]| {
        let n = text.len() as u16;
        [&[0][..], &n.to_le_bytes(), &(!n).to_le_bytes(), text].concat()
    };
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(b"the end").unwrap();
    let text = [&[b'x'; 65_535][..], b"onethe end"].concat();
    let mut checksum = flate2::Crc::new();
    checksum.update(&text);
    let head = gzip(b"", 6)[..10].to_vec();
    let tail = [checksum.sum().to_le_bytes(), (text.len() as u32).to_le_bytes()].concat();
    let blocks = [stored(b""), stored(&[b'x'; 65_535]), stored(b"one"), encoder.finish().unwrap()].concat();
    let bytes = [head, blocks, tail].concat();
    for n_bytes in [1, 2, 3, 1_000] {
        assert!(assert_same(&bytes, n_bytes) == (text.clone(), Ok(())));
    }
}
