//! What a file is by its first bytes, where it is not simply read from front to back as text.
//!
//! The one place that says which mark wins where there are several, so that a file is the same plain, in gzip and in an
//! archive. What of these has a reader where is for others to say.

use super::{archive, gzip, parquet};

/// Bytes enough to tell: the head of a tar archive's first member, which has its mark behind the name.
pub const FIRST_BYTES: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstBytes {
    Gzip,
    Parquet,
    Zip,
    Tar,
    /// Text, or what is refused as if it were.
    Other,
}

impl FirstBytes {
    /// Decides by [`FIRST_BYTES`] bytes, or all there are.
    pub fn of(bytes: &[u8]) -> FirstBytes {
        match FirstBytes::certain(bytes) {
            Some(known) => known,
            None if archive::looks_like_tar(bytes) => FirstBytes::Tar,
            None => FirstBytes::Other,
        }
    }

    /// What further bytes cannot change; `None` while they may, or where it is none of these.
    pub fn certain(bytes: &[u8]) -> Option<FirstBytes> {
        if bytes.starts_with(&gzip::MAGIC) {
            Some(FirstBytes::Gzip)
        } else if bytes.starts_with(&parquet::MAGIC) {
            Some(FirstBytes::Parquet)
        } else if archive::ZIP_STARTS.iter().any(|start| bytes.starts_with(start)) {
            Some(FirstBytes::Zip)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_begins_with_wins_over_a_mark_further_on() {
        let tar = |start: &[u8]| {
            let mut bytes = [start, &[0; 257]].concat();
            bytes.splice(257.., *b"ustar");
            bytes
        };
        assert_eq!(FirstBytes::of(&tar(b"a.log")), FirstBytes::Tar);
        assert_eq!(FirstBytes::of(&tar(b"\x1f\x8b")), FirstBytes::Gzip);
        assert_eq!(FirstBytes::of(&tar(b"PAR1")), FirstBytes::Parquet);
        assert_eq!(FirstBytes::of(&tar(b"PK\x03\x04")), FirstBytes::Zip);
        assert_eq!(FirstBytes::of(&tar(b"PK.log")), FirstBytes::Tar);
        assert_eq!(FirstBytes::of(b"2 123456789012"), FirstBytes::Other);
    }

    #[test]
    fn too_few_bytes_are_not_certain() {
        for bytes in [&b""[..], b"\x1f", b"PAR", b"PK\x03", &[b'a'; FIRST_BYTES]] {
            assert_eq!(FirstBytes::certain(bytes), None);
            assert_eq!(FirstBytes::of(bytes), FirstBytes::Other);
        }
    }
}
