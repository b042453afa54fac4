//! The groups that are shown, of all shards together.

use super::lists::NumberRows;
use super::partial::{GroupKey, GroupTotal, RejectedPartial};
use super::{
    GROUPS_MAX, HELPFUL, RejectedGroup, RejectedView, SOURCES_SHOWN, SPARK_BUCKETS, Spark, WantedBy,
};
use crate::analysis::Tally;
use crate::analysis::distinct::Distinct;
use crate::arrange::keep_first;
use crate::record::{Address, Field, FieldKind, Value};

pub(super) fn view(partial: &RejectedPartial, spark: Option<Spark>) -> RejectedView {
    let mut total = Tally::default();
    let mut by_wanted = WantedBy::ALL.map(|wanted_by| (wanted_by, Tally::default()));
    for (key, group) in &partial.groups {
        total.add(group.tally);
        by_wanted[key.wanted_by as usize].1.add(group.tally);
    }
    RejectedView {
        total,
        by_wanted: by_wanted.into(),
        groups: listed(partial).into_iter().map(|group| shown(partial, group as usize)).collect(),
        n_groups: partial.groups.len() as u64,
        needs: needs(partial),
        has_action: partial.has_action,
        spark_time: spark.map(|spark| (spark.start_secs, spark.n_secs())),
    }
}

fn needs(partial: &RejectedPartial) -> Vec<Field> {
    HELPFUL
        .into_iter()
        .zip(partial.recorded)
        .filter(|(_, recorded)| !recorded)
        .map(|(field, _)| field)
        .collect()
}

/// The groups that are shown, in order.
fn listed(partial: &RejectedPartial) -> Vec<u32> {
    let mut listed: Vec<u32> = (0..partial.groups.len() as u32).collect();
    keep_first(&mut listed, GROUPS_MAX, |&a, &b| {
        let ((a, a_total), (b, b_total)) = (&partial.groups[a as usize], &partial.groups[b as usize]);
        let rest = |key: &GroupKey| (key.port, key.protocol, key.initiator);
        (a.wanted_by.cmp(&b.wanted_by))
            .then(b_total.tally.rows.cmp(&a_total.tally.rows))
            .then_with(|| interface(partial, a).cmp(interface(partial, b)))
            .then_with(|| rest(a).cmp(&rest(b)))
    });
    listed
}

fn interface<'a>(partial: &'a RejectedPartial, key: &GroupKey) -> &'a Value {
    partial.interfaces.get(key.interface as usize).unwrap_or(&Value::Absent)
}

fn shown(partial: &RejectedPartial, at: usize) -> RejectedGroup {
    let (key, GroupTotal { evidence, tally, time }) = &partial.groups[at];
    let (sources, targets) = (partial.sources.list(at), partial.targets.list(at));
    let mut spark = vec![0; SPARK_BUCKETS];
    for part in partial.parts.list(at) {
        spark[part.number as usize] += part.n_rows;
    }
    RejectedGroup {
        interface: interface(partial, key).clone(),
        initiator: key.initiator,
        evidence: *evidence,
        wanted_by: key.wanted_by,
        port: key.port.map(u64::from),
        protocol: key.protocol.map(u64::from),
        total: *tally,
        n_sources: sources.len() as u64,
        top_sources: most(sources, &partial.addresses),
        n_targets: targets.len() as u64,
        top_targets: most(targets, &partial.addresses),
        time: time.map(|time| (time.start_secs, time.end_secs)),
        spark,
    }
}

/// Those with most rows, then in the order of addresses, which is that of their numbers.
fn most(list: &[NumberRows], addresses: &Distinct) -> Vec<(Address, u64)> {
    let mut most: Vec<NumberRows> = Vec::with_capacity(SOURCES_SHOWN + 1);
    for item in list {
        if most.len() == SOURCES_SHOWN && most.last().is_some_and(|last| item.n_rows <= last.n_rows) {
            continue;
        }
        let at = most.partition_point(|known| known.n_rows >= item.n_rows);
        most.insert(at, *item);
        most.truncate(SOURCES_SHOWN);
    }
    let address = |number: u32| match addresses.get(number as usize, FieldKind::Address) {
        Value::Address(address) => address,
        other => unreachable!("ends of rows are addresses, not {other:?}"),
    };
    most.into_iter().map(|item| (address(item.number), item.n_rows)).collect()
}
