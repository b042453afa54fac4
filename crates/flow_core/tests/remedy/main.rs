//! Fixes: cases to be read, properties over random accounts, and renderings that others read back.

mod cases;
mod properties;
mod renderings;
