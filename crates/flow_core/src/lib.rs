//! flow_core
