//! The causes of rejections with their evidence and fixes, as a document.

use super::document::{Block, Document};
use crate::analysis::diagnosis::Diagnosed;
use crate::analysis::findings::{Cause, Findings};
use crate::config::Configuration;
use crate::config::remedy::Fix;
use crate::query::Filter;
use crate::record::Address;
use crate::record::iso_time::to_iso;

/// What the document is about, beside the findings.
pub struct About<'a> {
    /// Seconds since 1970.
    pub made_secs: u64,
    pub n_files: u32,
    /// What the findings were asked of.
    pub filter: &'a Filter,
    /// The account, where it is described.
    pub account: Option<&'a Configuration>,
}

/// Addresses of scanners that are named: who wants all has the log.
const SCANNERS_NAMED: usize = 10;

/// Of all causes that `is_wanted`, in their order.
pub fn document(findings: &Findings, about: &About<'_>, is_wanted: impl Fn(&Cause) -> bool) -> Document {
    let mut document = Document::new("Rejected traffic and why");
    let causes: Vec<&Cause> = findings.causes.iter().filter(|cause| is_wanted(cause)).collect();
    document.push(Block::Facts(facts(findings, about, causes.len())));
    document.paragraph(
        "Flow logs say that traffic was rejected, never by which rule. What refused it is worked out here from the rows of \
         both directions, their flags, the subnets and the other interfaces, and from the account's rules where they were at \
         hand. Each verdict says how sure it is and what it rests on.",
    );
    for (number, cause) in (1u32..).zip(causes) {
        write_cause(&mut document, number, cause, about.account);
    }
    write_scanners(&mut document, findings);
    document
}

fn facts(findings: &Findings, about: &About<'_>, n_causes: usize) -> Vec<(String, String)> {
    let n_conversations: u64 = findings.by_verdict.iter().map(|(_, count)| count.n_conversations).sum();
    let verdicts: Vec<String> = findings
        .by_verdict
        .iter()
        .map(|(verdict, count)| format!("{} {}", count.n_conversations, verdict.name()))
        .collect();
    let mut facts = vec![
        ("Made".to_owned(), format!("{} with Flowglass", time(about.made_secs))),
        (
            "From".to_owned(),
            format!(
                "{} of {}",
                counted(findings.n_rows, "row", "rows"),
                counted(about.n_files.into(), "file", "files")
            ),
        ),
        (
            "Filter".to_owned(),
            if about.filter.is_everything() { "none".to_owned() } else { about.filter.to_string() },
        ),
        ("Rejected conversations".to_owned(), format!("{n_conversations}: {}", verdicts.join(", "))),
        ("Causes".to_owned(), format!("{n_causes} in this report, {} in all", findings.n_causes)),
    ];
    if findings.n_rejected_rows_left_out > 0 {
        let left_out = counted(findings.n_rejected_rows_left_out, "rejected row", "rejected rows");
        let words = "of further conversations, which were too many to judge at once";
        facts.push(("Left out".to_owned(), format!("{left_out} {words}")));
    }
    let rules = match about.account {
        None => "not at hand: verdicts rest on the logs alone".to_owned(),
        Some(account) => {
            let counts: Vec<String> = account.counts().into_iter().map(|(kind, n)| kind.counted(n)).collect();
            format!("{}, as they were when they were described", counts.join(", "))
        }
    };
    facts.push(("The account's rules".to_owned(), rules));
    facts
}

fn write_cause(document: &mut Document, number: u32, cause: &Cause, account: Option<&Configuration>) {
    document.heading(2, format!("Cause {number}: {}, {}", cause.service.words(), cause.verdict.name()));
    document.paragraph(cause.because.clone());
    let peers: Vec<String> = cause
        .peers
        .prefixes
        .iter()
        .map(|peers| format!("{} ({})", peers.prefix, counted(peers.n_addresses, "address", "addresses")))
        .collect();
    let reasons: Vec<String> = cause.likelihood.reasons.iter().map(|reason| reason.words()).collect();
    let needs: Vec<&str> = cause.needs.iter().map(|field| field.name()).collect();
    let facts = [
        ("Confidence", cause.confidence.name().to_owned()),
        ("Seen at", cause.seen_at()),
        ("Peers", format!("{}: {}", cause.peers.n_addresses, peers.join(", "))),
        (
            "How much",
            format!(
                "{} in {}",
                counted(cause.n_rejected_rows, "rejected row", "rejected rows"),
                counted(cause.n_conversations, "conversation", "conversations")
            ),
        ),
        ("When", when(cause.first_secs, cause.last_secs)),
        ("Likely to be wanted", format!("{} of 100: {}", cause.likelihood.score, reasons.join("; "))),
        ("Would settle it", needs.join(", ")),
        ("Its rows", cause.filter.to_string()),
    ];
    let told = facts.into_iter().filter(|(_, fact)| !fact.is_empty());
    document.push(Block::Facts(told.map(|(term, fact)| (term.to_owned(), fact)).collect()));
    document.heading(3, "Evidence");
    document.push(evidence(&cause.evidence));
    if let Some(wanted) = cause.wanted() {
        write_fix(document, &Fix::of(account, &wanted));
        if let Some(words) = cause.interfaces_without_fix() {
            document.paragraph(words);
        }
    }
}

fn evidence(conversations: &[Diagnosed]) -> Block {
    let row = |diagnosed: &Diagnosed| {
        vec![
            end(diagnosed.initiator, diagnosed.initiator_port),
            end(diagnosed.responder, diagnosed.port),
            diagnosed.n_rows.to_string(),
            when(diagnosed.first_secs, diagnosed.last_secs),
            diagnosed.because(),
        ]
    };
    Block::Table {
        head: ["Who asked", "Whom", "Rows", "When", "Because"].map(str::to_owned).to_vec(),
        rows: conversations.iter().map(row).collect(),
    }
}

fn write_fix(document: &mut Document, fix: &Fix) {
    document.heading(3, "The fix");
    let remedy = &fix.remedy;
    if let Some(cannot) = &remedy.cannot {
        document.paragraph(cannot.words());
    }
    let change = &remedy.change;
    let words: Vec<String> = (change.edits.iter().map(ToString::to_string))
        .chain(change.opens.iter().map(|opens| opens.words()))
        .chain(change.warnings.iter().map(|warning| format!("Mind: {}", warning.words())))
        .chain(remedy.notes.iter().cloned())
        .chain(change.proof.iter().flat_map(|proof| proof.words()))
        .collect();
    if !words.is_empty() {
        document.push(Block::List(words));
    }
    let texts = [
        ("sh", &fix.written.aws_cli),
        ("hcl", &fix.written.terraform),
        ("yaml", &fix.written.cloudformation),
        ("sh", &fix.written.undo),
    ];
    for (language, text) in texts {
        if !text.is_empty() {
            document.push(Block::Code { language, text: text.clone() });
        }
    }
}

fn write_scanners(document: &mut Document, findings: &Findings) {
    let scanners = &findings.scanners;
    if scanners.n_scanners == 0 {
        return;
    }
    document.heading(2, "Scanners");
    document.paragraph(format!(
        "{} outside, refused at far more services than answered at: {}, {}. Refusing them is what the rules are for; nothing \
         is proposed for them.",
        counted(scanners.n_scanners, "address", "addresses"),
        counted(scanners.n_conversations, "conversation", "conversations"),
        counted(scanners.n_rows, "rejected row", "rejected rows")
    ));
    let row = |scanner: &crate::analysis::findings::Scanner| {
        vec![
            scanner.address.to_string(),
            scanner.n_services.to_string(),
            scanner.n_targets.to_string(),
            scanner.n_rows.to_string(),
        ]
    };
    document.push(Block::Table {
        head: ["Scanner", "Services", "Targets", "Rows"].map(str::to_owned).to_vec(),
        rows: scanners.top.iter().take(SCANNERS_NAMED).map(row).collect(),
    });
}

fn end(address: Option<Address>, port: Option<u16>) -> String {
    address.map_or_else(|| "not told".to_owned(), |address| address.with_port(port))
}

fn when(first_secs: Option<u64>, last_secs: Option<u64>) -> String {
    match (first_secs, last_secs) {
        (Some(first), Some(last)) => format!("{} to {}", time(first), time(last)),
        _ => "not recorded".to_owned(),
    }
}

fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Past the year 9999 a time is written as it is.
fn time(secs: u64) -> String {
    to_iso(secs).unwrap_or_else(|| secs.to_string())
}
