//! What became of accepted conversations: cases drawn as text, and what must hold of any log.

mod cases;
mod load;
mod oracle;
mod properties;
