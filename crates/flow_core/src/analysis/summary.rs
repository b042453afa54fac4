//! The summary export, schema "flowglass.summary/1".
