//! The SDK's tables and documents over the host's own store ports. Translates types; decides nothing.

use p2p_sdk::host::{Answer, Dialect, DocumentError, Documents, Event, Operator, Sql, SqlError, Statement};
use p2p_sdk::{Change, Comparison, Document, Rows, Search};
use p2p_storage as store;
use serde_json::Value;

use super::call::NativeCall;

impl Sql for NativeCall {
    fn dialect(&self) -> Dialect {
        match self.ground.stores.sql.dialect() {
            store::Dialect::Sqlite => Dialect::Sqlite,
            store::Dialect::Postgres => Dialect::Postgres,
        }
    }

    fn query<'a>(&'a self, text: &'a str, params: &'a [u8]) -> Answer<'a, Result<Rows, SqlError>> {
        Answer::waiting(async move {
            let found = self.ground.stores.sql.query(self.store_call(), text, params).await;
            rows(found.map_err(sql_error)?).ok_or(SqlError::Unavailable)
        })
    }

    fn commit<'a>(
        &'a self,
        statements: Vec<Statement>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<Vec<u64>, SqlError>> {
        Answer::waiting(async move {
            let statements: Vec<_> = statements
                .into_iter()
                .map(|Statement { text, params, expect }| store::Statement { text, params, expect })
                .collect();
            let kept =
                self.ground.stores.sql.commit(self.store_call(), &statements, &self::events(events)).await;
            let kept = kept.map_err(sql_error)?;
            self.kept_in_sql();
            Ok(kept)
        })
    }
}

/// Rows of a store as the SDK's. They are read once more on the way, because the SDK believes only a component's host;
/// the report says what that costs.
pub fn rows(rows: store::Rows) -> Option<Rows> {
    Rows::checked(rows.columns, rows.count, rows.data).ok()
}

/// Events of the SDK as the stores keep them.
pub fn events(events: Vec<Event>) -> Vec<store::Event> {
    events.into_iter().map(|Event { topic, key, payload }| store::Event { topic, key, payload }).collect()
}

fn sql_error(error: store::SqlError) -> SqlError {
    match error {
        store::SqlError::Denied => SqlError::Denied,
        store::SqlError::Rejected(reason) => {
            tracing::warn!(reason, "statement rejected");
            SqlError::Rejected
        }
        store::SqlError::UniqueViolation(name) => SqlError::UniqueViolation(name),
        store::SqlError::ReferenceViolation => SqlError::ReferenceViolation,
        store::SqlError::CheckViolation(name) => SqlError::CheckViolation(name),
        store::SqlError::Stale(index) => SqlError::Stale(index),
        store::SqlError::TooLarge => SqlError::TooLarge,
        store::SqlError::Timeout => SqlError::Timeout,
        store::SqlError::Busy => SqlError::Busy,
        store::SqlError::Unavailable(reason) => {
            tracing::error!(reason, "sql store unavailable");
            SqlError::Unavailable
        }
    }
}

impl Documents for NativeCall {
    fn get<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
    ) -> Answer<'a, Result<Option<Document>, DocumentError>> {
        Answer::waiting(async move {
            let found = self.ground.stores.documents.get(self.store_call(), collection, id).await;
            Ok(found.map_err(document_error)?.map(document))
        })
    }

    fn find<'a>(
        &'a self,
        collection: &'a str,
        search: Search,
    ) -> Answer<'a, Result<Vec<Document>, DocumentError>> {
        Answer::waiting(async move {
            let search = wanted(search).ok_or(DocumentError::Rejected)?;
            let found = self.ground.stores.documents.find(self.store_call(), collection, &search).await;
            Ok(found.map_err(document_error)?.into_iter().map(document).collect())
        })
    }

    fn insert<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        body: Vec<u8>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<(), DocumentError>> {
        Answer::waiting(async move {
            let events = self::events(events);
            let documents = &self.ground.stores.documents;
            documents
                .insert(self.store_call(), collection, id, &body, &events)
                .await
                .map_err(document_error)?;
            self.has_written();
            Ok(())
        })
    }

    fn update<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        changes: Vec<Change>,
        expected: Option<u64>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<u64, DocumentError>> {
        Answer::waiting(async move {
            let changes: Option<Vec<_>> = changes.into_iter().map(change).collect();
            let changes = changes.ok_or(DocumentError::Rejected)?;
            let (documents, events) = (&self.ground.stores.documents, self::events(events));
            let version =
                documents.update(self.store_call(), collection, id, &changes, expected, &events).await;
            let version = version.map_err(document_error)?;
            self.has_written();
            Ok(version)
        })
    }

    fn delete<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        expected: Option<u64>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<(), DocumentError>> {
        Answer::waiting(async move {
            let (documents, events) = (&self.ground.stores.documents, self::events(events));
            let gone = documents.delete(self.store_call(), collection, id, expected, &events).await;
            gone.map_err(document_error)?;
            self.has_written();
            Ok(())
        })
    }
}

fn document(found: store::Document) -> Document {
    Document { id: found.id, version: found.version, body: found.body }
}

fn wanted(search: Search) -> Option<store::Search> {
    let filters = search.filters.into_iter().map(|filter| {
        let value = serde_json::from_slice(&filter.value).ok()?;
        Some(store::Filter { path: filter.path, comparison: comparison(filter.comparison), value })
    });
    let order = search.order.into_iter();
    Some(store::Search {
        filters: filters.collect::<Option<_>>()?,
        order: order.map(|order| store::Order { path: order.path, descending: order.descending }).collect(),
        limit: search.limit,
        after: match search.after {
            Some((values, id)) => Some((serde_json::from_slice(&values).ok()?, id)),
            None => None,
        },
    })
}

fn comparison(comparison: Comparison) -> store::Comparison {
    match comparison {
        Comparison::Equal => store::Comparison::Equal,
        Comparison::NotEqual => store::Comparison::NotEqual,
        Comparison::Less => store::Comparison::Less,
        Comparison::LessOrEqual => store::Comparison::LessOrEqual,
        Comparison::Greater => store::Comparison::Greater,
        Comparison::GreaterOrEqual => store::Comparison::GreaterOrEqual,
        Comparison::AnyOf => store::Comparison::AnyOf,
        Comparison::Contains => store::Comparison::Contains,
    }
}

fn change(change: Change) -> Option<store::Change> {
    let (operator, value) = match change.operator {
        Operator::Unset => (store::Operator::Unset, Value::Null),
        Operator::Set => (store::Operator::Set, serde_json::from_slice(&change.value).ok()?),
        Operator::Inc => (store::Operator::Inc, serde_json::from_slice(&change.value).ok()?),
        Operator::Push => (store::Operator::Push, serde_json::from_slice(&change.value).ok()?),
        Operator::Pull => (store::Operator::Pull, serde_json::from_slice(&change.value).ok()?),
    };
    Some(store::Change { path: change.path, operator, value })
}

fn document_error(error: store::DocumentError) -> DocumentError {
    match error {
        store::DocumentError::Denied => DocumentError::Denied,
        store::DocumentError::Rejected(reason) => {
            tracing::warn!(reason, "document operation rejected");
            DocumentError::Rejected
        }
        store::DocumentError::Exists => DocumentError::Exists,
        store::DocumentError::Missing => DocumentError::Missing,
        store::DocumentError::Stale => DocumentError::Stale,
        store::DocumentError::TooLarge => DocumentError::TooLarge,
        store::DocumentError::Timeout => DocumentError::Timeout,
        store::DocumentError::Busy => DocumentError::Busy,
        store::DocumentError::Unavailable(reason) => {
            tracing::error!(reason, "document store unavailable");
            DocumentError::Unavailable
        }
    }
}
