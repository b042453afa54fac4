//! flow_worker
