//! Files that the reader dropped or chose.

use flow_core::session::message::FileMeta;

/// A file on the reader's machine; nothing of it is read here.
#[derive(Clone, Debug)]
pub struct LocalFile {
    pub meta: FileMeta,
    pub handle: web_sys::File,
}
