//! What is said of lost packets. Pure.

use flow_core::analysis::packets_lost::{LISTED_BY, LostList, PacketsLost, total};
use flow_core::record::Field;

use crate::ui::format;

/// Headings of the lists, in the order of [`LISTED_BY`].
pub const LISTS: [&str; LISTED_BY.len()] = ["By attachment", "By Availability Zones", "By flow"];

/// A reason in a few words.
pub fn reason(field: Field) -> &'static str {
    match field {
        Field::PACKETS_LOST_NO_ROUTE => "No route",
        Field::PACKETS_LOST_BLACKHOLE => "Blackhole route",
        Field::PACKETS_LOST_MTU_EXCEEDED => "Larger than the MTU",
        Field::PACKETS_LOST_TTL_EXPIRED => "Time to live ran out",
        other => other.name(),
    }
}

/// The heading of a column of keys.
pub fn column(field: Field) -> &'static str {
    match field {
        Field::TGW_ATTACHMENT_ID => "Attachment",
        Field::TGW_PAIR_ATTACHMENT_ID => "On the other side",
        Field::TGW_SRC_AZ_ID => "Source zone",
        Field::TGW_DST_AZ_ID => "Destination zone",
        Field::SRCADDR => "Source",
        Field::DSTADDR => "Destination",
        Field::DSTPORT => "Port",
        Field::PROTOCOL => "Protocol",
        other => other.name(),
    }
}

/// How much was lost, as a sentence.
pub fn how_many(view: &PacketsLost) -> String {
    let records = format::counted(view.n_records, "record");
    match (view.n_records, view.n_with_loss) {
        (0, _) => "No record here says whether packets were lost".to_owned(),
        (_, 0) => format!("None, by the {records} that say so"),
        (_, n_with_loss) => format!(
            "{}, in {} of the {records} that say so",
            format::counted(total(&view.lost), "packet"),
            format::count(n_with_loss)
        ),
    }
}

/// What is said where not all are listed.
pub fn not_listed(list: &LostList) -> Option<String> {
    let n_listed = list.entries.len() as u64;
    (list.n_keys > n_listed).then(|| {
        format!(
            "The {} with most packets lost of {}; filter to see the others",
            format::count(n_listed),
            format::count(list.n_keys)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(n_records: u64, n_with_loss: u64, lost: [u64; 4]) -> PacketsLost {
        let list = || LostList { entries: Vec::new(), n_keys: 0 };
        PacketsLost { is_recorded: [true; 4], lost, n_records, n_with_loss, lists: [list(), list(), list()] }
    }

    #[test]
    fn no_loss_and_no_word_of_it_are_two_things() {
        assert_eq!(how_many(&view(0, 0, [0; 4])), "No record here says whether packets were lost");
        assert_eq!(how_many(&view(1_204, 0, [0; 4])), "None, by the 1,204 records that say so");
        assert_eq!(
            how_many(&view(1_204, 2, [1, 0, 8, 0])),
            "9 packets, in 2 of the 1,204 records that say so"
        );
    }

    #[test]
    fn keys_that_are_not_listed_are_counted() {
        assert_eq!(not_listed(&LostList { entries: Vec::new(), n_keys: 0 }), None);
        let words = not_listed(&LostList { entries: Vec::new(), n_keys: 1_204 }).unwrap();
        assert_eq!(words, "The 0 with most packets lost of 1,204; filter to see the others");
    }
}
