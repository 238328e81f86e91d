//! The platform by calls that overlap: the host works on several at once while the guest waits for all of them.

use super::bindings::overlapping::p2p::platform;
use crate::Rows;
use crate::host::{
    Answer, Blob, BlobError, Blobs, Cache, CacheError, Change, Dialect, Directory, DirectoryError, Document,
    DocumentError, Documents, Event, Search, Sql, SqlError, Statement, Text,
};

/// The capabilities that are worth waiting for together.
pub(super) struct Overlapping;

impl Sql for Overlapping {
    fn dialect(&self) -> Dialect {
        super::direct::dialect()
    }

    fn query<'a>(&'a self, text: &'a str, params: &'a [u8]) -> Answer<'a, Result<Rows, SqlError>> {
        Answer::waiting(platform::sql::query(text.to_owned(), params.to_vec()))
    }

    fn commit<'a>(
        &'a self,
        statements: Vec<Statement>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<Vec<u64>, SqlError>> {
        Answer::waiting(platform::sql::commit(statements, events))
    }
}

impl Documents for Overlapping {
    fn get<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
    ) -> Answer<'a, Result<Option<Document>, DocumentError>> {
        Answer::waiting(platform::documents::get(collection.to_owned(), id.to_owned()))
    }

    fn find<'a>(
        &'a self,
        collection: &'a str,
        search: Search,
    ) -> Answer<'a, Result<Vec<Document>, DocumentError>> {
        Answer::waiting(platform::documents::find(collection.to_owned(), search))
    }

    fn insert<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        body: Vec<u8>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<(), DocumentError>> {
        Answer::waiting(platform::documents::insert(collection.to_owned(), id.to_owned(), body, events))
    }

    fn update<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        changes: Vec<Change>,
        expected: Option<u64>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<u64, DocumentError>> {
        Answer::waiting(platform::documents::update(
            collection.to_owned(),
            id.to_owned(),
            changes,
            expected,
            events,
        ))
    }

    fn delete<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        expected: Option<u64>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<(), DocumentError>> {
        Answer::waiting(platform::documents::delete(collection.to_owned(), id.to_owned(), expected, events))
    }
}

impl Blobs for Overlapping {
    fn promote<'a>(&'a self, staged_id: &'a str, name: &'a str) -> Answer<'a, Result<Blob, BlobError>> {
        Answer::waiting(platform::blobs::promote(staged_id.to_owned(), name.to_owned()))
    }

    fn reject<'a>(&'a self, staged_id: &'a str) -> Answer<'a, Result<(), BlobError>> {
        Answer::waiting(platform::blobs::reject(staged_id.to_owned()))
    }

    fn head<'a>(&'a self, name: &'a str) -> Answer<'a, Result<Option<Blob>, BlobError>> {
        Answer::waiting(platform::blobs::head(name.to_owned()))
    }

    fn delete<'a>(&'a self, name: &'a str) -> Answer<'a, Result<(), BlobError>> {
        Answer::waiting(platform::blobs::delete(name.to_owned()))
    }

    fn url<'a>(&'a self, name: &'a str, ttl_seconds: u32) -> Answer<'a, Result<String, BlobError>> {
        Answer::waiting(platform::blobs::url(name.to_owned(), ttl_seconds))
    }
}

impl Text for Overlapping {
    fn markdown<'a>(&'a self, sources: Vec<String>) -> Answer<'a, Vec<String>> {
        Answer::waiting(platform::text::markdown(sources))
    }

    fn sanitize<'a>(&'a self, html: String) -> Answer<'a, String> {
        Answer::waiting(platform::text::sanitize(html))
    }

    fn excerpt<'a>(&'a self, sources: Vec<String>, max: u32) -> Answer<'a, Vec<String>> {
        Answer::waiting(platform::text::excerpt(sources, max))
    }
}

impl Directory for Overlapping {
    fn users<'a>(&'a self, ids: Vec<u8>) -> Answer<'a, Result<Rows, DirectoryError>> {
        Answer::waiting(platform::directory::users(ids))
    }

    fn search<'a>(&'a self, query: &'a str, limit: u32) -> Answer<'a, Result<Rows, DirectoryError>> {
        Answer::waiting(platform::directory::search(query.to_owned(), limit))
    }
}

impl Cache for Overlapping {
    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Result<Option<Vec<u8>>, CacheError>> {
        Answer::waiting(platform::cache::get(key.to_owned()))
    }

    fn set<'a>(&'a self, key: &'a str, value: Vec<u8>, ttl_ms: u64) -> Answer<'a, Result<(), CacheError>> {
        Answer::waiting(platform::cache::set(key.to_owned(), value, ttl_ms))
    }

    fn delete<'a>(&'a self, key: &'a str) -> Answer<'a, Result<(), CacheError>> {
        Answer::waiting(platform::cache::delete(key.to_owned()))
    }

    fn increment<'a>(&'a self, key: &'a str, by: i64, ttl_ms: u64) -> Answer<'a, Result<i64, CacheError>> {
        Answer::waiting(platform::cache::increment(key.to_owned(), by, ttl_ms))
    }
}
