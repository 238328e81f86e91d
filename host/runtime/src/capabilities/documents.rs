//! `p2p:platform/documents`: the feature's own JSON documents.

use p2p_storage::{Change, Comparison, DocumentError, Filter, Operator, Order, Search};
use serde_json::Value;
use wasmtime::component::HasSelf;

use super::{Caller, EventRefusal, take_events, timed};
use crate::bindings::p2p::platform::documents::{self, Document, Error, Host, HostWithStore};
use crate::bindings::p2p::platform::types;
use crate::state::GuestState;

impl Host for GuestState {}

impl<T: Send> HostWithStore<T> for HasSelf<GuestState> {
    async fn get(
        caller: &Caller<T>,
        collection: String,
        id: String,
    ) -> wasmtime::Result<Result<Option<Document>, Error>> {
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let answer = timed(caller, services.stores.documents.get(call, &collection, &id)).await?;
        Ok(answer.map(|found| found.map(convert_document)).map_err(|e| convert_error(&services.scope, &e)))
    }

    async fn find(
        caller: &Caller<T>,
        collection: String,
        search: documents::Search,
    ) -> wasmtime::Result<Result<Vec<Document>, Error>> {
        let Some(search) = convert_search(search) else { return Ok(Err(Error::Rejected)) };
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let answer = timed(caller, services.stores.documents.find(call, &collection, &search)).await?;
        Ok(answer
            .map(|found| found.into_iter().map(convert_document).collect())
            .map_err(|e| convert_error(&services.scope, &e)))
    }

    async fn insert(
        caller: &Caller<T>,
        collection: String,
        id: String,
        body: Vec<u8>,
        events: Vec<types::Event>,
    ) -> wasmtime::Result<Result<(), Error>> {
        let events = match take(caller, events)? {
            Ok(events) => events,
            Err(error) => return Ok(Err(error)),
        };
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let store = &services.stores.documents;
        let answer = timed(caller, store.insert(call, &collection, &id, &body, &events)).await?;
        settle(caller, &services.scope, answer)
    }

    async fn update(
        caller: &Caller<T>,
        collection: String,
        id: String,
        changes: Vec<documents::Change>,
        expected: Option<u64>,
        events: Vec<types::Event>,
    ) -> wasmtime::Result<Result<u64, Error>> {
        let Some(changes) = changes.into_iter().map(convert_change).collect::<Option<Vec<_>>>() else {
            return Ok(Err(Error::Rejected));
        };
        let events = match take(caller, events)? {
            Ok(events) => events,
            Err(error) => return Ok(Err(error)),
        };
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let store = &services.stores.documents;
        let answer = timed(caller, store.update(call, &collection, &id, &changes, expected, &events)).await?;
        settle(caller, &services.scope, answer)
    }

    async fn delete(
        caller: &Caller<T>,
        collection: String,
        id: String,
        expected: Option<u64>,
        events: Vec<types::Event>,
    ) -> wasmtime::Result<Result<(), Error>> {
        let events = match take(caller, events)? {
            Ok(events) => events,
            Err(error) => return Ok(Err(error)),
        };
        let (services, call) = caller.with(|mut access| access.get().store_use())?;
        let store = &services.stores.documents;
        let answer = timed(caller, store.delete(call, &collection, &id, expected, &events)).await?;
        settle(caller, &services.scope, answer)
    }
}

fn take<T: Send>(
    caller: &Caller<T>,
    events: Vec<types::Event>,
) -> wasmtime::Result<Result<Vec<p2p_storage::Event>, Error>> {
    let taken = caller.with(|mut access| take_events(access.get(), events))?;
    Ok(taken.map_err(|refusal| match refusal {
        EventRefusal::Denied => Error::Denied,
        EventRefusal::Rejected => Error::Rejected,
    }))
}

/// A write that was kept has recorded the event being handled; the next one must not do so again.
fn settle<T: Send, R>(
    caller: &Caller<T>,
    scope: &p2p_context::Scope,
    answer: Result<R, DocumentError>,
) -> wasmtime::Result<Result<R, Error>> {
    if answer.is_ok() {
        caller.with(|mut access| access.get().call().map(|call| call.handling = None))?;
    }
    Ok(answer.map_err(|error| convert_error(scope, &error)))
}

fn convert_document(document: p2p_storage::Document) -> Document {
    Document { id: document.id, version: document.version, body: document.body }
}

fn convert_search(search: documents::Search) -> Option<Search> {
    let filters = search.filters.into_iter().map(convert_filter).collect::<Option<Vec<_>>>()?;
    let order = search.order.into_iter().map(|o| Order { path: o.path, descending: o.descending }).collect();
    let after = match search.after {
        Some((values, id)) => Some((serde_json::from_slice(&values).ok()?, id)),
        None => None,
    };
    Some(Search { filters, order, limit: search.limit, after })
}

fn convert_filter(filter: documents::Filter) -> Option<Filter> {
    let comparison = match filter.comparison {
        documents::Comparison::Equal => Comparison::Equal,
        documents::Comparison::NotEqual => Comparison::NotEqual,
        documents::Comparison::Less => Comparison::Less,
        documents::Comparison::LessOrEqual => Comparison::LessOrEqual,
        documents::Comparison::Greater => Comparison::Greater,
        documents::Comparison::GreaterOrEqual => Comparison::GreaterOrEqual,
        documents::Comparison::AnyOf => Comparison::AnyOf,
        documents::Comparison::Contains => Comparison::Contains,
    };
    Some(Filter { path: filter.path, comparison, value: serde_json::from_slice(&filter.value).ok()? })
}

fn convert_change(change: documents::Change) -> Option<Change> {
    let operator = match change.operator {
        documents::Operator::Set => Operator::Set,
        documents::Operator::Unset => Operator::Unset,
        documents::Operator::Inc => Operator::Inc,
        documents::Operator::Push => Operator::Push,
        documents::Operator::Pull => Operator::Pull,
    };
    let value = match operator {
        Operator::Unset => Value::Null,
        _ => serde_json::from_slice(&change.value).ok()?,
    };
    Some(Change { path: change.path, operator, value })
}

fn convert_error(scope: &p2p_context::Scope, error: &DocumentError) -> Error {
    match error {
        DocumentError::Denied => Error::Denied,
        DocumentError::Rejected(reason) => {
            tracing::warn!(%scope, reason, "document operation rejected");
            Error::Rejected
        }
        DocumentError::Exists => Error::Exists,
        DocumentError::Missing => Error::Missing,
        DocumentError::Stale => Error::Stale,
        DocumentError::TooLarge => Error::TooLarge,
        DocumentError::Timeout => Error::Timeout,
        DocumentError::Busy => Error::Busy,
        DocumentError::Unavailable(reason) => {
            tracing::error!(%scope, reason, "document store unavailable");
            Error::Unavailable
        }
    }
}
