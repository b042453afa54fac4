//! Bits of packed data that comes in pieces, cut anywhere.

/// Bits that were taken from the input and are not used yet: the next one is the lowest, above them are zeros.
#[derive(Clone, Copy, Default)]
pub struct Bits {
    pub held: u64,
    pub n_held: u32,
}

impl Bits {
    /// Takes whole bytes from the input: at least 56 bits are held then, or all that there are.
    #[inline(always)]
    pub fn refill(&mut self, input: &mut &[u8]) {
        while self.n_held < 56
            && let Some((byte, rest)) = input.split_first()
        {
            self.held |= u64::from(*byte) << self.n_held;
            self.n_held += 8;
            *input = rest;
        }
    }

    /// The next `n_bits`, at most 32; `None` where more input is needed, and then none is used.
    pub fn take(&mut self, n_bits: u32, input: &mut &[u8]) -> Option<u32> {
        self.refill(input);
        self.take_held(n_bits)
    }

    /// The same of those that are held.
    pub fn take_held(&mut self, n_bits: u32) -> Option<u32> {
        if self.n_held < n_bits {
            return None;
        }
        let bits = self.held & ((1 << n_bits) - 1);
        self.skip(n_bits);
        Some(bits as u32)
    }

    /// Drops some of those that are held.
    #[inline(always)]
    pub fn skip(&mut self, n_bits: u32) {
        self.held >>= n_bits;
        self.n_held -= n_bits;
    }

    /// Drops what is left of a byte.
    pub fn skip_to_byte(&mut self) {
        self.skip(self.n_held % 8);
    }
}
