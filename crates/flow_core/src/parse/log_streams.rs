//! The log groups and log streams that records came from, where a container of CloudWatch Logs names them, and what the
//! name of a stream says. Shown, and compared with the records; nothing is read otherwise because of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Names kept of each kind: as many as anybody reads.
const NAMES_KEPT: usize = 100;

/// AWS allows no longer ones.
const NAME_BYTES_MAX: usize = 512;

/// Distinct names, of each kind the first [`NAMES_KEPT`] in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogStreams {
    pub groups: BTreeSet<String>,
    pub streams: BTreeSet<String>,
    /// Whether there are more of either.
    pub is_cut: bool,
}

impl LogStreams {
    pub fn add_group(&mut self, name: &str) {
        self.is_cut |= add(&mut self.groups, name);
    }

    pub fn add_stream(&mut self, name: &str) {
        self.is_cut |= add(&mut self.streams, name);
    }

    pub fn join(&mut self, other: &LogStreams) {
        self.is_cut |= other.is_cut;
        other.groups.iter().for_each(|name| self.add_group(name));
        other.streams.iter().for_each(|name| self.add_stream(name));
    }
}

/// Whether a name had to be left out for it.
fn add(names: &mut BTreeSet<String>, name: &str) -> bool {
    let is_name = !name.is_empty() && name.len() <= NAME_BYTES_MAX && !name.chars().any(char::is_control);
    if !is_name || names.contains(name) {
        return false;
    }
    names.insert(name.to_owned());
    names.len() > NAMES_KEPT && names.pop_last().is_some()
}

/// Which traffic the flow log of a stream captures, as its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamCapture {
    All,
    Accepted,
    Rejected,
}

/// The interface and the traffic that a stream is of: AWS calls it `eni-0123456789abcdef0-all`. `None` where the name is
/// another one, as that of every stream that somebody made is.
pub fn of_stream(name: &str) -> Option<(&str, StreamCapture)> {
    let (interface, capture) = name.rsplit_once('-')?;
    let capture = match capture {
        "all" => StreamCapture::All,
        "accept" => StreamCapture::Accepted,
        "reject" => StreamCapture::Rejected,
        _ => return None,
    };
    let id = interface.strip_prefix("eni-")?;
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then_some((interface, capture))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_of_aws_says_interface_and_capture() {
        assert_eq!(of_stream("eni-0a1b-all"), Some(("eni-0a1b", StreamCapture::All)));
        assert_eq!(of_stream("eni-0a1b-reject"), Some(("eni-0a1b", StreamCapture::Rejected)));
        assert_eq!(of_stream("eni-0a1b-accept"), Some(("eni-0a1b", StreamCapture::Accepted)));
        for name in ["eni-0a1b", "eni--all", "tgw-0a1b-all", "eni-0a1b-some", "mine-all", ""] {
            assert_eq!(of_stream(name), None, "{name}");
        }
    }

    #[test]
    fn the_first_names_are_kept_in_whatever_order_they_come() {
        let of = |names: &mut dyn Iterator<Item = u32>| {
            let mut streams = LogStreams::default();
            names.for_each(|n| streams.add_stream(&format!("stream-{n:03}")));
            streams
        };
        let (up, down) = (of(&mut (0..150)), of(&mut (0..150).rev()));
        assert_eq!(up, down);
        assert!(up.is_cut && up.streams.len() == NAMES_KEPT);
        let mut joined = of(&mut (70..150));
        joined.join(&of(&mut (0..80)));
        assert_eq!(joined, up);
        assert!(!of(&mut (0..100)).is_cut);
    }

    #[test]
    fn what_cannot_be_a_name_is_none() {
        let mut streams = LogStreams::default();
        for name in ["", "a\u{7}b", &"x".repeat(NAME_BYTES_MAX + 1)] {
            streams.add_group(name);
        }
        assert_eq!(streams, LogStreams::default());
    }
}
