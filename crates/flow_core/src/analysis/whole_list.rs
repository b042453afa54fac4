//! Long lists in messages, read into memory of their size: `#[serde(deserialize_with = "whole_list")]`.
//!
//! Serde trusts no length that it reads and lets a list grow by doubling past the first megabyte. Messages are one shard's to
//! another's, so their lengths are true; and in a wasm memory, growing copies all of a list. With a million rejected flows
//! that was a quarter of what the lead did for an answer.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

pub(super) fn whole_list<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_seq(WholeList(PhantomData))
}

struct WholeList<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for WholeList<T> {
    type Value = Vec<T>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::with_capacity(list.size_hint().unwrap_or(0));
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_back_in_memory_of_their_size() {
        #[derive(Deserialize)]
        struct Message(#[serde(deserialize_with = "whole_list")] Vec<(u64, Option<u64>)>);

        let sent: Vec<(u64, Option<u64>)> = (0..100_000).map(|n| (n, (n % 3 > 0).then_some(n))).collect();
        let Message(received) = postcard::from_bytes(&postcard::to_allocvec(&sent).unwrap()).unwrap();
        assert_eq!((received.capacity(), &received), (sent.len(), &sent));
    }
}
