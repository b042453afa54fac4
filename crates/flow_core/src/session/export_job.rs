//! An export under way: a part with each step, so that nothing else has to wait for it.

use super::Emit;
use super::message::{Answer, Coverage, Event, RequestId};
use super::shard::Shard;

/// What is written, and how far it came.
pub enum Work {}

pub struct ExportJob {
    id: RequestId,
    work: Work,
}

impl ExportJob {
    pub fn new(id: RequestId, work: Work) -> ExportJob {
        ExportJob { id, work }
    }

    pub fn id(&self) -> RequestId {
        self.id
    }

    /// Writes the next part; false where the export has ended.
    pub fn step(&mut self, shards: &[Shard], coverage: Coverage, emit: Emit<'_>) -> bool {
        match self.work {}
    }
}
