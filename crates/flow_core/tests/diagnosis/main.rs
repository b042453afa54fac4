//! Diagnosis: cases drawn as text, and what must hold of any log.

mod account_rules;
mod any_log;
mod cases;
mod evaluator;
mod load;
mod oracle;
mod properties;
