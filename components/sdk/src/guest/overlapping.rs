//! The platform by calls that overlap: the host works on several at once while the guest waits for all of them.
//!
//! Only what is asked overlaps. A write gains nothing from it, and each call that may overlap costs five kilobytes of the
//! component.

use super::bindings::overlapping::p2p::platform;
use super::direct::{Direct, dialect};
use crate::Rows;
use crate::host::{
    Answer, Blob, BlobError, Blobs, Cache, CacheError, Change, Dialect, Directory, DirectoryError, Document,
    DocumentError, Documents, Event, Picture, Search, Sql, SqlError, Statement, Text,
};

/// The capabilities that are worth waiting for together.
pub(super) struct Overlapping;

impl Sql for Overlapping {
    fn dialect(&self) -> Dialect {
        dialect()
    }

    fn query<'a>(&'a self, text: &'a str, params: &'a [u8]) -> Answer<'a, Result<Rows, SqlError>> {
        Answer::waiting(platform::sql::query(text.to_owned(), params.to_vec()))
    }

    fn commit<'a>(
        &'a self,
        statements: Vec<Statement>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<Vec<u64>, SqlError>> {
        Sql::commit(&Direct, statements, events)
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
        Documents::insert(&Direct, collection, id, body, events)
    }

    fn update<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        changes: Vec<Change>,
        expected: Option<u64>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<u64, DocumentError>> {
        Documents::update(&Direct, collection, id, changes, expected, events)
    }

    fn delete<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        expected: Option<u64>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<(), DocumentError>> {
        Documents::delete(&Direct, collection, id, expected, events)
    }
}

impl Blobs for Overlapping {
    fn promote<'a>(&'a self, staged_id: &'a str, name: &'a str) -> Answer<'a, Result<Blob, BlobError>> {
        Answer::waiting(platform::blobs::promote(staged_id.to_owned(), name.to_owned()))
    }

    fn reject<'a>(&'a self, staged_id: &'a str) -> Answer<'a, Result<(), BlobError>> {
        Blobs::reject(&Direct, staged_id)
    }

    fn head<'a>(&'a self, name: &'a str) -> Answer<'a, Result<Option<Blob>, BlobError>> {
        Blobs::head(&Direct, name)
    }

    fn delete<'a>(&'a self, name: &'a str) -> Answer<'a, Result<(), BlobError>> {
        Blobs::delete(&Direct, name)
    }

    fn url<'a>(&'a self, name: &'a str, ttl_seconds: u32) -> Answer<'a, Result<String, BlobError>> {
        Blobs::url(&Direct, name, ttl_seconds)
    }

    fn promote_squares<'a>(
        &'a self,
        staged_id: &'a str,
        name: &'a str,
        sides: &'a [u32],
    ) -> Answer<'a, Result<Vec<Picture>, BlobError>> {
        Blobs::promote_squares(&Direct, staged_id, name, sides)
    }

    fn promote_picture<'a>(
        &'a self,
        staged_id: &'a str,
        name: &'a str,
        sides: &'a [u32],
    ) -> Answer<'a, Result<Vec<Picture>, BlobError>> {
        Blobs::promote_picture(&Direct, staged_id, name, sides)
    }
}

impl Text for Overlapping {
    fn markdown<'a>(&'a self, sources: &'a [String]) -> Answer<'a, Vec<String>> {
        Answer::waiting(platform::text::markdown(sources.to_vec()))
    }

    fn sanitize<'a>(&'a self, html: String) -> Answer<'a, String> {
        Text::sanitize(&Direct, html)
    }

    fn excerpt<'a>(&'a self, sources: &'a [String], max: u32) -> Answer<'a, Vec<String>> {
        Text::excerpt(&Direct, sources, max)
    }
}

impl Directory for Overlapping {
    fn users<'a>(&'a self, ids: Vec<u8>) -> Answer<'a, Result<Rows, DirectoryError>> {
        Answer::waiting(platform::directory::users(ids))
    }

    fn search<'a>(&'a self, query: &'a str, limit: u32) -> Answer<'a, Result<Rows, DirectoryError>> {
        Directory::search(&Direct, query, limit)
    }
}

impl Cache for Overlapping {
    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Result<Option<Vec<u8>>, CacheError>> {
        Answer::waiting(platform::cache::get(key.to_owned()))
    }

    fn set<'a>(&'a self, key: &'a str, value: Vec<u8>, ttl_ms: u64) -> Answer<'a, Result<(), CacheError>> {
        Cache::set(&Direct, key, value, ttl_ms)
    }

    fn delete<'a>(&'a self, key: &'a str) -> Answer<'a, Result<(), CacheError>> {
        Cache::delete(&Direct, key)
    }

    fn increment<'a>(&'a self, key: &'a str, by: i64, ttl_ms: u64) -> Answer<'a, Result<i64, CacheError>> {
        Cache::increment(&Direct, key, by, ttl_ms)
    }
}
