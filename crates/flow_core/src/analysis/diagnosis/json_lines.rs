//! A diagnosis as text to hand over: one JSON object a line.

use serde_json::{Value as Json, json};

use super::verdict::{Diagnosed, NamedRule};
use crate::record::Address;

/// The object of one conversation, with a line end. Keys come in this order; text is as in the log.
pub fn to_json_line(diagnosed: &Diagnosed) -> String {
    let address = |address: Option<Address>| address.map(|address| address.to_string());
    let rule = |rule: &NamedRule| {
        let NamedRule { kind, id, rule, miss } = rule;
        json!({ "kind": kind, "id": id, "rule": rule, "miss": miss })
    };
    let interface = match &*diagnosed.interface {
        interface if interface.is_absent() => Json::Null,
        interface => Json::String(interface.to_string()),
    };
    let object = json!({
        "interface_id": interface,
        "initiator": address(diagnosed.initiator),
        "responder": address(diagnosed.responder),
        "port": diagnosed.port,
        "protocol": diagnosed.protocol,
        "seen_by": diagnosed.seen_by.name(),
        "verdict": diagnosed.verdict.name(),
        "confidence": diagnosed.confidence.name(),
        "because": diagnosed.because(),
        "needs": diagnosed.needs.iter().map(|field| field.name()).collect::<Vec<_>>(),
        "rule": diagnosed.rule.as_deref().map(rule),
        "rows": diagnosed.n_rows,
        "first": diagnosed.first_secs,
        "last": diagnosed.last_secs,
    });
    format!("{object}\n")
}
