//! Requests: what rules were used for, what is reachable from the internet, and what edits would change.

mod answers;
mod cases;
mod edits;
