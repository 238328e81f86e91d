//! `p2p:platform/directory`: who is who in the tenant.

use p2p_storage::SqlError;
use uuid::Uuid;
use wasmtime::component::HasSelf;

use super::sql::convert_rows;
use super::{Caller, timed};
use crate::bindings::p2p::platform::directory::{Error, Host, HostWithStore};
use crate::bindings::p2p::platform::types;
use crate::state::GuestState;

/// Ids of one look-up.
const IDS_MAX: usize = 500;

impl Host for GuestState {}

impl<T: Send> HostWithStore<T> for HasSelf<GuestState> {
    async fn users(caller: &Caller<T>, ids: Vec<u8>) -> wasmtime::Result<Result<types::Rows, Error>> {
        let (ids, rest) = ids.as_chunks::<16>();
        wasmtime::ensure!(
            rest.is_empty() && ids.len() <= IDS_MAX,
            "directory: 16 bytes per id, {IDS_MAX} ids"
        );
        let ids: Vec<Uuid> = ids.iter().map(|id| Uuid::from_bytes(*id)).collect();
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let answer = timed(caller, services.directory.users(call.deadline, &ids)).await?;
        Ok(answer.map(convert_rows).map_err(|error| convert_error(&error)))
    }

    async fn search(
        caller: &Caller<T>,
        query: String,
        limit: u32,
    ) -> wasmtime::Result<Result<types::Rows, Error>> {
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let search = services.directory.search(call.deadline, &query, limit.clamp(1, 50));
        Ok(timed(caller, search).await?.map(convert_rows).map_err(|error| convert_error(&error)))
    }
}

fn convert_error(error: &SqlError) -> Error {
    match error {
        SqlError::Timeout => Error::Timeout,
        error => {
            tracing::error!(%error, "directory unavailable");
            Error::Unavailable
        }
    }
}
