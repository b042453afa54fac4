//! From the codes of the staged store to those of the store that is filled.

use crate::record::FieldKind;
use crate::store::{ABSENT, ColumnId, Store};

/// No dictionary has as many values.
const UNKNOWN: u32 = u32::MAX;

/// Worked out as values are kept, and good for as long as the staged dictionaries only grow.
#[derive(Default)]
pub(super) struct Codes {
    addresses: Vec<u32>,
    /// By column; empty for columns that are not text.
    texts: Vec<Vec<u32>>,
}

impl Codes {
    /// Replaces the values of one staged column, which is of both stores, by those of `store`.
    pub fn translate(&mut self, values: &mut [u64], id: ColumnId, staged: &Store, store: &mut Store) {
        match staged.column(id).key.kind() {
            FieldKind::Address => {
                let known = grown(&mut self.addresses, staged.addresses().all().len());
                translate(values, known, |code| store.intern_address(staged.addresses().get(code)));
            }
            FieldKind::Text => {
                if self.texts.len() <= id.index() {
                    self.texts.resize_with(id.index() + 1, Vec::new);
                }
                let texts = &staged.column(id).texts;
                let known = grown(&mut self.texts[id.index()], texts.all().len());
                translate(values, known, |code| store.intern_text(id, texts.get(code)));
            }
            _ => {}
        }
    }

    pub fn n_heap_bytes(&self) -> usize {
        let n_codes = self.addresses.capacity() + self.texts.iter().map(Vec::capacity).sum::<usize>();
        n_codes * size_of::<u32>()
    }
}

fn grown(known: &mut Vec<u32>, n_codes: usize) -> &mut [u32] {
    known.resize(n_codes, UNKNOWN);
    known
}

fn translate(values: &mut [u64], known: &mut [u32], mut intern: impl FnMut(u64) -> u32) {
    for value in values {
        if *value != ABSENT {
            let code = &mut known[*value as usize];
            if *code == UNKNOWN {
                *code = intern(*value);
            }
            *value = u64::from(*code);
        }
    }
}
