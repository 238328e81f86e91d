//! `p2p:platform/sql`: the feature's own tables.

use p2p_storage::{Rows, SqlError, Statement};
use wasmtime::component::HasSelf;

use super::{Caller, EventRefusal, take_events, timed};
use crate::bindings::p2p::platform::sql::{Dialect, Error, Host, HostWithStore};
use crate::bindings::p2p::platform::{sql, types};
use crate::state::{CallState, GuestState};

impl Host for GuestState {
    fn dialect_of(&mut self) -> wasmtime::Result<Dialect> {
        Ok(match self.services.stores.sql.dialect() {
            p2p_storage::Dialect::Sqlite => Dialect::Sqlite,
            p2p_storage::Dialect::Postgres => Dialect::Postgres,
        })
    }
}

impl<T: Send> HostWithStore<T> for HasSelf<GuestState> {
    async fn query(
        caller: &Caller<T>,
        text: String,
        params: Vec<u8>,
    ) -> wasmtime::Result<Result<types::Rows, Error>> {
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let answer = timed(caller, services.stores.sql.query(call, &text, &params)).await?;
        Ok(answer.map(convert_rows).map_err(|error| convert_error(&services.scope, &error)))
    }

    async fn commit(
        caller: &Caller<T>,
        statements: Vec<sql::Statement>,
        events: Vec<types::Event>,
    ) -> wasmtime::Result<Result<Vec<u64>, Error>> {
        let taken = caller.with(|mut access| take_events(access.get(), events))?;
        let events = match taken {
            Ok(events) => events,
            Err(EventRefusal::Denied) => return Ok(Err(Error::Denied)),
            Err(EventRefusal::Rejected) => return Ok(Err(Error::Rejected)),
        };
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let statements: Vec<Statement> = statements.into_iter().map(convert_statement).collect();
        let answer = timed(caller, services.stores.sql.commit(call, &statements, &events)).await?;
        if answer.is_ok() {
            caller.with(|mut access| access.get().call().map(CallState::kept_in_sql))?;
        }
        Ok(answer.map_err(|error| convert_error(&services.scope, &error)))
    }
}

pub(super) fn convert_rows(rows: Rows) -> types::Rows {
    types::Rows { columns: rows.columns, count: rows.count, data: rows.data }
}

fn convert_statement(statement: sql::Statement) -> Statement {
    Statement { text: statement.text, params: statement.params, expect: statement.expect }
}

fn convert_error(scope: &p2p_context::Scope, error: &SqlError) -> Error {
    match error {
        SqlError::Denied => Error::Denied,
        SqlError::Rejected(reason) => {
            tracing::warn!(%scope, reason, "statement rejected");
            Error::Rejected
        }
        SqlError::UniqueViolation(name) => Error::UniqueViolation(name.clone()),
        SqlError::ReferenceViolation => Error::ReferenceViolation,
        SqlError::CheckViolation(name) => Error::CheckViolation(name.clone()),
        SqlError::Stale(index) => Error::Stale(*index),
        SqlError::TooLarge => Error::TooLarge,
        SqlError::Timeout => Error::Timeout,
        SqlError::Busy => Error::Busy,
        SqlError::Unavailable(reason) => {
            tracing::error!(%scope, reason, "sql store unavailable");
            Error::Unavailable
        }
    }
}
