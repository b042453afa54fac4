//! What the lines of a file are wrapped in, and what to say of those that we cannot read.
//!
//! [`super::sniff`] decides which one a file is; this is the one place that says which of them have a
//! reader (those without a [`Refusal`]) and what to do about the others. To read another container, give it
//! a reader and take its refusal away.

use super::Refusal;

/// All that a file can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// Records, one a line: what S3 holds.
    Text,

    // Flow log records wrapped in something else.
    CloudWatchExport,
    LogsTail,
    EventsJson,
    InsightsJson,
    /// `aws logs get-query-results`: each row a list of fields and values.
    InsightsResultsJson,
    InsightsCsv,
    ConsoleCsv,
    AthenaCsv,
    FieldsCsv,
    FieldsJson,
    FirehoseJson,
    /// `records[].data` in base64, as a Lambda function gets it.
    FirehoseEvent,
    SubscriptionJson,
    Parquet,
    PrefixedRecords,
    HeaderlessRecords,
    /// The same inside another container.
    HeaderlessMessages,
    /// What a container of log events holds where they are no flow logs.
    OtherMessages,
    WideTable,

    // Files that hold other files.
    Gzip,
    Zip,
    Tar,
    Zstd,
    Bzip2,
    Xz,
    SevenZip,

    // Files that people drop by mistake.
    Ocsf,
    AwsDescription,
    OtherCloud,
    AthenaMetadata,
    DamagedParquet,
    PacketCapture,
    OtherJson,
    OtherCsv,
    S3Error,
    Html,
    Xml,
    Pdf,
    Image,
    Utf16,
    Binary,
    PlainText,
}

/// What to do about records whose layout nothing says.
const SAY_THE_LAYOUT: &str = "Say what the columns are: open the output of `aws ec2 describe-flow-logs` beside it, or \
                              paste the LogFormat in that into the Files tab (or give it to `inspect --layout`).";

impl Container {
    /// The name that the summary export uses.
    pub const fn name(self) -> &'static str {
        match self {
            Container::Text
            | Container::HeaderlessRecords
            | Container::PrefixedRecords
            | Container::PlainText
            | Container::Utf16 => "text",
            Container::CloudWatchExport => "cloudwatch-export",
            Container::LogsTail => "logs-tail",
            Container::EventsJson => "events-json",
            Container::InsightsJson | Container::InsightsResultsJson => "insights-json",
            Container::InsightsCsv => "insights-csv",
            Container::ConsoleCsv => "console-csv",
            Container::AthenaCsv => "athena-csv",
            Container::FieldsCsv | Container::OtherCsv => "csv",
            Container::FirehoseJson | Container::FirehoseEvent => "firehose-json",
            Container::SubscriptionJson => "subscription-json",
            Container::FieldsJson => "json",
            Container::Parquet | Container::DamagedParquet => "parquet",
            _ => "unknown",
        }
    }

    /// The name of the compression that this container brings with it.
    pub const fn compression(self) -> Option<&'static str> {
        match self {
            Container::Zip => Some("zip"),
            Container::Zstd => Some("zstd"),
            Container::Bzip2 => Some("bzip2"),
            Container::Xz => Some("xz"),
            _ => None,
        }
    }

    /// Why a file of this container is not read; `None` for those that are.
    pub fn refusal(self) -> Option<Refusal> {
        let (seems_to_be, next_step) = self.refusal_text()?;
        Some(Refusal { seems_to_be: seems_to_be.to_owned(), next_step: next_step.to_owned() })
    }

    const fn refusal_text(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Container::Text
            | Container::CloudWatchExport
            | Container::LogsTail
            | Container::EventsJson
            | Container::InsightsJson
            | Container::InsightsResultsJson
            | Container::InsightsCsv
            | Container::ConsoleCsv
            | Container::AthenaCsv
            | Container::FieldsCsv
            | Container::FieldsJson
            | Container::FirehoseJson
            | Container::FirehoseEvent
            | Container::SubscriptionJson => return None,
            Container::Parquet => (
                "a Parquet file inside a gzip file",
                "Decompress it with `gzip -d` and open the result: its pages are compressed anyway.",
            ),
            Container::PrefixedRecords => (
                "flow log records with other text in front of each",
                "Cut the text in front off, so that each line begins with the record's first value, and open the result.",
            ),
            Container::HeaderlessRecords => {
                ("flow log records without a header, in a layout that the file does not say", SAY_THE_LAYOUT)
            }
            Container::HeaderlessMessages => {
                ("flow log records in a layout that the file does not say, inside log events", SAY_THE_LAYOUT)
            }
            Container::OtherMessages => (
                "log events of something else: none of the first ones looks like a flow log record",
                "Choose the log group that the flow log writes to; `aws ec2 describe-flow-logs` shows its LogGroupName.",
            ),
            Container::WideTable => (
                "a table with more columns than a flow log can have",
                "Keep only the columns that are flow log fields and open the result.",
            ),
            Container::Gzip => (
                "a file compressed more than twice",
                "Decompress it once with `gzip -d` and open the result.",
            ),
            Container::Zip => {
                ("a zip archive inside another file", "Extract it and open that, or the files inside.")
            }
            Container::Tar => (
                "a tar archive inside another file",
                "Decompress it with `gzip -d`, or extract it with `tar -xf FILE`, and open the result.",
            ),
            Container::Zstd => {
                ("a file compressed with zstd", "Decompress it with `zstd -d FILE` and open the result.")
            }
            Container::Bzip2 => {
                ("a file compressed with bzip2", "Decompress it with `bzip2 -d FILE` and open the result.")
            }
            Container::Xz => {
                ("a file compressed with xz", "Decompress it with `xz -d FILE` and open the result.")
            }
            Container::SevenZip => ("a 7z archive", "Extract it and open the files inside."),
            Container::Ocsf => (
                "OCSF events, such as Security Lake makes from flow logs",
                "Open the flow logs themselves: the `.log.gz` files below `AWSLogs/` in the bucket that the flow log writes to.",
            ),
            Container::AwsDescription => (
                "a description of AWS resources, too long to be read as a whole",
                "Describe less at a time, for example with `--filters`, and open the results together.",
            ),
            Container::OtherCloud => (
                "a flow log of another cloud",
                "Only AWS VPC and Transit Gateway flow logs can be read; use the tools of that cloud for this one.",
            ),
            Container::AthenaMetadata => (
                "the metadata that Athena writes beside a query's result",
                "Leave it out: the records are in the file of the same name that ends in `.csv`.",
            ),
            Container::DamagedParquet => (
                "a Parquet file whose beginning is missing or damaged",
                "Download the file again; `aws s3 cp` checks what it copies.",
            ),
            Container::PacketCapture => (
                "a packet capture",
                "Open it with Wireshark or tcpdump; a flow log holds one line for each flow and no packets.",
            ),
            Container::OtherJson => (
                "JSON that holds no flow log records we know of",
                "Open the flow logs themselves: the `.log.gz` files below `AWSLogs/` in the flow log's bucket.",
            ),
            Container::OtherCsv => (
                "a CSV table without flow log fields",
                "Open a file whose lines are flow log records, such as the `.log.gz` files that flow logs write to S3.",
            ),
            Container::S3Error => (
                "an error message of S3, saved in place of the file",
                "Read the message in it, which says why S3 refused, and download the file again.",
            ),
            Container::Html => (
                "a web page",
                "Download the log itself: the link probably led to a sign-in or a preview page.",
            ),
            Container::Xml => (
                "an XML file",
                "Open a file whose lines are flow log records, such as the `.log.gz` files that flow logs write to S3.",
            ),
            Container::Pdf => ("a PDF document", "Open the log itself, not a document about it."),
            Container::Image => ("an image", "Open the log itself, not a picture of it."),
            Container::Utf16 => (
                "text in UTF-16, without the byte order mark that would say in which",
                "Save it as UTF-8, for example with `iconv -f UTF-16LE -t UTF-8 FILE > flow.log`, and open the result.",
            ),
            Container::Binary => (
                "binary data of a kind we do not know",
                "Open a file whose lines are flow log records, such as the `.log.gz` files that flow logs write to S3.",
            ),
            Container::PlainText => (
                "plain text, but no line looks like a flow log record",
                "Open a file whose lines are flow log records; a custom layout needs its header, the names of the \
                 fields, as the first line.",
            ),
        })
    }
}
