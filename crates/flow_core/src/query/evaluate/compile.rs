//! From a filter to tests of columns: names to columns, texts and addresses to codes, once for a store.

use std::cmp::Reverse;

use super::code_set::CodeSet;
use super::text_test::{Printer, TextTest};
use super::value_test::{ValueTest, Values, in_ranges};
use super::{End, Node, OrientationTable};
use crate::arrange::Arrange;
use crate::query::{Filter, Item, Predicate, Scope, Subject, Test};
use crate::record::{Address, Field, FieldKind, Orientation};
use crate::store::{ColumnId, Store};

pub(super) fn node(filter: &Filter, store: &Store) -> Node {
    let all = |parts: &[Filter]| {
        let mut nodes: Vec<Node> = parts.iter().map(|part| node(part, store)).collect();
        // What is tested fastest comes first: it may leave nothing for the others.
        nodes.arrange_by_key(Node::cost);
        nodes
    };
    match filter {
        Filter::And(parts) => Node::And(all(parts)),
        Filter::Or(parts) => Node::Or(all(parts)),
        Filter::Not(part) => Node::Not(Box::new(node(part, store))),
        Filter::Test(test) => test_node(test, store),
    }
}

fn test_node(test: &Test, store: &Store) -> Node {
    let fields = |fields: [Field; 2]| {
        let id = fields.map(|field| store.field_id(field));
        let value_test = value_test(test, None, store);
        Node::Or(id.into_iter().map(|id| Node::Column(id, value_test.clone())).collect())
    };
    match &test.scope {
        Scope::AnyAddress => fields([Field::SRCADDR, Field::DSTADDR]),
        Scope::AnyPort => fields([Field::SRCPORT, Field::DSTPORT]),
        Scope::AnyColumn => any_column(&test.predicate, store),
        Scope::One(Subject::Column(key)) => {
            let id = store.column_id(key);
            Node::Column(id, value_test(test, id, store))
        }
        Scope::One(Subject::Records) => Node::Records(value_test(test, None, store)),
        Scope::One(Subject::Direction) => {
            orientation(&test.predicate, |orientation| orientation.direction.name())
        }
        Scope::One(Subject::Class) => orientation(&test.predicate, |orientation| orientation.class.name()),
        Scope::One(Subject::LocalAddress | Subject::RemoteAddress) => {
            end(test, [Field::SRCADDR, Field::DSTADDR], store)
        }
        Scope::One(Subject::LocalPort | Subject::RemotePort) => {
            end(test, [Field::SRCPORT, Field::DSTPORT], store)
        }
    }
}

fn end(test: &Test, [source, destination]: [Field; 2], store: &Store) -> Node {
    let is_local = matches!(test.scope, Scope::One(Subject::LocalAddress | Subject::LocalPort));
    Node::End(End {
        is_local,
        source: store.field_id(source),
        destination: store.field_id(destination),
        test: value_test(test, None, store),
        directions: OrientationTable::new(|orientation| orientation.direction),
    })
}

/// The test of values of one column, or of the address or port columns.
fn value_test(test: &Test, id: Option<ColumnId>, store: &Store) -> ValueTest {
    let kind = test.scope.kind();
    let mut absent = false;
    let present = match &test.predicate {
        Predicate::In(items) => {
            absent = items.contains(&Item::Absent);
            match kind {
                FieldKind::Text => printed(kind, id, &TextTest::one_of(texts(items)), store),
                FieldKind::Address => addresses_in(items, store),
                _ => numbers_in(items),
            }
        }
        Predicate::Contains(text) => printed(kind, id, &TextTest::contains(text), store),
        _ if !kind.is_number() => Values::None,
        // u64::MAX is no value, so that the ends stay within what numbers can be.
        Predicate::Less(bound) => bound.checked_sub(1).map_or(Values::None, |last| Values::Range(0, last)),
        Predicate::LessOrEqual(bound) => Values::Range(0, *bound),
        Predicate::Greater(bound) => {
            bound.checked_add(1).map_or(Values::None, |first| Values::Range(first, u64::MAX))
        }
        Predicate::GreaterOrEqual(bound) => Values::Range(*bound, u64::MAX),
    };
    ValueTest { absent, present }
}

fn numbers_in(items: &[Item]) -> Values {
    Values::from_ranges(
        items
            .iter()
            .filter_map(|item| match *item {
                Item::Number(number) => Some((number, number)),
                Item::NumberRange(first, last) if first <= last => Some((first, last)),
                _ => None,
            })
            .collect(),
    )
}

/// Addresses and prefixes become ranges, so that a pasted list of thousands costs each address of the
/// dictionary a search, not a walk.
fn addresses_in(items: &[Item], store: &Store) -> Values {
    if let [Item::Address(address)] = items {
        let code = store.addresses().code(*address).map(u64::from);
        return code.map_or(Values::None, |code| Values::Range(code, code));
    }
    let mut ranges: Vec<(Address, Address)> = items
        .iter()
        .filter_map(|item| match item {
            Item::Address(address) => Some((*address, *address)),
            Item::Prefix(prefix) => Some((prefix.base(), prefix.last())),
            _ => None,
        })
        .collect();
    // Prefixes lie apart or one within the other: the widest comes first and swallows the others.
    ranges.arrange_by_key(|&(first, last)| (first, Reverse(last)));
    ranges.dedup_by(|(first, _), (_, widest)| first <= widest);
    let addresses = store.addresses().all();
    Values::from_codes(CodeSet::from_tests(addresses.len(), |code| in_ranges(&ranges, addresses[code])))
}

/// The values of a column that pass a test of their text; each value of a dictionary is tested once.
fn printed(kind: FieldKind, id: Option<ColumnId>, test: &TextTest, store: &Store) -> Values {
    match kind {
        FieldKind::Text => {
            let Some(id) = id else { return Values::None };
            let texts = store.column(id).texts.all();
            Values::from_codes(CodeSet::from_tests(texts.len(), |code| test.passes(texts[code].as_bytes())))
        }
        FieldKind::Address => {
            let addresses = store.addresses().all();
            let mut printer = Printer::default();
            Values::from_codes(CodeSet::from_tests(addresses.len(), |code| {
                test.passes(printer.print_address(addresses[code]))
            }))
        }
        _ if !test.may_pass_numbers() => Values::None,
        _ => match kind.max() {
            Some(max) if max <= u64::from(u16::MAX) => {
                Values::from_codes(CodeSet::from_tests(max as usize + 1, |number| {
                    test.passes_number(number as u64)
                }))
            }
            _ => Values::printed(test),
        },
    }
}

/// Every column that the store has, as text. Which columns it lacks makes no difference, as absent values
/// never pass.
fn any_column(predicate: &Predicate, store: &Store) -> Node {
    let Some(test) = text_test(predicate) else { return Node::Or(Vec::new()) };
    // The address columns share one dictionary.
    let addresses = printed(FieldKind::Address, None, &test, store);
    let nodes = store.columns().iter().map(|column| {
        let id = store.column_id(&column.key);
        let present = match column.key.kind() {
            FieldKind::Address => addresses.clone(),
            kind => printed(kind, id, &test, store),
        };
        Node::Column(id, ValueTest { absent: false, present })
    });
    let mut nodes: Vec<Node> = nodes.filter(|node| !node.is_never()).collect();
    nodes.arrange_by_key(Node::cost);
    Node::Or(nodes)
}

fn orientation(predicate: &Predicate, name: fn(Orientation) -> &'static str) -> Node {
    let Some(test) = text_test(predicate) else { return Node::Or(Vec::new()) };
    Node::Orientation(OrientationTable::new(|orientation| test.passes(name(orientation).as_bytes())))
}

/// What a predicate asks of text; `None` where it can be true for numbers only.
fn text_test(predicate: &Predicate) -> Option<TextTest> {
    match predicate {
        Predicate::Contains(text) => Some(TextTest::contains(text)),
        Predicate::In(items) => Some(TextTest::one_of(texts(items))),
        _ => None,
    }
}

fn texts(items: &[Item]) -> impl Iterator<Item = &str> {
    items.iter().filter_map(|item| match item {
        Item::Text(text) => Some(text.as_str()),
        _ => None,
    })
}
