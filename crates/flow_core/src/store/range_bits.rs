//! Which packed codes lie in a range: one bit for each, sixteen codes and more compared at once.
//!
//! The simple version compares one after the other and puts the bits together by eights. Compiled for WebAssembly that
//! took 1.3 ns a code, of which most was putting bits together; an instruction does it for sixteen bytes.

use super::bitmap::{WORD_BITS, word_of};

/// A width that codes are packed in.
pub trait RangeBits: Copy {
    /// Whether the code is at least `first` and at most `n_after` more.
    fn is_within(self, first: Self, n_after: Self) -> bool;

    /// A bit for each code that is, the first lowest.
    fn bits_within(codes: &[Self; WORD_BITS], first: Self, n_after: Self) -> u64 {
        word_of(&codes.map(|code| u8::from(code.is_within(first, n_after))))
    }
}

macro_rules! range_bits {
    ($width:ty $(, $bits_within:path)?) => {
        impl RangeBits for $width {
            // One comparison instead of two: what is below wraps to the top.
            fn is_within(self, first: $width, n_after: $width) -> bool {
                self.wrapping_sub(first) <= n_after
            }

            $(
                #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
                fn bits_within(codes: &[$width; WORD_BITS], first: $width, n_after: $width) -> u64 {
                    $bits_within(codes, first, n_after)
                }
            )?
        }
    };
}

range_bits!(u8, simd::of_u8);
range_bits!(u16, simd::of_u16);
range_bits!(u32, simd::of_u32);
range_bits!(u64);

/// The same with the 128-bit instructions of WebAssembly.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd {
    use std::arch::wasm32::{
        i8x16_bitmask, i8x16_narrow_i16x8, i16x8_narrow_i32x4, u8x16_le, u8x16_splat, u16x8_le, u16x8_splat,
        u32x4_le, u32x4_splat, u64x2, v128,
    };
    use std::arch::wasm32::{i8x16_sub, i16x8_sub, i32x4_sub};

    use super::WORD_BITS;

    /// Codes whose bits are put together by one instruction.
    const LANES: usize = 16;

    pub fn of_u8(codes: &[u8; WORD_BITS], first: u8, n_after: u8) -> u64 {
        let (first, n_after) = (u8x16_splat(first), u8x16_splat(n_after));
        word(|at| u8x16_le(i8x16_sub(load(bytes_of(&codes[at..at + LANES]), 0), first), n_after))
    }

    pub fn of_u16(codes: &[u16; WORD_BITS], first: u16, n_after: u16) -> u64 {
        todo!()
    }

    pub fn of_u32(codes: &[u32; WORD_BITS], first: u32, n_after: u32) -> u64 {
        todo!()
    }
}
