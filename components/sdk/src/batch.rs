//! A write: statements and events that are kept together or not at all.

use serde::Serialize;

use crate::host::{Event, SqlError, Statement};
use crate::packed::Params;
use crate::problem::Problem;
use crate::{Ctx, Response, idempotency};

/// Statements and events of one transaction, in order.
#[derive(Debug, Default)]
#[must_use = "a batch that is not committed writes nothing"]
pub struct Batch {
    pub(crate) statements: Vec<Statement>,
    pub(crate) events: Vec<Event>,
}

impl Batch {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A statement that may change any number of rows.
    pub fn run(self, text: &str, params: Params) -> Self {
        self.statement(text, params, None)
    }

    /// A statement that must change exactly one row: anything else aborts all with `Stale`, which is 409
    /// `VERSION_CONFLICT` unless the feature says otherwise.
    pub fn run_one(self, text: &str, params: Params) -> Self {
        self.statement(text, params, Some(1))
    }

    /// A statement, and how many rows it must change.
    pub fn statement(mut self, text: &str, params: Params, expect: Option<u64>) -> Self {
        self.statements.push(Statement { text: text.to_owned(), params: params.into_bytes(), expect });
        self
    }

    /// Tells subscribers. `topic` is `<feature>.<noun>.<verb>`, `key` the thing's id, the payload a JSON object.
    pub fn event(self, topic: &str, key: impl ToString, payload: &impl Serialize) -> Self {
        self.tell(Event::new(topic, key, payload))
    }

    /// Tells subscribers an event that was made before.
    pub fn tell(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// Commits; answers the rows changed by each statement.
    pub async fn commit(self, ctx: &Ctx) -> Result<Vec<u64>, SqlError> {
        ctx.sql().commit(self.statements, self.events).await
    }

    /// Commits and answers this response. On an idempotent route the response is kept in the same transaction under the
    /// caller's `Idempotency-Key`, and a repeat of the request gets it again.
    pub async fn answer(self, ctx: &Ctx, response: Response) -> Result<Response, Problem> {
        idempotency::commit(ctx, self, response).await
    }
}
