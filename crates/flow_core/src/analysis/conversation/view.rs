//! Conversations put together from folded rows: what each interface saw of both halves.

use serde::{Deserialize, Serialize};

use super::half::Half;
use super::trace::{Trace, TraceKey};
use super::tuple::Tuple;
use crate::analysis::TimeExtent;
use crate::analysis::by_key::ByKey;
use crate::record::{Address, Direction};

/// Whose interface saw the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SeenBy {
    Initiator,
    Responder,
    /// An interface that forwards: a NAT gateway, a transit gateway, a firewall.
    Between,
    Unknown,
}

impl SeenBy {
    pub const fn name(self) -> &'static str {
        match self {
            SeenBy::Initiator => "initiator",
            SeenBy::Responder => "responder",
            SeenBy::Between => "between",
            SeenBy::Unknown => "unknown",
        }
    }
}

/// Both halves as one interface saw them: what the low end of the tuple sent, what the high end sent.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::analysis) struct View {
    pub interface: u32,
    pub halves: [Half; 2],
    /// By end: whether a row has it as the interface's own.
    is_local: [bool; 2],
    is_between: bool,
    is_readdressed: bool,
}

impl View {
    pub fn of(interface: u32) -> View {
        View { interface, ..View::default() }
    }

    pub fn add(&mut self, key: &TraceKey, trace: Trace) {
        let sender = key.sender();
        self.halves[sender].add(key.fate, trace);
        match key.direction {
            Direction::Egress => self.is_local[sender] = true,
            Direction::Ingress => self.is_local[1 - sender] = true,
            Direction::Unknown => {}
        }
        self.is_between |= key.is_transit;
        self.is_readdressed |= key.is_readdressed;
    }

    /// The end on the interface's side; `None` where rows do not tell, or contradict each other.
    ///
    /// Where nothing is known of the interface, its end is the private one of two: AWS writes an interface's primary
    /// private IPv4 address at its end, unless it forwards for others.
    pub fn local(&self, ends: [Address; 2]) -> Option<usize> {
        let may_be = |end: usize| matches!(ends[end], Address::V4(_)) && ends[end].is_private();
        match self.is_local {
            [true, false] => Some(0),
            [false, true] => Some(1),
            [false, false] if !self.is_readdressed => match [may_be(0), may_be(1)] {
                [true, false] => Some(0),
                [false, true] => Some(1),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether something of one end was accepted, and of the other end only refused.
    pub fn accepted_only_of(&self, end: usize) -> bool {
        let other = &self.halves[1 - end];
        self.halves[end].accepted.is_there() && !other.accepted.is_there() && other.rejected.is_there()
    }

    /// Whether both ends were refused, and neither was ever accepted.
    pub fn is_refused_both_ways(&self) -> bool {
        self.halves
            .iter()
            .all(|half| half.rejected.is_there() && !half.accepted.is_there() && !half.other.is_there())
    }

    /// The same without what the other end sent.
    pub fn of_sender(&self, end: usize) -> View {
        let mut view = *self;
        view.halves[1 - end] = Half::default();
        view
    }

    /// Whose interface it is, where `local` is its end and `client` the one that began.
    pub fn seen_by(&self, local: Option<usize>, client: usize) -> SeenBy {
        match local {
            _ if self.is_between => SeenBy::Between,
            Some(local) if local == client => SeenBy::Initiator,
            Some(_) => SeenBy::Responder,
            None => SeenBy::Unknown,
        }
    }

    pub fn is_readdressed(&self) -> bool {
        self.is_readdressed
    }

    /// Whether one end was refused and never accepted, and the other sent nothing.
    pub fn is_refused_alone(&self) -> bool {
        let is_alone = |end: usize| {
            let (half, other) = (&self.halves[end], &self.halves[1 - end]);
            half.rejected.is_there() && !half.accepted.is_there() && !other.is_there()
        };
        is_alone(0) || is_alone(1)
    }

    /// Whether the question is about something that was rejected here.
    pub fn is_rejected_asked(&self) -> bool {
        self.halves.iter().any(|half| half.rejected.n_rows_asked > 0)
    }

    pub fn time(&self) -> Option<TimeExtent> {
        TimeExtent::joined(self.halves[0].time(), self.halves[1].time())
    }
}

/// Folded rows, conversation by conversation.
pub(in crate::analysis) struct InConversations {
    /// Those of one conversation together, by span and interface.
    traces: Vec<(TraceKey, Trace)>,
    /// Where the conversations begin in it, and at last its end.
    begins: Vec<u32>,
}

/// Finds the folded rows of each conversation. Without ports rows that lie more than `n_spans_apart` from all others are
/// another one.
///
/// Sorting by tuple would do; it takes longer than all verdicts, and the order of conversations is nobody's.
pub(in crate::analysis) fn in_conversations(
    traces: Vec<(TraceKey, Trace)>,
    n_spans_apart: u64,
) -> InConversations {
    let mut n_of_tuple: ByKey<Tuple, u32> = ByKey::with_capacity(traces.len());
    let tuples: Vec<u32> = traces
        .iter()
        .map(|(key, _)| {
            let tuple = n_of_tuple.place(key.tuple);
            *n_of_tuple.at_place(tuple) += 1;
            tuple as u32
        })
        .collect();
    let mut ends: Vec<u32> = Vec::new();
    let mut n_before = 0;
    for (_, n) in n_of_tuple.into_entries() {
        ends.push(n_before);
        n_before += n;
    }
    let mut order = vec![0; traces.len()];
    for (place, tuple) in (0..).zip(tuples) {
        let end = &mut ends[tuple as usize];
        order[*end as usize] = place;
        *end += 1;
    }
    let key_of = |place: u32| &traces[place as usize].0;
    let mut begins = vec![0];
    let mut begin = 0;
    for end in ends {
        let of_tuple = &mut order[begin as usize..end as usize];
        of_tuple.sort_unstable_by_key(|place| {
            let TraceKey { span, interface, .. } = key_of(*place);
            (*span, *interface)
        });
        let goes_on =
            |one: &u32, next: &u32| key_of(*next).span <= key_of(*one).span.saturating_add(n_spans_apart);
        for of_conversation in of_tuple.chunk_by(goes_on) {
            begin += of_conversation.len() as u32;
            begins.push(begin);
        }
    }
    // Copied at once, because fetching them from here and there takes as long as a verdict.
    let traces = order.into_iter().map(|place| traces[place as usize]).collect();
    InConversations { traces, begins }
}

impl InConversations {
    /// Rows that the question is about.
    pub fn n_rows_asked(&self) -> u64 {
        self.traces.iter().map(|(_, trace)| trace.n_rows_asked).sum()
    }

    /// Conversations are numbered from 0 to below this.
    pub fn n_conversations(&self) -> u32 {
        self.begins.len() as u32 - 1
    }

    /// What all interfaces saw of a conversation, put into `views`, which may hold another's.
    pub fn read_views(&self, conversation: u32, views: &mut Vec<View>) -> Tuple {
        let InConversations { traces, begins } = self;
        let [begin, end] = [conversation, conversation + 1].map(|at| begins[at as usize] as usize);
        views.clear();
        for (key, trace) in &traces[begin..end] {
            // Few interfaces see one conversation: two, and what forwards between them.
            let known = views.iter().rposition(|view| view.interface == key.interface);
            let place = known.unwrap_or_else(|| {
                views.push(View::of(key.interface));
                views.len() - 1
            });
            views[place].add(key, *trace);
        }
        traces[begin].0.tuple
    }

    pub fn for_each(&self, mut visit: impl FnMut(Tuple, &[View])) {
        let mut views = Vec::new();
        for conversation in 0..self.n_conversations() {
            let tuple = self.read_views(conversation, &mut views);
            visit(tuple, &views);
        }
    }
}
