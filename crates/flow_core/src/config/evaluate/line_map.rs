//! For every place on a line, which rules fit there and which may: two bits a rule, in rows that equal places share.
//!
//! Two such lines, remote addresses and protocols with ports, give all fitting rules of a flow by one `and`.

use std::collections::HashMap;

use super::ranges::{LineKey, Ranges};
use crate::arrange::Arrange;

/// Rules that share the ranges in which they fit, or may.
pub(super) struct Layer<'a, K> {
    /// Numbers of the rules; no rule is in two layers that are certain, or in two that are not.
    pub rules: &'a [u32],
    pub ranges: Ranges<K>,
    pub is_certain: bool,
}

/// Bits of the rules that fit for certain, and of those that fit or may.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub certain: &'a [u64],
    pub possible: &'a [u64],
}

#[derive(Debug)]
pub(super) struct LineMap<K> {
    /// Where the stretches of the line begin; the first begins at the first key.
    starts: Vec<K>,
    /// The row of each stretch.
    rows: Vec<u32>,
    /// Rows one after the other, each the words of `certain`, then those of `possible`.
    words: Vec<u64>,
    n_words: u32,
}

impl<K: LineKey> LineMap<K> {
    /// `n_rules` is past every number in `layers`.
    pub fn new(layers: &[Layer<'_, K>], n_rules: u32) -> LineMap<K> {
        let n_words = n_rules.div_ceil(64);
        let mut map = LineMap { starts: Vec::new(), rows: Vec::new(), words: Vec::new(), n_words };
        let mut turns = turns(layers);
        turns.arrange_by_key(|turn| turn.at);
        let mut row = vec![0u64; 2 * n_words as usize];
        let mut known = HashMap::new();
        map.begin(K::FIRST, &row, &mut known);
        for turns in turns.chunk_by(|a, b| a.at == b.at) {
            for turn in turns {
                let layer = &layers[turn.layer as usize];
                let base = if layer.is_certain { 0 } else { n_words as usize };
                for rule in layer.rules.iter() {
                    // Ranges of a layer lie apart, so each turn is on or off and never twice.
                    row[base + (rule / 64) as usize] ^= 1 << (rule % 64);
                }
            }
            map.begin(turns[0].at, &row, &mut known);
        }
        // A rule that fits for certain is also among those that may.
        for row in map.words.chunks_exact_mut(2 * n_words.max(1) as usize) {
            let (certain, possible) = row.split_at_mut(n_words as usize);
            possible.iter_mut().zip(certain).for_each(|(possible, certain)| *possible |= *certain);
        }
        map
    }

    fn begin(&mut self, at: K, row: &[u64], known: &mut HashMap<Vec<u64>, u32>) {
        let number = match known.get(row) {
            Some(number) => *number,
            None => {
                let number = known.len() as u32;
                known.insert(row.to_vec(), number);
                self.words.extend(row);
                number
            }
        };
        if self.starts.last() == Some(&at) {
            // The line's first key is also where a range begins.
            self.rows.pop();
            self.starts.pop();
        }
        self.starts.push(at);
        self.rows.push(number);
    }

    pub fn row(&self, key: K) -> Row<'_> {
        let stretch = self.starts.partition_point(|start| *start <= key) - 1;
        let n_words = self.n_words as usize;
        let at = self.rows[stretch] as usize * 2 * n_words;
        let (certain, possible) = self.words[at..at + 2 * n_words].split_at(n_words);
        Row { certain, possible }
    }
}

/// A place where a layer begins or ends to fit.
struct Turn<K> {
    at: K,
    layer: u32,
}

fn turns<K: LineKey>(layers: &[Layer<'_, K>]) -> Vec<Turn<K>> {
    let mut turns = Vec::new();
    for (number, layer) in (0u32..).zip(layers) {
        for (first, last) in layer.ranges.iter() {
            turns.push(Turn { at: first, layer: number });
            turns.extend(last.next().map(|at| Turn { at, layer: number }));
        }
    }
    turns
}
