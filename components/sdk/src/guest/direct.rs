//! The platform, one call at a time: the guest stands still while the host works, which costs least.

use super::bindings::direct::p2p::platform;
use crate::host::{
    Answer, Blob, BlobError, Blobs, Cache, CacheError, Change, Clock, Config, Dialect, Directory,
    DirectoryError, Document, DocumentError, Documents, Event, Events, EventsError, Level, Log, Picture,
    Random, Search, Secrets, Sql, SqlError, Statement, Text, Unreadable,
};
use crate::{Rows, Timestamp, Uuid};

/// Every capability by synchronous calls.
pub(super) struct Direct;

pub(super) fn dialect() -> Dialect {
    match platform::sql::dialect_of() {
        platform::sql::Dialect::Sqlite => Dialect::Sqlite,
        platform::sql::Dialect::Postgres => Dialect::Postgres,
    }
}

impl Sql for Direct {
    fn dialect(&self) -> Dialect {
        dialect()
    }

    fn query<'a>(&'a self, text: &'a str, params: &'a [u8]) -> Answer<'a, Result<Rows, SqlError>> {
        Answer::ready(platform::sql::query(text, params))
    }

    fn commit<'a>(
        &'a self,
        statements: Vec<Statement>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<Vec<u64>, SqlError>> {
        Answer::ready(platform::sql::commit(&statements, &events))
    }
}

impl Documents for Direct {
    fn get<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
    ) -> Answer<'a, Result<Option<Document>, DocumentError>> {
        Answer::ready(platform::documents::get(collection, id))
    }

    fn find<'a>(
        &'a self,
        collection: &'a str,
        search: Search,
    ) -> Answer<'a, Result<Vec<Document>, DocumentError>> {
        Answer::ready(platform::documents::find(collection, &search))
    }

    fn insert<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        body: Vec<u8>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<(), DocumentError>> {
        Answer::ready(platform::documents::insert(collection, id, &body, &events))
    }

    fn update<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        changes: Vec<Change>,
        expected: Option<u64>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<u64, DocumentError>> {
        Answer::ready(platform::documents::update(collection, id, &changes, expected, &events))
    }

    fn delete<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
        expected: Option<u64>,
        events: Vec<Event>,
    ) -> Answer<'a, Result<(), DocumentError>> {
        Answer::ready(platform::documents::delete(collection, id, expected, &events))
    }
}

impl Blobs for Direct {
    fn promote<'a>(&'a self, staged_id: &'a str, name: &'a str) -> Answer<'a, Result<Blob, BlobError>> {
        Answer::ready(platform::blobs::promote(staged_id, name))
    }

    fn reject<'a>(&'a self, staged_id: &'a str) -> Answer<'a, Result<(), BlobError>> {
        Answer::ready(platform::blobs::reject(staged_id))
    }

    fn head<'a>(&'a self, name: &'a str) -> Answer<'a, Result<Option<Blob>, BlobError>> {
        Answer::ready(platform::blobs::head(name))
    }

    fn delete<'a>(&'a self, name: &'a str) -> Answer<'a, Result<(), BlobError>> {
        Answer::ready(platform::blobs::delete(name))
    }

    fn url<'a>(&'a self, name: &'a str, ttl_seconds: u32) -> Answer<'a, Result<String, BlobError>> {
        Answer::ready(platform::blobs::url(name, ttl_seconds))
    }

    fn promote_squares<'a>(
        &'a self,
        staged_id: &'a str,
        name: &'a str,
        sides: &'a [u32],
    ) -> Answer<'a, Result<Vec<Picture>, BlobError>> {
        Answer::ready(platform::blobs::promote_squares(staged_id, name, sides))
    }

    fn promote_picture<'a>(
        &'a self,
        staged_id: &'a str,
        name: &'a str,
        sides: &'a [u32],
    ) -> Answer<'a, Result<Vec<Picture>, BlobError>> {
        Answer::ready(platform::blobs::promote_picture(staged_id, name, sides))
    }
}

impl Text for Direct {
    fn markdown<'a>(&'a self, sources: &'a [String]) -> Answer<'a, Vec<String>> {
        Answer::ready(platform::text::markdown(sources))
    }

    fn sanitize<'a>(&'a self, html: String) -> Answer<'a, String> {
        Answer::ready(platform::text::sanitize(&html))
    }

    fn excerpt<'a>(&'a self, sources: &'a [String], max: u32) -> Answer<'a, Vec<String>> {
        Answer::ready(platform::text::excerpt(sources, max))
    }
}

impl Directory for Direct {
    fn users<'a>(&'a self, ids: Vec<u8>) -> Answer<'a, Result<Rows, DirectoryError>> {
        Answer::ready(platform::directory::users(&ids))
    }

    fn search<'a>(&'a self, query: &'a str, limit: u32) -> Answer<'a, Result<Rows, DirectoryError>> {
        Answer::ready(platform::directory::search(query, limit))
    }
}

impl Events for Direct {
    fn emit<'a>(&'a self, events: Vec<Event>) -> Answer<'a, Result<(), EventsError>> {
        Answer::ready(platform::events::emit(&events))
    }
}

impl Cache for Direct {
    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Result<Option<Vec<u8>>, CacheError>> {
        Answer::ready(platform::cache::get(key))
    }

    fn set<'a>(&'a self, key: &'a str, value: Vec<u8>, ttl_ms: u64) -> Answer<'a, Result<(), CacheError>> {
        Answer::ready(platform::cache::set(key, &value, ttl_ms))
    }

    fn delete<'a>(&'a self, key: &'a str) -> Answer<'a, Result<(), CacheError>> {
        Answer::ready(platform::cache::delete(key))
    }

    fn increment<'a>(&'a self, key: &'a str, by: i64, ttl_ms: u64) -> Answer<'a, Result<i64, CacheError>> {
        Answer::ready(platform::cache::increment(key, by, ttl_ms))
    }
}

impl Config for Direct {
    fn settings(&self) -> Vec<u8> {
        platform::config::settings()
    }
}

impl Secrets for Direct {
    fn seal(&self, plain: &[u8]) -> Vec<u8> {
        platform::secrets::seal(plain)
    }

    fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Unreadable> {
        platform::secrets::open(sealed).map_err(|platform::secrets::Error::Unreadable| Unreadable)
    }
}

impl Log for Direct {
    fn write(&self, level: Level, message: &str, fields: &[u8]) {
        let level = match level {
            Level::Debug => platform::log::Level::Debug,
            Level::Info => platform::log::Level::Info,
            Level::Warn => platform::log::Level::Warn,
            Level::Error => platform::log::Level::Error,
        };
        platform::log::write(level, message, fields);
    }
}

pub(super) fn log_panic(words: &str) {
    platform::log::write(platform::log::Level::Error, words, &[]);
}

impl Clock for Direct {
    fn now(&self) -> Timestamp {
        Timestamp(platform::clock::now())
    }
}

impl Random for Direct {
    fn bytes(&self, length: u32) -> Vec<u8> {
        platform::random::bytes(length)
    }

    fn uuid(&self) -> Uuid {
        // The contract says sixteen bytes; a host that answers others is no host of this feature.
        Uuid::from_slice(&platform::random::uuid()).unwrap_or_else(|| core::arch::wasm32::unreachable())
    }
}
