//! How much compressed data may become: what grows further than any log is made to keep a reader busy.
//!
//! The limit is of a file as a whole, by its size as it is on disk, so that where reading stops does not depend on how
//! its bytes were cut. What unpacking may hold at a time is bounded elsewhere, whatever the limit.

/// Flow logs shrink to a tenth, and records that say nothing each minute to a thirtieth. Deflate can do a thousandth, and
/// a file compressed twice a millionth.
pub const RATIO_MAX: u64 = 200;

/// What is less is read within seconds, whatever it was packed to.
pub const UNPACKED_BYTES_FREE: u64 = 256 * 1024 * 1024;

/// Bytes that so many bytes of a file may become.
pub fn unpacked_bytes_max(n_packed: u64) -> u64 {
    n_packed.saturating_mul(RATIO_MAX).max(UNPACKED_BYTES_FREE)
}

/// What is said where there are more, in sentences.
pub fn words() -> String {
    format!(
        "It unpacks to more than {RATIO_MAX} times its size, which no flow log does; reading has stopped. If it is one all \
         the same, decompress it and open the result."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_may_become_what_is_soon_read_and_large_ones_a_multiple() {
        assert_eq!(unpacked_bytes_max(0), UNPACKED_BYTES_FREE);
        assert_eq!(unpacked_bytes_max(10_000_000), 2_000_000_000);
        assert_eq!(unpacked_bytes_max(u64::MAX), u64::MAX);
    }
}
