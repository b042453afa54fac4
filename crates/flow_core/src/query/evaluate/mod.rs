//! Which rows a filter leaves, segment by segment.
//!
//! A filter is compiled once for a store: names become columns, texts and addresses become codes. Then each
//! segment is asked, by its zone maps where they tell enough, else on packed values.

mod code_set;
mod compile;
mod digits_test;
mod text_test;
mod value_test;

use crate::record::{Direction, Orientation};
use crate::store::{Bitmap, ColumnId, Segment, Store, Table};

use super::{Filter, RowSet, SegmentRows};
use value_test::{ValueTest, Values, all_if};

/// A filter that is ready to run on the segments of one store.
///
/// Values that the store meets for the first time after compiling are not known to it: compile again when
/// rows were added.
pub struct CompiledFilter {
    root: Node,
}

enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    /// A column that the store lacks is absent in every row.
    Column(Option<ColumnId>, ValueTest),
    Records(ValueTest),
    /// Which orientations pass.
    Orientation(OrientationTable<bool>),
    End(End),
}

/// A test of the interface's own or the other end, which is the source or the destination by the direction.
struct End {
    is_local: bool,
    source: Option<ColumnId>,
    destination: Option<ColumnId>,
    test: ValueTest,
    directions: OrientationTable<Direction>,
}

/// Something about each orientation, found by its code.
struct OrientationTable<T> {
    /// As many as a byte has values, so that a look-up needs no check.
    by_code: Box<[T; 1 << u8::BITS]>,
}

impl CompiledFilter {
    pub fn new(filter: &Filter, store: &Store) -> CompiledFilter {
        CompiledFilter { root: compile::node(filter, store) }
    }

    /// The rows of `segment`, which must be of the store that the filter was compiled for, that pass.
    pub fn segment(&self, segment: &Segment) -> SegmentRows {
        self.root.rows(segment)
    }
}

impl RowSet {
    /// The readable rows of `table`, which must be one of `store`, that pass. Callers that want to stop
    /// between segments use [`CompiledFilter`] themselves.
    pub fn select(filter: &Filter, store: &Store, table: &Table) -> RowSet {
        let compiled = CompiledFilter::new(filter, store);
        RowSet::new(table.segments().iter().map(|segment| compiled.segment(segment)).collect())
    }
}

impl Node {
    fn rows(&self, segment: &Segment) -> SegmentRows {
        let n_rows = segment.n_rows();
        match self {
            Node::And(nodes) => {
                let mut rows = SegmentRows::all(n_rows);
                for node in nodes {
                    if rows == SegmentRows::None {
                        break;
                    }
                    rows = rows.and(node.rows(segment));
                }
                rows
            }
            Node::Or(nodes) => {
                let mut rows = SegmentRows::None;
                for node in nodes {
                    if matches!(rows, SegmentRows::All(_)) {
                        break;
                    }
                    rows = rows.or(node.rows(segment));
                }
                rows
            }
            Node::Not(node) => node.rows(segment).not(n_rows),
            Node::Column(id, test) => test.rows(segment.column_or_absent(*id)),
            Node::Records(test) => test.rows(segment.n_records()),
            Node::Orientation(passes) => {
                let codes = segment.orientation();
                if codes.is_empty() {
                    return all_if(passes.of(Orientation::UNKNOWN), n_rows);
                }
                SegmentRows::from_bitmap(Bitmap::from_tests(codes, |code| passes.at(code)))
            }
            Node::End(end) => end.rows(segment),
        }
    }

    /// How long a test takes, roughly, against another.
    fn cost(&self) -> u32 {
        match self {
            Node::And(nodes) | Node::Or(nodes) => nodes.iter().map(Node::cost).sum(),
            Node::Not(node) => node.cost(),
            Node::Orientation(_) => 1,
            Node::Column(_, test) | Node::Records(test) => test.cost(),
            Node::End(end) => 2 * end.test.cost() + 2,
        }
    }

    fn is_never(&self) -> bool {
        matches!(self, Node::Column(_, ValueTest { absent: false, present: Values::None }))
    }
}

impl End {
    fn rows(&self, segment: &Segment) -> SegmentRows {
        let codes = segment.orientation();
        if codes.is_empty() {
            return all_if(self.test.absent, segment.n_rows());
        }
        let went = |direction| {
            SegmentRows::from_bitmap(Bitmap::from_tests(codes, |code| self.directions.at(code) == direction))
        };
        // What leaves the interface has it as its source. Set by set, because a choice in each row would
        // unpack both columns row by row.
        let (of_egress, of_ingress) =
            if self.is_local { (self.source, self.destination) } else { (self.destination, self.source) };
        let rows = |id| self.test.rows(segment.column_or_absent(id));
        let known =
            went(Direction::Egress).and(rows(of_egress)).or(went(Direction::Ingress).and(rows(of_ingress)));
        if self.test.absent { known.or(went(Direction::Unknown)) } else { known }
    }
}

impl<T: Copy> OrientationTable<T> {
    fn new(of: impl Fn(Orientation) -> T) -> OrientationTable<T> {
        let mut by_code = Box::new([of(Orientation::UNKNOWN); 1 << u8::BITS]);
        for code in 0..Orientation::N_CODES {
            by_code[usize::from(code)] = of(Orientation::from_code(code));
        }
        OrientationTable { by_code }
    }

    fn at(&self, code: u8) -> T {
        self.by_code[usize::from(code)]
    }

    fn of(&self, orientation: Orientation) -> T {
        self.at(orientation.to_code())
    }
}
