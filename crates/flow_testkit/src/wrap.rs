//! Records in every container that is text, JSON or CSV, as AWS and other tools write them.
//!
//! For tests and benches: what is wrapped here must be read as the records it was made of.

use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use flow_core::parse::Layout;
use serde_json::{Value, json};

/// A way in which records come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    Text,
    CloudWatchExport,
    TailDetailed,
    TailShort,
    TailColoured,
    /// Behind `<time> <host> <tag>:`.
    Syslog,
    FilterLogEvents,
    GetLogEvents,
    ConsoleCsv,
    InsightsMessageCsv,
    InsightsFieldsCsv,
    InsightsMessageJson,
    InsightsFieldsJson,
    QueryResults,
    AthenaCsv,
    CommaCsv,
    SemicolonCsv,
    Tsv,
    FirehoseLines,
    FirehoseConcatenated,
    /// A few records in each document, documents one after the other.
    Subscription,
    /// Each record as the data of one.
    FirehoseEvent,
    /// Subscription documents, compressed, as the data of records.
    KinesisEvent,
    FieldObjectLines,
    FieldObjectArray,
}

/// Records in one document or data of a subscription.
const RECORDS_PER_DOCUMENT: usize = 3;

impl Wrap {
    pub const ALL: [Wrap; 25] = [
        Wrap::Text,
        Wrap::CloudWatchExport,
        Wrap::TailDetailed,
        Wrap::TailShort,
        Wrap::TailColoured,
        Wrap::Syslog,
        Wrap::FilterLogEvents,
        Wrap::GetLogEvents,
        Wrap::ConsoleCsv,
        Wrap::InsightsMessageCsv,
        Wrap::InsightsFieldsCsv,
        Wrap::InsightsMessageJson,
        Wrap::InsightsFieldsJson,
        Wrap::QueryResults,
        Wrap::AthenaCsv,
        Wrap::CommaCsv,
        Wrap::SemicolonCsv,
        Wrap::Tsv,
        Wrap::FirehoseLines,
        Wrap::FirehoseConcatenated,
        Wrap::Subscription,
        Wrap::FirehoseEvent,
        Wrap::KinesisEvent,
        Wrap::FieldObjectLines,
        Wrap::FieldObjectArray,
    ];

    /// What the report of such a file says that it is.
    pub fn container(self) -> &'static str {
        match self {
            Wrap::Text | Wrap::Syslog => "text",
            Wrap::CloudWatchExport => "cloudwatch-export",
            Wrap::TailDetailed | Wrap::TailShort | Wrap::TailColoured => "logs-tail",
            Wrap::FilterLogEvents | Wrap::GetLogEvents => "events-json",
            Wrap::ConsoleCsv => "console-csv",
            Wrap::InsightsMessageCsv | Wrap::InsightsFieldsCsv => "insights-csv",
            Wrap::InsightsMessageJson | Wrap::InsightsFieldsJson | Wrap::QueryResults => "insights-json",
            Wrap::AthenaCsv => "athena-csv",
            Wrap::CommaCsv | Wrap::SemicolonCsv | Wrap::Tsv => "csv",
            Wrap::FirehoseLines | Wrap::FirehoseConcatenated | Wrap::FirehoseEvent | Wrap::KinesisEvent => {
                "firehose-json"
            }
            Wrap::Subscription => "subscription-json",
            Wrap::FieldObjectLines | Wrap::FieldObjectArray => "json",
        }
    }

    /// Whether the container names the fields, so that their order need not be known.
    pub fn names_fields(self) -> bool {
        matches!(
            self,
            Wrap::InsightsFieldsCsv
                | Wrap::InsightsFieldsJson
                | Wrap::AthenaCsv
                | Wrap::CommaCsv
                | Wrap::SemicolonCsv
                | Wrap::Tsv
                | Wrap::FieldObjectLines
                | Wrap::FieldObjectArray
        )
    }

    /// Lines in front of the records that are counted as ignored.
    pub fn n_ignored(self) -> u64 {
        let is_csv = matches!(
            self,
            Wrap::ConsoleCsv
                | Wrap::InsightsMessageCsv
                | Wrap::InsightsFieldsCsv
                | Wrap::AthenaCsv
                | Wrap::CommaCsv
                | Wrap::SemicolonCsv
                | Wrap::Tsv
        );
        u64::from(is_csv)
    }

    /// A file of these records, single-spaced lines in this layout, none of them empty.
    pub fn file(self, layout: &Layout, records: &[String]) -> Vec<u8> {
        const TIME: &str = "2023-11-14T22:13:20";
        let names = layout.names();
        let lines = |line: &dyn Fn(&str) -> String| {
            records.iter().map(|record| line(record) + "\n").collect::<String>()
        };
        let objects = |extra: &[(&str, &str)], name: &dyn Fn(&str) -> String| -> Vec<Value> {
            records.iter().map(|record| field_object(&names, record, extra, name)).collect()
        };
        let text = match self {
            Wrap::Text => lines(&str::to_owned),
            Wrap::CloudWatchExport => lines(&|record| format!("{TIME}.000Z {record}")),
            Wrap::TailDetailed => lines(&|record| format!("{TIME}.000000+00:00 eni-0a1b2c3d-all {record}")),
            Wrap::TailShort => lines(&|record| format!("{TIME} {record}")),
            Wrap::TailColoured => lines(&|record| {
                format!("\u{1b}[32m{TIME}.000000+00:00\u{1b}[0m \u{1b}[36meni-0a1b2c3d-all\u{1b}[0m {record}")
            }),
            Wrap::Syslog => lines(&|record| format!("Nov 14 22:13:20 collector vpcflow: {record}")),
            Wrap::FilterLogEvents => {
                let event = |(at, record)| {
                    json!({"logStreamName": "eni-0a1b2c3d-all", "timestamp": 1_700_000_000_000_u64,
                        "message": record, "ingestionTime": 1_700_000_400_000_u64, "eventId": format!("{at}")})
                };
                let events: Vec<Value> = records.iter().enumerate().map(event).collect();
                format!("{:#}\n", json!({"events": events, "searchedLogStreams": []}))
            }
            Wrap::GetLogEvents => {
                let event = |record| json!({"timestamp": 1_700_000_000_000_u64, "message": record});
                let events: Vec<Value> = records.iter().map(event).collect();
                json!({"nextForwardToken": "f/0", "events": events, "nextBackwardToken": "b/0"}).to_string()
            }
            Wrap::ConsoleCsv => {
                "timestamp,message\n".to_owned()
                    + &lines(&|record| format!("1700000000000,{}", quoted(record)))
            }
            Wrap::InsightsMessageCsv => {
                let line = |record: &str| format!("2023-11-14 22:13:20.000,{},\"a, b\"", quoted(record));
                "@timestamp,@message,@logStream\n".to_owned() + &lines(&line)
            }
            Wrap::InsightsFieldsCsv => {
                let header = names.iter().map(|name| camel_case(name)).collect::<Vec<_>>().join(",");
                let line = |record: &str| format!("2023-11-14 22:13:20.000,{}", cells(record, ",", ""));
                format!("@timestamp,{header}\n") + &lines(&line)
            }
            Wrap::InsightsMessageJson => {
                let row = |record| json!({"@timestamp": "2023-11-14 22:13:20.000", "@message": record});
                json!(records.iter().map(row).collect::<Vec<_>>()).to_string()
            }
            Wrap::InsightsFieldsJson => {
                json!(objects(&[("@ptr", "Cm"), ("@timestamp", "x")], &camel_case)).to_string()
            }
            Wrap::QueryResults => {
                let pair = |field: &str, value: &str| json!({"field": field, "value": value});
                let row = |record: &String| json!([pair("@message", record.as_str()), pair("@ptr", "Cm")]);
                let rows: Vec<Value> = records.iter().map(row).collect();
                format!("{:#}", json!({"results": rows, "statistics": {}, "status": "Complete"}))
            }
            Wrap::AthenaCsv => {
                let name = |name: &String| format!("\"{}\"", name.replace('-', "_"));
                let header: Vec<String> = names.iter().map(name).collect();
                header.join(",") + "\n" + &lines(&|record| cells(record, ",", "\""))
            }
            Wrap::CommaCsv => names.join(",") + "\r\n" + &lines(&|record| cells(record, ",", "") + "\r"),
            Wrap::SemicolonCsv => names.join(";") + "\n" + &lines(&|record| cells(record, ";", "")),
            Wrap::Tsv => names.join("\t") + "\n" + &lines(&|record| cells(record, "\t", "")),
            Wrap::FirehoseLines => lines(&|record| json!({"message": record}).to_string()),
            Wrap::FirehoseConcatenated => {
                records.iter().map(|record| json!({"message": record}).to_string()).collect()
            }
            Wrap::Subscription => records.chunks(RECORDS_PER_DOCUMENT).map(subscription).collect(),
            Wrap::FirehoseEvent => {
                let data = |record: &String| json!({"recordId": "1", "data": BASE64_STANDARD.encode(record)});
                json!({"invocationId": "1", "records": records.iter().map(data).collect::<Vec<_>>()})
                    .to_string()
            }
            Wrap::KinesisEvent => {
                let data = |records: &[String]| {
                    let data = BASE64_STANDARD.encode(gzip(subscription(records).as_bytes()));
                    json!({"eventSource": "aws:kinesis", "kinesis": {"partitionKey": "1", "data": data}})
                };
                let records: Vec<Value> = records.chunks(RECORDS_PER_DOCUMENT).map(data).collect();
                json!({"Records": records}).to_string()
            }
            Wrap::FieldObjectLines => {
                let objects = objects(&[], &|name| name.replace('-', "_"));
                objects.iter().map(|object| format!("{object}\n")).collect()
            }
            Wrap::FieldObjectArray => format!("{:#}", json!(objects(&[], &str::to_owned))),
        };
        text.into_bytes()
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}

fn subscription(records: &[String]) -> String {
    let event = |record| json!({"id": "1", "timestamp": 1_700_000_000_000_u64, "message": record});
    let events: Vec<Value> = records.iter().map(event).collect();
    json!({"messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "/vpc/flow",
        "logStream": "eni-0a1b2c3d-all", "subscriptionFilters": ["all"], "logEvents": events})
    .to_string()
}

/// The values of a record as members, absent ones as `null`.
fn field_object(
    names: &[String],
    record: &str,
    extra: &[(&str, &str)],
    spell: &dyn Fn(&str) -> String,
) -> Value {
    let value = |value: &str| if value == "-" { Value::Null } else { json!(value) };
    let members = names.iter().zip(record.split(' ')).map(|(name, text)| (spell(name), value(text)));
    let extra = extra.iter().map(|(name, text)| ((*name).to_owned(), json!(text)));
    Value::Object(members.chain(extra).collect())
}

/// The values of a record as cells, absent ones empty.
fn cells(record: &str, delimiter: &str, quote: &str) -> String {
    let cell = |value: &str| match value {
        "-" => String::new(),
        value if quote.is_empty() && !value.contains([',', ';', '"']) => value.to_owned(),
        value => quoted(value),
    };
    record.split(' ').map(cell).collect::<Vec<_>>().join(delimiter)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// `pkt-srcaddr` as Logs Insights and the transformers of CloudWatch Logs spell it: `pktSrcaddr`.
pub fn camel_case(name: &str) -> String {
    let mut parts = name.split('-');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |spelled, part| spelled + &part[..1].to_ascii_uppercase() + &part[1..])
}
