//! Tables of a scope whose documents lie elsewhere: a commit that handles an event is refused when a document has
//! recorded that event. Everything else goes straight on.

use std::sync::Arc;

use async_trait::async_trait;

use super::shelf::Shelf;
use crate::ports::events::Event;
use crate::ports::sql::{Dialect, Rows, SqlError, SqlStore, Statement};
use crate::ports::stores::StoreCall;

/// A relational store that asks the documents first.
pub struct GuardedSql {
    sql: Arc<dyn SqlStore>,
    shelf: Arc<Shelf>,
}

impl GuardedSql {
    /// Of the same scope.
    pub fn new(sql: Arc<dyn SqlStore>, shelf: Arc<Shelf>) -> Self {
        Self { sql, shelf }
    }
}

#[async_trait]
impl SqlStore for GuardedSql {
    fn dialect(&self) -> Dialect {
        self.sql.dialect()
    }

    async fn query(&self, call: StoreCall, text: &str, params: &[u8]) -> Result<Rows, SqlError> {
        self.sql.query(call, text, params).await
    }

    async fn commit(
        &self,
        call: StoreCall,
        statements: &[Statement],
        events: &[Event],
    ) -> Result<Vec<u64>, SqlError> {
        if let Some(event) = call.handling {
            let asked = self.shelf.is_handled(event, call.deadline).await;
            if asked.map_err(|error| SqlError::Unavailable(error.to_string()))? {
                return Err(SqlError::Stale(u32::MAX));
            }
        }
        self.sql.commit(call, statements, events).await
    }
}
