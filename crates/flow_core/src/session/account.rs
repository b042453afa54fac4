//! What the account's descriptions amount to, put together: its rules, and how well they were read.

use std::sync::Arc;

use crate::analysis::diagnosis::AccountRules;
use crate::config::read::read_configuration;
use crate::config::{Configuration, ConfigurationReport};

/// All descriptions of a load.
pub struct Account {
    pub configuration: Arc<Configuration>,
    pub report: ConfigurationReport,
    /// The same configuration, ready to be asked.
    pub rules: AccountRules,
}

impl Account {
    /// Reads files: names and contents.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Account {
        let (configuration, report) = read_configuration(files);
        let configuration = Arc::new(configuration);
        let rules = AccountRules::new(configuration.clone());
        Account { configuration, report, rules }
    }
}
