//! flow_testkit
