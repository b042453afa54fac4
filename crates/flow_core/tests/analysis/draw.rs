//! Logs drawn as text, and questions asked of them.
//!
//! ```text
//! interface-id srcaddr   dstaddr   action
//! eni-1        10.0.0.1  10.0.0.2  ACCEPT
//! ```
//!
//! The first line names the layout; `-` is absent; a blank line is none; a line whose log-status is NODATA or
//! SKIPDATA is a status record. Not the parser: it is tested elsewhere, and what is drawn here is well-formed.

use flow_core::analysis::interface::{AddressByHand, InterfaceAddresses, InterfaceKnowledge, Told};
use flow_core::analysis::rejected::{PeersQuestion, RejectedQuestion, RejectedView};
use flow_core::analysis::time_extent::{TimeExtent, time_extent};
use flow_core::analysis::{Analysis, ShardView};
use flow_core::config::Configuration;
use flow_core::config::description::Interface;
use flow_core::parse::{Layout, RawRow, RawValue, RowSink, SourceId};
use flow_core::query::RowSet;
use flow_core::record::{Address, FieldKind, Value};
use flow_core::store::Store;

/// Shards of one load, oriented.
pub struct Load {
    pub stores: Vec<Store>,
    pub knowledge: InterfaceKnowledge,
    pub extent: Option<TimeExtent>,
}

/// One drawn file.
#[derive(Clone, Debug)]
pub struct Drawing {
    layout: Layout,
    /// With their line numbers.
    lines: Vec<(u64, Vec<String>)>,
}

impl Drawing {
    pub fn of(text: &str) -> Drawing {
        let mut lines = (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty());
        let (_, header) = lines.next().expect("the first line names the layout");
        let layout = Layout::from_names(header.split_whitespace());
        let lines = lines
            .map(|(number, line)| (number, line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()))
            .inspect(|(_, values)| assert_eq!(values.len(), layout.columns().len(), "{values:?}"))
            .collect();
        Drawing { layout, lines }
    }

    pub fn n_lines(&self) -> usize {
        self.lines.len()
    }

    /// The same lines in another order.
    pub fn in_order(&self, order: &[usize]) -> Drawing {
        Drawing {
            layout: self.layout.clone(),
            lines: order.iter().map(|&at| self.lines[at].clone()).collect(),
        }
    }

    /// Puts each line into the store that `shard_of` names by the line's place.
    fn deal(&self, source: SourceId, stores: &mut [Store], shard_of: impl Fn(usize) -> usize) {
        for store in stores.iter_mut() {
            store.begin(source, &self.layout);
        }
        for (at, (number, texts)) in self.lines.iter().enumerate() {
            let values: Vec<RawValue<'_>> =
                self.layout.columns().iter().zip(texts).map(|(key, text)| value(key.kind(), text)).collect();
            let row = RawRow { line: *number, values: &values, odd: &[] };
            let store = &mut stores[shard_of(at)];
            if texts.iter().any(|text| text == "NODATA" || text == "SKIPDATA") {
                store.status_record(row);
            } else {
                store.row(row);
            }
        }
    }
}

fn value(kind: FieldKind, text: &str) -> RawValue<'_> {
    match kind {
        _ if text == "-" => RawValue::Absent,
        FieldKind::Text => RawValue::Text(text),
        FieldKind::Address => RawValue::Address(address(text)),
        _ => RawValue::Number(text.parse().expect(text)),
    }
}

pub fn address(text: &str) -> Address {
    Address::parse(text.as_bytes()).expect(text)
}

pub fn interface(id: &str) -> Value {
    if id == "-" { Value::Absent } else { Value::Text(id.to_owned()) }
}

/// One shard with the whole drawing.
pub fn load(text: &str) -> Load {
    load_files(&[text])
}

/// One shard with several files.
pub fn load_files(texts: &[&str]) -> Load {
    let mut stores = vec![Store::default()];
    for (source, text) in (0..).zip(texts) {
        Drawing::of(text).deal(SourceId(source), &mut stores, |_| 0);
    }
    Load::of(stores, Told::default())
}

/// One shard in which the reader corrected addresses: `(interface, address)`.
pub fn load_corrected(text: &str, by_hand: &[(&str, &str)]) -> Load {
    let mut stores = vec![Store::default()];
    Drawing::of(text).deal(SourceId(0), &mut stores, |_| 0);
    let by_hand: Vec<AddressByHand> = by_hand
        .iter()
        .map(|(id, text)| AddressByHand { interface: interface(id), address: address(text) })
        .collect();
    Load::of(stores, Told { by_hand: &by_hand, described: None })
}

/// One shard, with interfaces described as AWS does: `(interface, primary address, all addresses)`.
pub fn load_described(text: &str, interfaces: &[(&str, &str, &[&str])]) -> Load {
    let mut stores = vec![Store::default()];
    Drawing::of(text).deal(SourceId(0), &mut stores, |_| 0);
    let mut account = Configuration::default();
    for (id, primary, all) in interfaces {
        let described = Interface {
            primary_address: Some(address(primary)),
            addresses: Some(all.iter().map(|text| address(text)).collect()),
            ..Interface::default()
        };
        account.interfaces.insert((*id).to_owned(), described);
    }
    Load::of(stores, Told { by_hand: &[], described: Some(&account) })
}

/// A drawing dealt to shards line by line.
pub fn load_dealt(drawing: &Drawing, n_shards: usize, shard_of: impl Fn(usize) -> usize) -> Load {
    let mut stores = vec![Store::default(); n_shards];
    drawing.deal(SourceId(0), &mut stores, shard_of);
    Load::of(stores, Told::default())
}

impl Load {
    pub fn of(mut stores: Vec<Store>, told: Told<'_>) -> Load {
        let mut seen = InterfaceAddresses::default();
        for store in &mut stores {
            store.settle();
            let mut of_shard = InterfaceAddresses::default();
            for segment in store.rows().segments() {
                of_shard.scan_segment(store, segment);
            }
            seen.merge(over_the_wire(&of_shard));
        }
        let knowledge = InterfaceKnowledge::resolve(&seen, told);
        for store in &mut stores {
            knowledge.orient_all(store);
        }
        let extent = stores.iter().map(time_extent).fold(None, TimeExtent::joined);
        Load { stores, knowledge, extent }
    }

    /// The answer about all rows, by way of partials that travelled.
    pub fn ask<A: Analysis>(&self, analysis: &A) -> A::Answer {
        self.ask_about(&self.everything(), analysis)
    }

    pub fn ask_about<A: Analysis>(&self, rows: &[RowSet], analysis: &A) -> A::Answer {
        let mut partials = self
            .stores
            .iter()
            .zip(rows)
            .map(|(store, rows)| over_the_wire(&analysis.scan(ShardView { store, rows, memory: None })));
        let mut merged = partials.next().expect("a load has a shard");
        for partial in partials {
            analysis.merge(&mut merged, partial);
        }
        analysis.finish(merged)
    }
}

impl Load {
    /// What was rejected, asked in as many turns as it takes.
    pub fn rejected(&self) -> RejectedView {
        self.rejected_of(&self.everything())
    }

    pub fn rejected_of(&self, rows: &[RowSet]) -> RejectedView {
        let mut peers = self.ask_about(rows, &PeersQuestion::of_shards(rows.len()));
        if let Some(question) = peers.second_question() {
            peers.complete(self.ask_about(rows, &question));
        }
        let (knowledge, extent) = (&self.knowledge, self.extent);
        self.ask_about(rows, &RejectedQuestion { knowledge, peers: &peers, extent })
    }

    pub fn everything(&self) -> Vec<RowSet> {
        self.stores.iter().map(|store| RowSet::all(store.rows())).collect()
    }
}

fn over_the_wire<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let bytes = postcard::to_allocvec(value).expect("partials serialize");
    postcard::from_bytes(&bytes).expect("what was serialized comes back")
}
