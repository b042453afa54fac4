//! A JSON value with its place in the document, and what is taken out of it: wrong types become problems, `null` and
//! what is not there are absent.

use std::fmt;

use serde_json::{Map, Value};

use super::sink::Sink;
use crate::config::report::Reason;
use crate::record::{Address, Prefix};

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

/// A value and the way to it.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    pub value: &'a Value,
    step: Step<'a>,
    parent: Option<&'a Node<'a>>,
}

impl<'a> Node<'a> {
    pub fn root(value: &'a Value) -> Node<'a> {
        Node { value, step: Step::Root, parent: None }
    }

    pub fn object(&self) -> Option<&'a Map<String, Value>> {
        self.value.as_object()
    }

    /// The value under `key`; `null` is absent.
    pub fn get<'n>(&'n self, key: &'n str) -> Option<Node<'n>> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(Node { value, step: Step::Key(key), parent: Some(self) })
    }

    /// Each key of an object and each index of an array.
    pub fn children<'n>(&'n self) -> Box<dyn Iterator<Item = Node<'n>> + 'n> {
        match self.value {
            Value::Object(map) => Box::new(map.iter().map(|(key, value)| Node {
                value,
                step: Step::Key(key),
                parent: Some(self),
            })),
            Value::Array(_) => Box::new(self.items()),
            _ => Box::new(std::iter::empty()),
        }
    }

    /// The items of an array; none where it is something else.
    pub fn items<'n>(&'n self) -> impl Iterator<Item = Node<'n>> {
        let items = self.value.as_array().map_or(&[][..], Vec::as_slice);
        items.iter().enumerate().map(|(at, value)| Node { value, step: Step::Index(at), parent: Some(self) })
    }

    /// The nodes that this one is in, the nearest first.
    pub fn above(&self) -> impl Iterator<Item = &'a Node<'a>> {
        std::iter::successors(self.parent, |node| node.parent)
    }

    /// The key that this node is under, where it is under one.
    pub fn key(&self) -> Option<&'a str> {
        match self.step {
            Step::Key(key) => Some(key),
            _ => None,
        }
    }

    /// Text, or a number as text.
    pub fn text(&self, key: &str, sink: &mut Sink) -> Option<String> {
        let node = self.get(key)?;
        match node.value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => node.not_a("A text", sink),
        }
    }

    /// Text that must be there.
    pub fn required(&self, key: &str, sink: &mut Sink) -> Option<String> {
        if self.get(key).is_none() {
            sink.problem_at(self, Reason::KeyMissing(key.to_owned()));
            return None;
        }
        self.text(key, sink)
    }

    pub fn integer(&self, key: &str, sink: &mut Sink) -> Option<i64> {
        let node = self.get(key)?;
        match node.value.as_i64() {
            Some(number) => Some(number),
            None => node.not_a("A whole number", sink),
        }
    }

    pub fn truth(&self, key: &str, sink: &mut Sink) -> Option<bool> {
        let node = self.get(key)?;
        match node.value.as_bool() {
            Some(truth) => Some(truth),
            None => node.not_a("true or false", sink),
        }
    }

    pub fn prefix(&self, key: &str, sink: &mut Sink) -> Option<Prefix> {
        let node = self.get(key)?;
        match node.value.as_str().and_then(Prefix::parse) {
            Some(prefix) => Some(prefix),
            None => node.not_a("A CIDR such as 10.0.0.0/16", sink),
        }
    }

    pub fn address(&self, key: &str, sink: &mut Sink) -> Option<Address> {
        let node = self.get(key)?;
        match node.value.as_str().and_then(|text| Address::parse(text.as_bytes())) {
            Some(address) => Some(address),
            None => node.not_a("An IP address", sink),
        }
    }

    /// What `read` makes of each item of the list under `key`; absent where there is no such list.
    pub fn list<T>(
        &self,
        key: &str,
        sink: &mut Sink,
        mut read: impl FnMut(&Node, &mut Sink) -> Option<T>,
    ) -> Option<Vec<T>> {
        let node = self.get(key)?;
        if !node.value.is_array() {
            return node.not_a("A list", sink);
        }
        let found = node.items().filter_map(|item| read(&item, sink)).collect();
        Some(found)
    }

    /// The texts under `key` of each item of the list under `list`.
    pub fn texts_of(&self, list: &str, key: &str, sink: &mut Sink) -> Option<Vec<String>> {
        self.list(list, sink, |item, sink| item.text(key, sink))
    }

    /// A list of plain texts.
    pub fn texts(&self, list: &str, sink: &mut Sink) -> Option<Vec<String>> {
        self.list(list, sink, |item, sink| match item.value.as_str() {
            Some(text) => Some(text.to_owned()),
            None => item.not_a("A text", sink),
        })
    }

    fn not_a<T>(&self, what: &str, sink: &mut Sink) -> Option<T> {
        sink.problem_at(self, Reason::NotA(what.to_owned()));
        None
    }
}

impl fmt::Display for Node<'_> {
    /// The way from the document to the value: `SecurityGroups[2].IpPermissions[0]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Key(key) => {
                let is_inner = self.parent.is_some_and(|parent| !matches!(parent.step, Step::Root));
                // A key may be anything, so as much as anybody reads of it.
                let key: String = key.chars().take(KEY_CHARS_SHOWN).collect();
                write!(f, "{}{key}", if is_inner { "." } else { "" })
            }
            Step::Index(at) => write!(f, "[{at}]"),
        }
    }
}

/// AWS's longest key has 39.
const KEY_CHARS_SHOWN: usize = 60;
