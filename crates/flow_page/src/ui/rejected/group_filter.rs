//! The filter that leaves the rows of a group. Pure.

use flow_core::analysis::rejected::{Initiator, RejectedGroup};
use flow_core::query::{Filter, Item, Predicate, Subject};
use flow_core::record::{Address, Field, Value};

/// What a filter calls the addresses of who wanted it.
pub fn source_subject(initiator: Initiator) -> Subject {
    match initiator {
        Initiator::Remote => Subject::RemoteAddress,
        Initiator::Local => Subject::LocalAddress,
        Initiator::Source | Initiator::Unknown => Field::SRCADDR.into(),
        Initiator::Destination => Field::DSTADDR.into(),
    }
}

/// What a filter calls the addresses that were asked for.
pub fn target_subject(initiator: Initiator) -> Subject {
    match initiator {
        Initiator::Remote => Subject::LocalAddress,
        Initiator::Local => Subject::RemoteAddress,
        Initiator::Source | Initiator::Unknown => Field::DSTADDR.into(),
        Initiator::Destination => Field::SRCADDR.into(),
    }
}

/// What a filter calls the port that was asked for.
pub fn port_subject(initiator: Initiator) -> Subject {
    match initiator {
        Initiator::Remote => Subject::LocalPort,
        Initiator::Local => Subject::RemotePort,
        Initiator::Source | Initiator::Unknown => Field::DSTPORT.into(),
        Initiator::Destination => Field::SRCPORT.into(),
    }
}

/// Whether the sources are all named in the answer, so that a filter can name them, too. Without that the
/// filter keeps the rows of other sources of the same service as well.
pub fn names_all_sources(group: &RejectedGroup) -> bool {
    group.n_sources <= group.top_sources.len() as u64
}

/// Rows of the group: rejected, its interface, its service, and its sources where they are few.
pub fn group_filter(group: &RejectedGroup) -> Filter {
    let is = |subject: Subject, item: Item| Filter::test(subject, Predicate::In(vec![item]));
    let mut parts = vec![is(Field::ACTION.into(), Item::Text("REJECT".to_owned()))];
    let interface = match &group.interface {
        Value::Text(interface) => Item::Text(interface.clone()),
        _ => Item::Absent,
    };
    parts.push(is(Field::INTERFACE_ID.into(), interface));
    if let Some(protocol) = group.protocol {
        parts.push(is(Field::PROTOCOL.into(), Item::Number(protocol)));
    }
    if let Some(port) = group.port {
        parts.push(is(port_subject(group.initiator), Item::Number(port)));
    }
    if names_all_sources(group) && !group.top_sources.is_empty() {
        let item = |(address, _): &(Address, u64)| Item::Address(*address);
        let sources = group.top_sources.iter().map(item).collect();
        parts.push(Filter::test(source_subject(group.initiator), Predicate::In(sources)));
    }
    Filter::And(parts)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use flow_core::analysis::Tally;
    use flow_core::analysis::rejected::{InitiatorEvidence, WantedBy};
    use flow_core::sample::{SampleLog, SampleSpec};
    use flow_core::session::message::{Answer, Command, Event, Question, Request, RequestId};
    use flow_core::session::{Session, SessionOptions, Step};

    /// Four sources, of which two are named, wanted 443/tcp of one target at eni-a.
    pub fn group(initiator: Initiator) -> RejectedGroup {
        let address = |text: &str| Address::parse(text.as_bytes()).unwrap();
        RejectedGroup {
            interface: Value::Text("eni-a".to_owned()),
            initiator,
            evidence: InitiatorEvidence::TcpFlags,
            wanted_by: WantedBy::OwnNetworks,
            port: Some(443),
            protocol: Some(6),
            total: Tally { rows: 9, packets: 9, bytes: 360 },
            n_sources: 4,
            top_sources: vec![(address("10.0.1.5"), 6), (address("10.0.1.6"), 1)],
            n_targets: 1,
            top_targets: vec![(address("10.0.0.9"), 9)],
            time: Some((0, 60)),
            spark: vec![1, 8],
        }
    }

    /// The subjects that a filter tests, in order.
    fn subjects(filter: &Filter) -> Vec<String> {
        match filter {
            Filter::And(parts) => parts.iter().flat_map(subjects).collect(),
            Filter::Test(test) => match &test.scope {
                flow_core::query::Scope::One(subject) => vec![subject.name().to_owned()],
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_port_is_tested_at_the_end_that_was_asked() {
        let tested = |initiator| subjects(&group_filter(&group(initiator))).join(" ");
        assert_eq!(tested(Initiator::Remote), "action interface-id protocol localport");
        assert_eq!(tested(Initiator::Local), "action interface-id protocol remoteport");
        assert_eq!(tested(Initiator::Unknown), "action interface-id protocol dstport");
        assert_eq!(tested(Initiator::Source), "action interface-id protocol dstport");
        assert_eq!(tested(Initiator::Destination), "action interface-id protocol srcport");
    }

    #[test]
    fn few_sources_are_named_and_what_is_absent_is_not_tested() {
        let mut group = group(Initiator::Remote);
        assert!(!names_all_sources(&group));
        group.n_sources = 2;
        assert_eq!(subjects(&group_filter(&group)).last().unwrap(), "remoteaddr");
        group.interface = Value::Absent;
        group.port = None;
        assert_eq!(subjects(&group_filter(&group)).join(" "), "action interface-id protocol remoteaddr");
    }

    /// What a session with this log answers.
    fn answers(log: &str, questions: impl IntoIterator<Item = Question>) -> Vec<Answer> {
        let mut session = Session::new(SessionOptions::default());
        let open = Command::OpenText { name: "log".to_owned(), text: log.to_owned() };
        let commands = std::iter::once(open).chain(questions.into_iter().map(Command::Ask));
        let mut answers = Vec::new();
        for (command, id) in commands.zip(0..) {
            let mut take = |event| {
                if let Event::Answered { answer, .. } = event {
                    answers.push(answer);
                }
            };
            session.submit(Request { id: RequestId(id), command }, 0.0, &mut take);
            while session.step(0.0, &mut take) != Step::Idle {}
        }
        answers.split_off(1)
    }

    #[test]
    fn the_filter_of_a_group_leaves_all_of_its_rows() {
        let mut sample = Vec::new();
        let mut generator = SampleLog::new(&SampleSpec { n_rows: 4_000, ..SampleSpec::demo() });
        while generator.fill(&mut sample) {}
        let sample = String::from_utf8(sample).unwrap();
        let answers_only = "interface-id srcaddr dstaddr srcport dstport protocol tcp-flags action\n\
                            eni-1 203.0.113.7 10.0.0.5 443 50000 6 18 REJECT\n\
                            eni-1 203.0.113.8 10.0.0.5 443 50001 6 18 REJECT\n\
                            eni-2 10.0.0.1 10.0.0.2 443 50000 6 18 REJECT\n\
                            - 10.0.0.1 10.0.0.2 50000 443 6 2 REJECT\n\
                            eni-3 10.0.0.1 10.0.0.2 0 0 1 0 REJECT\n";
        for log in [&sample, answers_only] {
            let rejected = Question::Rejected { filter: Filter::everything() };
            let Some(Answer::Rejected(view)) = answers(log, [rejected]).pop() else { panic!("a view") };
            assert!(!view.groups.is_empty());
            let records = view.groups.iter().map(|group| Question::Records {
                filter: group_filter(group),
                sort: None,
                subjects: Vec::new(),
                offset: 0,
                n_rows: 0,
            });
            for (answer, group) in answers(log, records).into_iter().zip(&view.groups) {
                let Answer::Records(page) = answer else { panic!("a page") };
                assert!(page.n_rows >= group.total.rows, "{} of {group:?}", page.n_rows);
            }
        }
    }
}
