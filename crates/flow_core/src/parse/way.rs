//! The way that the bytes of a file take to text or to records, told by the first of them.
//!
//! Says what each way wants and how far it can unpack; driving it to its end is [`FileParser`](super::FileParser)'s.

use super::archive::{ArchiveReader, MemberReader};
use super::bomb;
use super::container::Container;
use super::first_bytes::FirstBytes;
use super::gzip;
use super::packed::PackedReader;
use super::parquet::ParquetReader;
use super::{FileReport, Wants};

pub enum Way {
    /// Too few bytes to tell; holds them.
    Undecided(Vec<u8>),
    Plain,
    Gzip(Box<PackedReader>),
    Parquet(Box<ParquetReader>),
    Archive(Box<ArchiveReader>),
    /// Somebody else's file in this one.
    Member(Box<MemberReader>),
    /// Nothing more is read: refused, cancelled, damaged or finished.
    Over,
}

impl Way {
    /// The way of a file that begins so, which its report then says. An archive that is part of another is not opened.
    pub fn of(first_bytes: &[u8], is_member: bool, report: &mut FileReport) -> Way {
        match FirstBytes::of(first_bytes) {
            FirstBytes::Gzip => Way::gzip(report),
            // At the end of a file, half the magic is a gzip file cut off, and no text either.
            FirstBytes::Other if first_bytes == &gzip::MAGIC[..1] => Way::gzip(report),
            FirstBytes::Parquet => {
                report.container = Container::Parquet.name().to_owned();
                Way::Parquet(Box::new(ParquetReader::new(report.n_bytes)))
            }
            FirstBytes::Zip if !is_member => Way::archive(ArchiveReader::zip(report.n_bytes), report),
            FirstBytes::Tar if !is_member => Way::archive(ArchiveReader::tar(report.n_bytes), report),
            FirstBytes::Zip | FirstBytes::Tar | FirstBytes::Other => Way::Plain,
        }
    }

    fn gzip(report: &mut FileReport) -> Way {
        report.compression = "gzip".to_owned();
        Way::Gzip(Box::new(PackedReader::new(bomb::unpacked_bytes_max(report.n_bytes))))
    }

    /// The way of what turned out to be a tar archive once it was unpacked.
    pub fn tar_in_gzip(report: &mut FileReport) -> Way {
        Way::archive(ArchiveReader::tar_in_gzip(bomb::unpacked_bytes_max(report.n_bytes)), report)
    }

    fn archive(archive: ArchiveReader, report: &mut FileReport) -> Way {
        archive.name().clone_into(&mut report.container);
        Way::Archive(Box::new(archive))
    }

    /// What to push next.
    pub fn wants(&self) -> Wants {
        match self {
            Way::Parquet(parquet) => parquet.wants().map_or(Wants::Turn, Wants::Range),
            Way::Archive(archive) => Wants::Range(archive.wants()),
            Way::Member(member) => member.wants(),
            Way::Undecided(_) | Way::Plain | Way::Gzip(_) | Way::Over => Wants::Next,
        }
    }

    /// How often what is pushed was packed, as far as is known.
    pub fn n_packings(&self) -> u32 {
        match self {
            Way::Undecided(_) => 1,
            Way::Gzip(packed) => packed.n_packings(),
            Way::Member(member) => member.n_packings(),
            Way::Archive(archive) => u32::from(archive.unpacks()),
            Way::Plain | Way::Parquet(_) | Way::Over => 0,
        }
    }

    pub fn is_over(&self) -> bool {
        match self {
            Way::Over => true,
            Way::Member(member) => member.is_over(),
            Way::Undecided(_) | Way::Plain | Way::Gzip(_) | Way::Parquet(_) | Way::Archive(_) => false,
        }
    }
}
