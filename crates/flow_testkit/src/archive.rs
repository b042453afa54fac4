//! Archives as others make them.

use std::io::{Cursor, Write};

pub use tar::EntryType;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A zip archive of these members, by name; those whose name ends in `/` are folders.
pub fn zip(members: &[(&str, &[u8])], is_deflated: bool) -> Vec<u8> {
    let method = if is_deflated { CompressionMethod::Deflated } else { CompressionMethod::Stored };
    let options = SimpleFileOptions::default().compression_method(method);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        if name.ends_with('/') {
            writer.add_directory(*name, options).expect("a folder");
        } else {
            writer.start_file(*name, options).expect("a member");
            writer.write_all(bytes).expect("its bytes");
        }
    }
    writer.finish().expect("the archive ends").into_inner()
}

/// A tar archive of these members, by name; those whose name ends in `/` are folders.
pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut head = tar::Header::new_gnu();
        head.set_size(bytes.len() as u64);
        head.set_mode(0o644);
        if name.ends_with('/') {
            head.set_entry_type(tar::EntryType::Directory);
        }
        builder.append_data(&mut head, name, *bytes).expect("a member");
    }
    builder.into_inner().expect("the archive ends")
}

/// A tar archive of entries of any kind, with names that the library that writes it would refuse; links lead nowhere.
pub fn tar_of(entries: &[(EntryType, &str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (kind, name, bytes) in entries {
        let mut head = tar::Header::new_ustar();
        head.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        head.set_entry_type(*kind);
        head.set_size(bytes.len() as u64);
        head.set_cksum();
        builder.append(&head, *bytes).expect("an entry");
    }
    builder.into_inner().expect("the archive ends")
}
