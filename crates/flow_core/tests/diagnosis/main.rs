//! Diagnosis: cases drawn as text, and what must hold of any log.

mod cases;
mod evaluator;
mod load;
mod oracle;
mod properties;
