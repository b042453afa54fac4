//! Long lists of numbers in messages, as bytes: `#[serde(with = "as_bytes")]`.
//!
//! Serde is asked for each number of a list by itself, and a message's numbers have as many bytes as they need. For lists
//! of a hundred thousand that was a fifteenth of what the lead did while loading; this is little more than a copy.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// Something that takes the same number of bytes whatever it is.
pub(super) trait Fixed: Sized {
    type Bytes: for<'a> TryFrom<&'a [u8]> + AsRef<[u8]>;
    const N_BYTES: usize = size_of::<Self::Bytes>();

    fn to_bytes(&self) -> Self::Bytes;
    fn from_bytes(bytes: Self::Bytes) -> Self;
}

macro_rules! fixed_number {
    ($number:ty) => {
        impl Fixed for $number {
            type Bytes = [u8; size_of::<$number>()];

            fn to_bytes(&self) -> Self::Bytes {
                self.to_le_bytes()
            }

            fn from_bytes(bytes: Self::Bytes) -> $number {
                <$number>::from_le_bytes(bytes)
            }
        }
    };
}

fixed_number!(u32);
fixed_number!(u128);

pub(super) fn serialize<T: Fixed, S: Serializer>(items: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    let mut bytes = Vec::with_capacity(items.len() * T::N_BYTES);
    items.iter().for_each(|item| bytes.extend_from_slice(item.to_bytes().as_ref()));
    serializer.serialize_bytes(&bytes)
}

/// From a format that lends its bytes, as those of messages do.
pub(super) fn deserialize<'de, T: Fixed, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let bytes = <&[u8]>::deserialize(deserializer)?;
    if !bytes.len().is_multiple_of(T::N_BYTES) {
        return Err(D::Error::custom("a list that ends within an item"));
    }
    let items = bytes.chunks_exact(T::N_BYTES).filter_map(|item| T::Bytes::try_from(item).ok());
    Ok(items.map(T::from_bytes).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(PartialEq, Debug, serde::Serialize, Deserialize)]
    struct Message {
        #[serde(with = "super")]
        addresses: Vec<u128>,
        #[serde(with = "super")]
        numbers: Vec<u32>,
    }

    #[test]
    fn lists_come_back_and_a_list_cut_off_does_not() {
        let message = Message { addresses: vec![u128::MAX, 1 << 80], numbers: vec![u32::MAX, 0, 7] };
        let bytes = postcard::to_allocvec(&message).unwrap();
        assert_eq!(bytes.len(), 1 + 2 * 16 + 1 + 3 * 4);
        assert_eq!(postcard::from_bytes::<Message>(&bytes).unwrap(), message);
        // Three bytes of numbers, and not a list of any.
        let cut_off = [&bytes[..=32], &[3, 1, 2, 3]].concat();
        assert!(postcard::from_bytes::<Message>(&cut_off).is_err());
    }
}
