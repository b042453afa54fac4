//! What is known of the account, in words.

use flow_core::config::{ConfigurationReport, Kind};

use crate::ui::format;

/// Kinds without which no rule can be named: what refuses, and what it guards.
const NEEDED: [Kind; 3] = [Kind::SecurityGroup, Kind::NetworkAcl, Kind::Interface];

/// What stands beside the heading.
pub fn heading(report: Option<&ConfigurationReport>) -> String {
    let Some(report) = report else { return "are not open: verdicts rest on the logs alone".to_owned() };
    let missing: Vec<&str> = NEEDED
        .into_iter()
        .filter(|needed| report.counts.iter().all(|(kind, _)| kind != needed))
        .map(Kind::command)
        .collect();
    let known = list(report.counts.iter().filter(|(kind, _)| NEEDED.contains(kind)).copied());
    match (known.is_empty(), missing.is_empty()) {
        (true, _) => "are not open: no security group, network ACL or interface is described".to_owned(),
        (false, true) => known,
        (false, false) => format!("{known}; still missing: {}", missing.join(", ")),
    }
}

/// `2 security groups, 1 subnet`.
pub fn list(counts: impl IntoIterator<Item = (Kind, u32)>) -> String {
    let counted = |(kind, n): (Kind, u32)| match n {
        1 => format!("1 {}", kind.name()),
        n => format!("{} {}", format::count(u64::from(n)), kind.plural()),
    };
    counts.into_iter().map(counted).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heading_says_what_is_open_and_what_is_still_missing() {
        let report = |counts: &[(Kind, u32)]| {
            let report = ConfigurationReport { counts: counts.to_vec(), ..ConfigurationReport::default() };
            heading(Some(&report))
        };
        assert_eq!(heading(None), "are not open: verdicts rest on the logs alone");
        assert!(report(&[(Kind::FlowLog, 1)]).starts_with("are not open"));
        assert_eq!(
            report(&[(Kind::SecurityGroup, 3), (Kind::Subnet, 9)]),
            "3 security groups; still missing: describe-network-acls, describe-network-interfaces"
        );
        let all = [(Kind::SecurityGroup, 3), (Kind::NetworkAcl, 1), (Kind::Interface, 1_200)];
        assert_eq!(report(&all), "3 security groups, 1 network ACL, 1,200 network interfaces");
    }
}
