//! Layouts that the reader gives for files that do not say theirs.

use serde::{Deserialize, Serialize};

use super::{Layout, file_name};
use crate::arrange::Arrange;

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GivenLayout {
    pub layout: Layout,
    /// The flow log whose files are in this layout, by the id in their names; `None` for files of any.
    pub flow_log_id: Option<String>,
}

impl From<Layout> for GivenLayout {
    fn from(layout: Layout) -> GivenLayout {
        GivenLayout { layout, flow_log_id: None }
    }
}

/// The layouts that a file of this name can be in, the likeliest first: that of its own flow log, those of any, and, for
/// a name that says no flow log, those of all others.
pub fn for_file(given: &[GivenLayout], name: &str) -> Vec<Layout> {
    let named = file_name::facts(name).flow_log_id;
    let rank = |given: &GivenLayout| match (&given.flow_log_id, &named) {
        (Some(id), Some(named)) if id == named => Some(0),
        (None, _) => Some(1),
        (Some(_), None) => Some(2),
        (Some(_), Some(_)) => None,
    };
    let mut ranked: Vec<(u8, &GivenLayout)> =
        given.iter().filter_map(|given| Some((rank(given)?, given))).collect();
    ranked.arrange_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, given)| given.layout.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_log_in_the_name_goes_first_and_rules_out_the_others() {
        let given = |names: &str, id: Option<&str>| GivenLayout {
            layout: Layout::from_names(names.split(' ')),
            flow_log_id: id.map(String::from),
        };
        let all = [given("start", Some("fl-2")), given("end", None), given("bytes", Some("fl-1"))];
        let names = |name: &str| {
            for_file(&all, name).iter().map(|layout| layout.names().join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(
            names("123456789012_vpcflowlogs_us-east-1_fl-1_20180620T1620Z_fe.log.gz"),
            ["bytes", "end"]
        );
        assert_eq!(names("123456789012_vpcflowlogs_us-east-1_fl-9_20180620T1620Z_fe.log.gz"), ["end"]);
        assert_eq!(names("a.log"), ["end", "start", "bytes"]);
    }
}
