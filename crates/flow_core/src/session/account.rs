//! What the account's descriptions amount to, put together: its rules, and how well they were read.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::analysis::diagnosis::AccountRules;
use crate::config::read::read_configuration;
use crate::config::{Configuration, ConfigurationReport};

/// All descriptions of a load.
pub struct Account {
    pub configuration: Arc<Configuration>,
    pub report: ConfigurationReport,
    /// Made when a diagnosis asks: descriptions come file by file, and what is read of the logs meanwhile needs addresses
    /// and layouts only.
    rules: OnceCell<Rc<AccountRules>>,
}

impl Account {
    /// Reads files: names and contents.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Account {
        let (configuration, report) = read_configuration(files);
        Account { configuration: Arc::new(configuration), report, rules: OnceCell::new() }
    }

    /// The same configuration, ready to be asked.
    pub fn rules(&self) -> &Rc<AccountRules> {
        self.rules.get_or_init(|| Rc::new(AccountRules::new(self.configuration.clone())))
    }
}
