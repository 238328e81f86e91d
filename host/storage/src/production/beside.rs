//! What documents in MongoDB ask of the tables beside them: where their events stand among all, and what was handled.

use std::sync::Arc;

use async_trait::async_trait;
use p2p_context::Deadline;
use uuid::Uuid;

use crate::mongo::Companion;
use crate::ports::documents::DocumentError;
use crate::postgres::Database;

/// See the module.
#[derive(Debug)]
pub struct Beside(pub Arc<Database>);

#[async_trait]
impl Companion for Beside {
    async fn positions(&self, count: usize, deadline: Deadline) -> Result<Vec<i64>, DocumentError> {
        Ok(self.0.next_positions(count, deadline).await?)
    }

    async fn is_handled(&self, event: Uuid, deadline: Deadline) -> Result<bool, DocumentError> {
        Ok(self.0.is_handled(event, deadline).await?)
    }
}
