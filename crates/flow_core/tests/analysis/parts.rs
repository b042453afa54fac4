//! An export written to its end, as the session does part by part.

use flow_core::analysis::export::{Format, Record, part};

pub fn parts<'a>(mut records: impl Iterator<Item = Record<'a>>, mut format: impl Format) -> Vec<Vec<u8>> {
    let mut begin = Vec::new();
    format.begin(&mut begin);
    let rest = std::iter::from_fn(|| Some(part(&mut records, &mut format)).filter(|part| !part.is_empty()));
    std::iter::once(begin).chain(rest).filter(|part| !part.is_empty()).collect()
}
