//! The summary export, compared as text.

use flow_core::analysis::summary::SummaryQuestion;
use flow_core::parse::{FileReport, FileState, Layout, LineCounts, Problem, ProblemKind, Refusal, SourceId};

use crate::draw::load;

fn reports() -> Vec<FileReport> {
    let mut read = FileReport::new(SourceId(0), "a.log.gz", 1234);
    read.state = FileState::Read;
    read.compression = "gzip".to_owned();
    read.layouts = vec![Layout::from_names(["version", "account-id"])];
    read.lines = LineCounts { rows: 4, status_records: 1, headers: 1, blank: 0, ignored: 2, problems: 1 };
    read.problems = vec![Problem {
        line: 6,
        field: Some("dstport".to_owned()),
        kind: ProblemKind::NotANumber,
        text: "a \"b\"".to_owned(),
    }];
    let mut refused = FileReport::new(SourceId(1), "photo.png", 9);
    refused.state = FileState::Refused(Refusal {
        seems_to_be: "an image".to_owned(),
        next_step: "Drop a log.".to_owned(),
    });
    vec![read, refused]
}

#[test]
fn every_part_is_there_in_the_schemas_order() {
    let load = load(
        "interface-id srcaddr     dstaddr  dstport protocol packets bytes start      end        action log-status
         eni-1        10.0.0.5    8.8.8.8  53      17       1       100   1418530010 1418530070 ACCEPT OK
         eni-1        8.8.4.4     10.0.0.5 22      6        2       60    1418530020 1418530080 REJECT OK
         eni-1        9.9.9.9     10.0.0.5 22      6        -       -     -          -          REJECT OK
         -            9.9.9.9     -        -       -        3       200   -          -          -      OK
         eni-1        -           -        -       -        -       -     1418530010 1418530070 -      NODATA",
    );
    let summary = load.ask(&SummaryQuestion { files: &reports() });
    let expected = r#"{
  "schema": "flowglass.summary/1",
  "files": [
    {
      "name": "a.log.gz",
      "container": "text",
      "compression": "gzip",
      "layout": [
        "version",
        "account-id"
      ],
      "bytes": 1234,
      "lines": {
        "total": 9,
        "rows": 4,
        "status_records": 1,
        "headers": 1,
        "blank": 0,
        "ignored": 2,
        "problems": 1
      }
    }
  ],
  "rows": 4,
  "status_records": {
    "NODATA": 1,
    "SKIPDATA": 0
  },
  "time": {
    "start": 1418530010,
    "end": 1418530080
  },
  "action": {
    "ACCEPT": {
      "rows": 1,
      "packets": 1,
      "bytes": 100
    },
    "REJECT": {
      "rows": 2,
      "packets": 2,
      "bytes": 60
    },
    "absent": {
      "rows": 1,
      "packets": 3,
      "bytes": 200
    }
  },
  "direction": {
    "ingress": {
      "rows": 2,
      "packets": 2,
      "bytes": 60
    },
    "egress": {
      "rows": 1,
      "packets": 1,
      "bytes": 100
    },
    "unknown": {
      "rows": 1,
      "packets": 3,
      "bytes": 200
    }
  },
  "direction_evidence": {
    "recorded": 0,
    "inferred": 3,
    "none": 1
  },
  "interfaces": 1,
  "addresses": {
    "srcaddr": 3,
    "dstaddr": 2
  },
  "top_sources": [
    {
      "srcaddr": "9.9.9.9",
      "rows": 2,
      "bytes": 200
    },
    {
      "srcaddr": "10.0.0.5",
      "rows": 1,
      "bytes": 100
    },
    {
      "srcaddr": "8.8.4.4",
      "rows": 1,
      "bytes": 60
    }
  ],
  "top_rejected": [
    {
      "interface_id": "eni-1",
      "dstaddr": "10.0.0.5",
      "dstport": 22,
      "protocol": 6,
      "rows": 2,
      "sources": 2
    }
  ],
  "problems": [
    {
      "file": "a.log.gz",
      "line": 6,
      "field": "dstport",
      "kind": "not-a-number",
      "text": "a \"b\""
    }
  ]
}
"#;
    assert_eq!(summary.to_json(), expected);
}

#[test]
fn top_rejected_goes_by_rows_then_by_the_key_with_absent_first() {
    let load = load(
        "interface-id srcaddr dstaddr   dstport protocol action
         eni-2        8.8.8.8 10.0.0.5  22      6        REJECT
         eni-1        8.8.8.8 10.0.0.10 22      6        REJECT
         eni-1        8.8.8.8 10.0.0.9  443     6        REJECT
         eni-1        8.8.8.8 10.0.0.9  22      6        REJECT
         -            8.8.8.8 -         -       -        REJECT
         eni-9        8.8.8.8 10.0.0.1  1       6        REJECT
         eni-9        8.8.8.8 10.0.0.1  1       6        REJECT
         eni-9        8.8.8.8 10.0.0.1  1       6        ACCEPT",
    );
    let summary = load.ask(&SummaryQuestion { files: &[] });
    let keys: Vec<String> = summary
        .top_rejected
        .iter()
        .map(|of| {
            format!("{:?} {:?} {:?} {} {}", of.interface_id, of.dstaddr, of.dstport, of.rows, of.sources)
        })
        .collect();
    assert_eq!(
        keys,
        [
            r#"Some("eni-9") Some("10.0.0.1") Some(1) 2 1"#,
            "None None None 1 1",
            r#"Some("eni-1") Some("10.0.0.9") Some(22) 1 1"#,
            r#"Some("eni-1") Some("10.0.0.9") Some(443) 1 1"#,
            r#"Some("eni-1") Some("10.0.0.10") Some(22) 1 1"#,
            r#"Some("eni-2") Some("10.0.0.5") Some(22) 1 1"#,
        ]
    );
}

#[test]
fn an_empty_load_has_no_time() {
    let summary = load("srcaddr").ask(&SummaryQuestion { files: &[] });
    assert_eq!((summary.time, summary.rows, summary.interfaces), (None, 0, 0));
}
