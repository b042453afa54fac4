//! Descriptions of the account that were opened beside the logs (`aws ec2 describe-…`): what they say of the logs.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::account::Account;
use crate::config::description::FlowLog;
use crate::config::read::read_configuration;
use crate::parse::{GivenLayout, log_format};

/// The files by name: one that is read again takes the place of itself.
#[derive(Default)]
pub struct Descriptions {
    files: BTreeMap<String, Vec<u8>>,
    /// What all files amount to; made when somebody asks.
    account: OnceCell<Account>,
}

impl Descriptions {
    /// Takes in a file; what it describes, for a person.
    pub fn add(&mut self, name: &str, bytes: Vec<u8>) -> String {
        let (_, report) = read_configuration([(name, bytes.as_slice())]);
        self.files.insert(name.to_owned(), bytes);
        self.account = OnceCell::new();
        let kinds: Vec<String> = report.counts.iter().map(|(kind, n)| kind.counted(*n)).collect();
        match kinds.as_slice() {
            [] => "a description of AWS resources of which nothing could be read".to_owned(),
            kinds => format!("describes {}", kinds.join(", ")),
        }
    }

    /// Names and contents.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    pub fn n_heap_bytes(&self) -> u64 {
        self.files.values().map(|bytes| bytes.len() as u64).sum()
    }

    /// The account that they describe; `None` where there are none.
    pub fn account(&self) -> Option<&Account> {
        (!self.files.is_empty()).then(|| self.account.get_or_init(|| Account::read(self.files())))
    }

    /// The layouts of the flow logs that are described.
    pub fn layouts(&self) -> Vec<GivenLayout> {
        let layout = |(id, log): (&String, &FlowLog)| {
            let layout = log_format::parse(log.log_format.as_deref().unwrap_or_default()).ok()?;
            Some(GivenLayout { layout, flow_log_id: Some(id.clone()) })
        };
        let account = self.account().into_iter();
        account.flat_map(|account| &account.configuration.flow_logs).filter_map(layout).collect()
    }
}
