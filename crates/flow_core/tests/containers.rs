//! Records in every container: they come out as they went in, however the file is cut, and no container is taken for
//! another; and what a hostile file can do.

mod dump;

use dump::Input;
use flow_core::parse::{FileState, Layout, LayoutFrom, ProblemKind};
use flow_core::record::{Address, Field, FieldKind};
use flow_testkit::wrap::{Wrap, gzip};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

fn parse(bytes: &[u8], layout: Option<Layout>, sizes: &[usize]) -> dump::Parsed {
    Input { name: "a.log", bytes, layout }.parse(sizes)
}

/// What was read, as lines.
fn records_of(parsed: &dump::Parsed) -> Vec<&str> {
    let records = parsed.records.calls.iter().filter(|call| !call.starts_with("begin"));
    records.map(|call| call[13..].split("  [").next().unwrap_or_default()).collect()
}

/// A value of a field, in one case of six absent.
fn values(field: Field) -> BoxedStrategy<String> {
    let value = match field.kind() {
        FieldKind::Text => "(x-|eni-0|é|a,b|c;d|e\"f|g\\\\h)[!-~]{0,12}".boxed(),
        FieldKind::Address => prop_oneof![
            any::<u32>().prop_map(|bits| Address::V4(bits).to_string()),
            any::<u128>().prop_map(|bits| Address::V6(bits).to_string().to_uppercase()),
        ]
        .boxed(),
        // Of one day, so that they can be those of one record.
        FieldKind::Seconds => (1_700_000_000u64..1_700_080_000).prop_map(|secs| secs.to_string()).boxed(),
        number => {
            let max = number.max().unwrap();
            prop_oneof![5 => (0..=max).prop_map(|number| number.to_string()), 1 => Just("007".to_owned())]
                .boxed()
        }
    };
    prop_oneof![1 => Just("-".to_owned()), 5 => value].boxed()
}

/// Records in a layout that may be given, each with some address.
fn logs() -> impl Strategy<Value = (Layout, Vec<String>)> {
    let fields: Vec<Field> = Field::all().filter(|field| *field != Field::SRCADDR).collect();
    let fields = (subsequence(fields, 3..12), Just(Field::SRCADDR))
        .prop_map(|(mut fields, address)| {
            fields.push(address);
            fields
        })
        .prop_shuffle();
    fields.prop_flat_map(|fields| {
        let record: Vec<_> = fields
            .iter()
            .map(|field| match *field {
                // Never absent, so that the record is one.
                Field::SRCADDR => any::<u32>().prop_map(|bits| Address::V4(bits).to_string()).boxed(),
                field => values(field),
            })
            .collect();
        let record = record.prop_map(|values| values.join(" "));
        let layout = Layout::from_names(fields.iter().map(|field| field.name()));
        (Just(layout), prop::collection::vec(record, 1..12))
    })
}

/// Records of the default layout, whose layout need not be given.
fn default_records() -> impl Strategy<Value = Vec<String>> {
    let record = (any::<[u32; 2]>(), any::<[u16; 2]>(), any::<u32>(), 0u8..4).prop_map(
        |([src, dst], [src_port, dst_port], n_bytes, kind)| {
            let [src, dst] = [src, dst].map(Address::V4);
            let start = "2 123456789012 eni-0a1b2c3d4e5f60718";
            match kind {
                0 => format!("{start} - - - - - - - 1700000000 1700000058 - NODATA"),
                _ => format!(
                    "{start} {src} {dst} {src_port} {dst_port} 6 1 {n_bytes} 1700000000 1700000058 ACCEPT OK"
                ),
            }
        },
    );
    prop::collection::vec(record, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn default_records_come_out_of_each_container_as_they_went_in(
        records in default_records(),
        wrap in select(&Wrap::ALL[..]),
        sizes in prop::collection::vec(1usize..300, 1..30),
        zip in any::<bool>(),
    ) {
        let layout = Layout::aws_default();
        let file = wrap.file(&layout, &records);
        let parsed = parse(&file, None, &[usize::MAX]);
        prop_assert_eq!(&parsed.report.container, wrap.container(), "{}", String::from_utf8_lossy(&file));
        prop_assert_eq!(records_of(&parsed), records.clone(), "{}", parsed.dump());
        let lines = parsed.report.lines;
        prop_assert_eq!((lines.ignored, lines.total()), (wrap.n_ignored(), wrap.n_ignored() + records.len() as u64));
        let is_assumed = parsed.report.layout_from == LayoutFrom::Assumed;
        prop_assert_eq!(is_assumed, !wrap.names_fields());
        prop_assert_eq!(&parsed.report.layouts, &vec![layout]);

        let cut = parse(&file, None, &sizes);
        prop_assert_eq!(&cut, &parsed);
        if zip {
            let zipped = parse(&gzip(&file), None, &sizes);
            prop_assert_eq!(zipped.records, parsed.records);
        }
    }

    #[test]
    fn records_of_a_given_layout_come_out_of_each_container(
        (layout, records) in logs(),
        wrap in select(&Wrap::ALL[..]),
        sizes in prop::collection::vec(1usize..300, 1..30),
    ) {
        // A prefix is recognised by the record behind it, a layout by its columns.
        let file = wrap.file(&layout, &records);
        let given = (!wrap.names_fields()).then(|| layout.clone());
        let parsed = parse(&file, given.clone(), &[usize::MAX]);
        prop_assert_eq!(&parsed.report.container, wrap.container(), "{}", String::from_utf8_lossy(&file));
        prop_assert_eq!(records_of(&parsed), records, "{}{}", String::from_utf8_lossy(&file), parsed.dump());
        prop_assert_eq!(&parsed.report.layouts, &vec![layout]);
        prop_assert_eq!(&parse(&file, given, &sizes), &parsed);
        // What nobody has told is refused rather than taken for something else.
        let untold = parse(&file, None, &[usize::MAX]).report;
        prop_assert!(
            untold.container == wrap.container() || matches!(untold.state, FileState::Refused(_)),
            "{:?}",
            untold
        );
    }

    #[test]
    fn whatever_version_records_say_their_layout_is_the_same(
        records in default_records(),
        wrap in select(&Wrap::ALL[..]),
        version in 2u8..12,
    ) {
        let layout = Layout::aws_default();
        let parsed = parse(&wrap.file(&layout, &records), None, &[usize::MAX]);
        let others: Vec<String> = records.iter().map(|record| format!("{version}{}", &record[1..])).collect();
        let other = parse(&wrap.file(&layout, &others), None, &[usize::MAX]);
        prop_assert_eq!(records_of(&other), others);
        prop_assert_eq!(&other.report.container, &parsed.report.container);
        prop_assert_eq!(&other.report.layouts, &parsed.report.layouts);
        prop_assert_eq!(other.report.layout_from, parsed.report.layout_from);
    }

    /// Whatever happens to a file, it reads the same however it is cut, and the counts add up.
    #[test]
    fn a_spoilt_file_reads_the_same_however_it_is_cut(
        records in default_records(),
        wrap in select(&Wrap::ALL[..]),
        spoilt in prop::collection::vec((any::<Index>(), select(&b"\"\\{}[],:;\n\r \0\xffx"[..]), any::<bool>()), 1..4),
        end in any::<Index>(),
        is_cut in any::<bool>(),
        sizes in prop::collection::vec(1usize..300, 1..30),
    ) {
        let mut file = wrap.file(&Layout::aws_default(), &records);
        for (at, byte, is_instead) in spoilt {
            let at = at.index(file.len());
            if is_instead {
                file[at] = byte;
            } else {
                file.insert(at, byte);
            }
        }
        if is_cut {
            file.truncate(end.index(file.len()));
        }
        let parsed = parse(&file, None, &[usize::MAX]);
        prop_assert_eq!(&parse(&file, None, &sizes), &parsed, "{}", String::from_utf8_lossy(&file));
        let lines = parsed.report.lines;
        prop_assert_eq!(lines.rows + lines.status_records, records_of(&parsed).len() as u64);
        prop_assert_eq!(lines.problems.min(1_000), parsed.report.problems.len() as u64);
    }
}

const RECORD: &str =
    "2 123456789012 eni-0a1b2c3d 10.0.0.1 10.0.0.2 1 2 6 1 40 1700000000 1700000058 ACCEPT OK";

/// A container that goes on after the head, with this in the middle.
fn around(middle: &str) -> String {
    let message = format!("{{\"message\":\"{RECORD}\"}}\n");
    format!("{}{middle}\n{message}", message.repeat(1_000))
}

#[test]
fn hostile_json_in_the_middle_is_one_problem_each() {
    let long_text = format!("{{\"message\":\"{}\"}}", "x".repeat(20 * 1024 * 1024));
    let long_message = format!("{{\"message\":\"{}\"}}", "x".repeat(100_000));
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_object = format!("{}1{}", "{\"message\":".repeat(10_000), "}".repeat(10_000));
    let wide = format!("{{{}\"message\":\"{RECORD}\"}}", "\"a\":1,".repeat(100_000));
    for (middle, kind) in [
        (&long_text, ProblemKind::LineTooLong),
        (&long_message, ProblemKind::LineTooLong),
        (&deep, ProblemKind::Malformed),
        (&deep_object, ProblemKind::NoRecord),
        (&wide, ProblemKind::Malformed),
    ] {
        let parsed = parse(around(middle).as_bytes(), None, &[100_000]);
        let kinds: Vec<_> =
            parsed.report.problems.iter().map(|problem| (problem.line, problem.kind)).collect();
        assert_eq!((parsed.report.lines.rows, kinds), (1_001, vec![(1_001, kind)]));
    }
}

#[test]
fn a_file_of_nothing_but_brackets_is_refused() {
    for file in ["[".repeat(1_000_000), "{".repeat(1_000_000), "{\"a\":".repeat(1_000_000)] {
        let parsed = parse(file.as_bytes(), None, &[100_000]);
        assert!(matches!(parsed.report.state, FileState::Refused(_)), "{}", &file[..10]);
    }
}

#[test]
fn hostile_csv_is_refused_or_one_problem_each() {
    let header = "srcaddr,dstaddr,dstport,action";
    let row = "10.0.0.1,10.0.0.2,443,ACCEPT\n";
    let wide = format!("{header}{}\n{row}", ",x".repeat(1_000_000));
    assert!(matches!(parse(wide.as_bytes(), None, &[100_000]).report.state, FileState::Refused(_)));

    let wide_row = ",".repeat(1_000_000);
    let never_closed = format!("10.0.0.1,\"{}", row.repeat(10_000));
    for (middle, kind) in [
        (wide_row, ProblemKind::LineTooLong),
        (",".repeat(1_000), ProblemKind::TooManyFields),
        (never_closed, ProblemKind::LineTooLong),
    ] {
        let file = format!("{header}\n{}{middle}", row.repeat(3_000));
        let parsed = parse(file.as_bytes(), None, &[100_000]);
        let kinds: Vec<_> =
            parsed.report.problems.iter().map(|problem| (problem.line, problem.kind)).collect();
        assert_eq!((parsed.report.lines.rows, kinds), (3_000, vec![(3_002, kind)]));
    }
}

/// An object with names that no object had before brings a layout with those behind.
#[test]
fn objects_that_bring_new_names_bring_new_layouts() {
    let mut file = "{\"srcaddr\":\"10.0.0.1\",\"dstaddr\":\"10.0.0.2\",\"bytes\":1}\n".repeat(2_000);
    file += "{\"srcaddr\":\"10.0.0.1\",\"dstport\":443,\"extra\":\"x\"}\n{\"bytes\":7,\"dstaddr\":\"10.0.0.2\"}\n";
    let parsed = parse(file.as_bytes(), None, &[1_000]);
    let names = ["srcaddr", "dstaddr", "bytes", "dstport", "extra"];
    assert_eq!(parsed.report.layouts, [Layout::from_names(names[..3].to_vec()), Layout::from_names(names)]);
    assert_eq!(records_of(&parsed)[2_000..], ["10.0.0.1 - - 443 x", "- 10.0.0.2 7 - -"]);

    // Very many names are no table of flow logs.
    let member =
        |n: u32| format!("{{\"srcaddr\":\"10.0.0.1\",\"dstaddr\":\"10.0.0.2\",\"bytes\":1,\"n{n}\":1}}\n");
    let file: String = (0..2_000).map(member).collect();
    let parsed = parse(file.as_bytes(), None, &[usize::MAX]);
    let problems = &parsed.report.problems;
    assert!(problems.iter().all(|problem| problem.kind == ProblemKind::TooManyFields));
    assert_eq!((parsed.report.lines.rows, problems.len()), (253, 1_000));
    assert_eq!(parsed.report.lines.problems, 2_000 - 253);
}

#[test]
fn compressed_data_in_an_event_that_is_a_bomb_takes_no_memory() {
    let bomb = gzip(format!("{{\"message\":\"{}", "x".repeat(20_000_000)).as_bytes());
    let data = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, bomb);
    let record = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, RECORD);
    let file = format!("{{\"records\":[{{\"data\":\"{record}\"}},{{\"data\":\"{data}\"}}]}}");
    let parsed = parse(file.as_bytes(), None, &[usize::MAX]);
    assert_eq!((parsed.report.lines.rows, parsed.report.problems.len()), (1, 1));
    assert_eq!(parsed.report.problems[0].kind, ProblemKind::LineTooLong);
}
