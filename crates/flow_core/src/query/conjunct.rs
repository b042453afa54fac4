//! Editing a filter part by part: the chips above the table, and every cell that filters or excludes.

use super::{Filter, Item, Predicate, Subject};
use crate::record::Value;

impl Filter {
    /// The parts that must all be true; none where everything passes.
    pub fn conjuncts(&self) -> Vec<&Filter> {
        match self {
            Filter::And(parts) => parts.iter().collect(),
            single => vec![single],
        }
    }

    /// Adds the parts of `other` as a reader means it who clicks: what is there already is not added again,
    /// and the opposite of what is there replaces it, because a filter that lets nothing pass is never what
    /// a click asks for.
    #[must_use]
    pub fn and(self, other: Filter) -> Filter {
        let mut parts = self.into_conjuncts();
        let mut folded: Vec<Filter> = parts.iter().map(Filter::case_folded).collect();
        for part in other.into_conjuncts() {
            let new = part.case_folded();
            if folded.contains(&new) {
                continue;
            }
            let opposite = Filter::Not(Box::new(new.clone())).canonical();
            match folded.iter().position(|known| *known == opposite) {
                Some(at) => (parts[at], folded[at]) = (part, new),
                None => {
                    parts.push(part);
                    folded.push(new);
                }
            }
        }
        Filter::And(parts).canonical()
    }

    /// The filter without one of its [`Filter::conjuncts`]; unchanged where there is no such part.
    #[must_use]
    pub fn without_conjunct(self, index: usize) -> Filter {
        let mut parts = self.into_conjuncts();
        if index < parts.len() {
            parts.remove(index);
        }
        Filter::And(parts).canonical()
    }

    /// True for the rows that have this very value.
    pub fn equals(subject: impl Into<Subject>, value: &Value) -> Filter {
        let item = match value {
            Value::Absent => Item::Absent,
            Value::Number(number) => Item::Number(*number),
            Value::Address(address) => Item::Address(*address),
            Value::Text(text) => Item::Text(text.clone()),
        };
        Filter::test(subject, Predicate::In(vec![item])).canonical()
    }

    /// True for all other rows, those without a value included.
    pub fn differs(subject: impl Into<Subject>, value: &Value) -> Filter {
        Filter::Not(Box::new(Filter::equals(subject, value))).canonical()
    }

    fn into_conjuncts(self) -> Vec<Filter> {
        match self.canonical() {
            Filter::And(parts) => parts,
            single => vec![single],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::parse_filter;

    fn filter(text: &str) -> Filter {
        parse_filter(text).unwrap()
    }

    fn check_and(first: &str, second: &str, both: &str) {
        assert_eq!(filter(first).and(filter(second)).to_string(), both);
    }

    #[test]
    fn parts_are_added_once() {
        check_and("", "dstport = 22", "dstport = 22");
        check_and("dstport = 22", "", "dstport = 22");
        check_and("dstport = 22", "protocol = tcp", "dstport = 22 and protocol = tcp");
        check_and("dstport = 22 protocol = tcp", "dstport = 22", "dstport = 22 and protocol = tcp");
        check_and("action = reject", "action = REJECT", "action = reject");
        check_and("dstport = 22 or dstport = 23", "tcp", "(dstport = 22 or dstport = 23) and protocol = tcp");
    }

    #[test]
    fn the_opposite_of_a_part_replaces_it() {
        check_and("dstport = 22 protocol = tcp", "dstport != 22", "dstport != 22 and protocol = tcp");
        check_and("dstport != 22", "dstport = 22", "dstport = 22");
        check_and("not (dstport = 22 or udp)", "dstport = 22 or udp", "dstport = 22 or protocol = udp");
        check_and("action = reject", "action != REJECT", "action != REJECT");
        check_and("dstport in (22, 23)", "dstport != 22", "dstport in (22, 23) and dstport != 22");
    }

    #[test]
    fn parts_are_taken_away_by_their_place() {
        let three = filter("dstport = 22 protocol = tcp action = reject");
        assert_eq!(three.conjuncts().len(), 3);
        assert_eq!(three.clone().without_conjunct(1).to_string(), "dstport = 22 and action = reject");
        assert_eq!(three.clone().without_conjunct(3), three);
        assert_eq!(filter("dstport = 22").without_conjunct(0), Filter::everything());
        assert_eq!(Filter::everything().conjuncts(), Vec::<&Filter>::new());
    }

    #[test]
    fn a_value_makes_a_test() {
        let dstport = Subject::from_name("dstport");
        assert_eq!(Filter::equals(dstport.clone(), &Value::Number(22)).to_string(), "dstport = 22");
        assert_eq!(Filter::differs(dstport.clone(), &Value::Absent).to_string(), "dstport != -");
        assert!(Filter::equals(dstport, &Value::Text("x".to_owned())).is_nothing());
        let direction = Filter::equals(Subject::Direction, &Value::Text("ingress".to_owned()));
        assert_eq!(direction.to_string(), "direction = ingress");
    }
}
