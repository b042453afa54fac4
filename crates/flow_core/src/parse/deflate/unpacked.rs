//! What was unpacked last: what is to be passed on, and before it what the codes to come may repeat.

/// How far back a repetition may begin.
const HISTORY_BYTES: usize = 32 * 1024;

/// Bytes passed on at once: so many that moving the history, once for each piece, costs little, and so few that they stay
/// in the processor's cache until they are parsed.
pub const PIECE_BYTES_MAX: usize = 128 * 1024;

/// The longest repetition.
pub const REPEAT_BYTES_MAX: usize = 258;

/// Copied at once: a register of WebAssembly.
const WORD_BYTES: usize = 16;

/// Copied of every repetition, however short. Nearly all in flow logs are no longer, so that the processor need not guess
/// how often to go round: with 32 bytes unpacking takes a sixth longer.
const AT_ONCE_BYTES: usize = 4 * WORD_BYTES;

const ROOM_BYTES: usize = HISTORY_BYTES + PIECE_BYTES_MAX;

/// As much may be there for [`repeat`] to write, behind two literals, beyond the end of a repetition.
pub const FAST_END_MAX: usize = ROOM_BYTES - REPEAT_BYTES_MAX - AT_ONCE_BYTES - 2;

pub type Room = [u8; ROOM_BYTES];

/// The last of what was unpacked.
pub struct Unpacked {
    pub bytes: Box<Room>,
    /// Where the stream began, whose codes repeat nothing before; 0 if that is gone.
    pub start: usize,
    /// Where the bytes begin that were not passed on.
    passed: usize,
    pub end: usize,
}

impl Default for Unpacked {
    fn default() -> Unpacked {
        let bytes = vec![0; ROOM_BYTES].into_boxed_slice().try_into().expect("it has that length");
        Unpacked { bytes, start: HISTORY_BYTES, passed: HISTORY_BYTES, end: HISTORY_BYTES }
    }
}

impl Unpacked {
    /// Whether there is no room for a repetition.
    pub fn is_full(&self) -> bool {
        ROOM_BYTES - self.end < REPEAT_BYTES_MAX
    }

    /// Makes room for as much as may be passed on at once, if it is full; all must have been passed on.
    pub fn make_room(&mut self) {
        if self.is_full() {
            let n_dropped = self.end - HISTORY_BYTES;
            self.bytes.copy_within(n_dropped..self.end, 0);
            self.start = self.start.saturating_sub(n_dropped);
            (self.passed, self.end) = (HISTORY_BYTES, HISTORY_BYTES);
        }
    }

    /// Another stream begins.
    pub fn begin(&mut self) {
        self.start = self.end;
    }

    /// What was not passed on.
    pub fn pending(&self) -> &[u8] {
        &self.bytes[self.passed..self.end]
    }

    /// Passes on at most so many bytes.
    pub fn pass(&mut self, n_max: usize) -> &[u8] {
        let from = self.passed;
        self.passed = self.end.min(from.saturating_add(n_max));
        &self.bytes[from..self.passed]
    }

    /// Takes over bytes while there are any, `n_max` at most, and there is room; says how many.
    pub fn take(&mut self, input: &mut &[u8], n_max: usize) -> usize {
        let n_bytes = n_max.min(input.len()).min(ROOM_BYTES - self.end);
        let (bytes, rest) = input.split_at(n_bytes);
        self.bytes[self.end..][..n_bytes].copy_from_slice(bytes);
        self.end += n_bytes;
        *input = rest;
        n_bytes
    }

    pub fn push(&mut self, byte: u8) {
        self.bytes[self.end] = byte;
        self.end += 1;
    }

    /// Whether the stream goes back so far.
    pub fn reaches(&self, distance: usize) -> bool {
        distance <= self.end - self.start
    }

    pub fn repeat(&mut self, distance: usize, n_bytes: usize) {
        repeat_each(&mut self.bytes, self.end, distance, n_bytes);
        self.end += n_bytes;
    }
}

/// Repeats bytes, behind `end`, and may write more than that: see [`FAST_END_MAX`].
#[inline(always)]
pub fn repeat(bytes: &mut Room, end: usize, distance: usize, n_bytes: usize) {
    if distance < WORD_BYTES {
        return repeat_each(bytes, end, distance, n_bytes);
    }
    let mut copy_word = |at: usize| {
        let word: [u8; WORD_BYTES] = *bytes[at - distance..].first_chunk().expect("it is before the end");
        *bytes[at..].first_chunk_mut().expect("there is room") = word;
    };
    copy_word(end);
    copy_word(end + WORD_BYTES);
    copy_word(end + 2 * WORD_BYTES);
    copy_word(end + 3 * WORD_BYTES);
    let mut n_copied = AT_ONCE_BYTES;
    while n_copied < n_bytes {
        copy_word(end + n_copied);
        n_copied += WORD_BYTES;
    }
}

/// The same, one by one: what is repeated may itself be part of the repetition.
fn repeat_each(bytes: &mut Room, end: usize, distance: usize, n_bytes: usize) {
    for at in end..end + n_bytes {
        bytes[at] = bytes[at - distance];
    }
}
