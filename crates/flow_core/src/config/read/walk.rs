//! Finds the descriptions in a document, wherever they are: an output, a page of one, a bundle of several, a bare list.
//!
//! What each description says is read in `aws_object`.

use std::collections::BTreeMap;

use super::aws_object;
use super::node::Node;
use super::sink::Sink;
use crate::config::kind::{KINDS, Kind, KindInfo};
use crate::config::report::Reason;

/// How deep bundles are looked into for outputs: account, region, command.
const BUNDLE_DEPTH_MAX: u32 = 6;

/// Which kinds had pages that go on, and which had a last page.
#[derive(Debug, Default)]
pub(super) struct Pages {
    /// For each kind: where the first page that goes on was, and whether a page was the last.
    seen: BTreeMap<Kind, (Option<(String, u32)>, bool)>,
}

impl Pages {
    fn note(&mut self, kind: Kind, goes_on: bool, place: (String, u32)) {
        let (first, has_last) = self.seen.entry(kind).or_default();
        if goes_on {
            *first = Some(first.take().map_or(place.clone(), |known| known.min(place)));
        } else {
            *has_last = true;
        }
    }

    /// Kinds of which only pages that go on were read, with the first such page.
    pub fn unfinished(&self) -> impl Iterator<Item = (Kind, &(String, u32))> {
        self.seen
            .iter()
            .filter(|(_, (_, has_last))| !has_last)
            .filter_map(|(kind, (first, _))| first.as_ref().map(|place| (*kind, place)))
    }
}

/// Reads one document.
pub(super) fn read_document(root: &Node, line: u32, sink: &mut Sink, pages: &mut Pages) {
    sink.begin_document(line);
    if !walk(root, 0, line, sink, pages) {
        sink.problem(line, String::new(), Reason::NothingKnown);
    }
}

/// Whether anything was a description, or a list of them, be it an empty one.
fn walk(node: &Node, depth: u32, line: u32, sink: &mut Sink, pages: &mut Pages) -> bool {
    let mut is_known = false;
    if let Some(object) = node.object() {
        // Order matters: an object of a kind holds lists named like those of other kinds, as an ACL has `Entries`.
        if let Some(info) = kind_of(node) {
            aws_object::read(info.kind, node, sink);
            return true;
        }
        let goes_on = node.get("NextToken").is_some_and(|token| token.value.as_str() != Some(""));
        for info in &KINDS {
            if let Some(list) = node.get(info.list).filter(|list| list.value.is_array()) {
                for item in list.items() {
                    aws_object::read(info.kind, &item, sink);
                }
                pages.note(info.kind, goes_on, (sink.name().to_owned(), line));
                is_known = true;
            }
        }
        if let Some(reservations) = node.get("Reservations") {
            for reservation in reservations.items() {
                aws_object::read_reservation(&reservation, sink);
            }
            pages.note(Kind::Instance, goes_on, (sink.name().to_owned(), line));
            is_known = true;
        }
        if is_known || object.is_empty() {
            return is_known;
        }
    }
    if depth < BUNDLE_DEPTH_MAX {
        for child in node.children() {
            is_known |= walk(&child, depth + 1, line, sink, pages);
        }
    }
    is_known
}

fn kind_of(node: &Node) -> Option<&'static KindInfo> {
    KINDS.iter().find(|info| {
        // An entry of a prefix list says nothing without its list.
        info.kind != Kind::PrefixListEntry && info.keys.iter().all(|key| node.get(key).is_some())
    })
}
