//! The small capabilities, faked within the contract: nothing leaves the process, nothing waits.

use std::rc::Rc;

use sha2::{Digest, Sha256};

use super::card::Card;
use super::sqlite::Sqlite;
use super::state::State;
use crate::host::{
    Answer, Cache, CacheError, Callers, Clock, Config, Directory, DirectoryError, Event, Events, EventsError,
    Identified, Level, Log, Random, Refusal, Secrets, SqlError, Text, Unreadable,
};
use crate::{Host, Rows, RowsBuilder, Timestamp, Uuid};

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// For people.
    pub message: String,
    /// JSON, or empty.
    pub fields: String,
}

/// A value of the cache and when it goes.
pub(super) struct Entry {
    value: Vec<u8>,
    until: i64,
}

const CACHE_KEY_MAX: usize = 256;
const CACHE_VALUE_MAX: usize = 64 * 1024;
const CARD_COLUMNS: u32 = 9;

/// One fake for each capability that needs no more than the shared state.
struct Fake(Rc<State>);

/// Events outside a commit go to the store's outbox.
struct Outbox(Rc<Sqlite>);

/// Everything there is.
pub(super) fn host(store: &Rc<Sqlite>, state: &Rc<State>) -> Host {
    let fake = || Rc::new(Fake(Rc::clone(state)));
    Host {
        sql: Some(Rc::new(Rc::clone(store))),
        documents: Some(Rc::new(Rc::clone(store))),
        blobs: Some(super::blobs::fake(state)),
        text: Some(fake()),
        directory: Some(fake()),
        events: Some(Rc::new(Outbox(Rc::clone(store)))),
        credentials: Some(super::identity::credentials(state)),
        sessions: Some(super::identity::sessions(state)),
        callers: Some(fake()),
        mail: Some(super::mail::fake(store, state)),
        cache: Some(fake()),
        config: Some(fake()),
        secrets: Some(fake()),
        log: Some(fake()),
        clock: Some(fake()),
        random: Some(fake()),
        overlapping: None,
    }
}

impl Callers for Fake {
    /// The actor comes with the request, as on our own host: nobody is known by headers.
    fn verify<'a>(&'a self, _: Vec<u8>, _: bool) -> Answer<'a, Result<Option<Identified>, Refusal>> {
        Answer::ready(Ok(None))
    }
}

impl Clock for Fake {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.now.get())
    }
}

impl Random for Fake {
    fn bytes(&self, length: u32) -> Vec<u8> {
        assert!(length <= 4096, "at most 4096 bytes of randomness");
        (0..length).map(|_| self.0.next_random().to_le_bytes()[0]).collect()
    }

    fn uuid(&self) -> Uuid {
        self.0.new_id()
    }
}

impl Log for Fake {
    fn write(&self, level: Level, message: &str, fields: &[u8]) {
        let fields = String::from_utf8_lossy(fields).into_owned();
        self.0.logs.borrow_mut().push(LogLine { level, message: message.to_owned(), fields });
    }
}

impl Config for Fake {
    fn settings(&self) -> Vec<u8> {
        self.0.settings.borrow().clone()
    }
}

impl Secrets for Fake {
    /// No secret at all, but nothing that reads or changes it unnoticed: a tag, then every byte turned over.
    fn seal(&self, plain: &[u8]) -> Vec<u8> {
        Sha256::digest(plain).into_iter().chain(plain.iter().map(|byte| !byte)).collect()
    }

    fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Unreadable> {
        let (tag, turned) = sealed.split_at_checked(32).ok_or(Unreadable)?;
        let plain: Vec<_> = turned.iter().map(|byte| !byte).collect();
        if Sha256::digest(&plain)[..] == *tag { Ok(plain) } else { Err(Unreadable) }
    }
}

impl Text for Fake {
    /// Paragraphs and escaped text: enough to see that a feature shows the rendered form and not the source.
    fn markdown<'a>(&'a self, sources: &'a [String]) -> Answer<'a, Vec<String>> {
        let paragraphs =
            |source: &String| source.split("\n\n").map(|text| format!("<p>{}</p>", escape(text))).collect();
        Answer::ready(sources.iter().map(paragraphs).collect())
    }

    fn sanitize<'a>(&'a self, html: String) -> Answer<'a, String> {
        Answer::ready(escape(&html))
    }

    fn excerpt<'a>(&'a self, sources: &'a [String], max: u32) -> Answer<'a, Vec<String>> {
        Answer::ready(sources.iter().map(|source| excerpt(source, max as usize)).collect())
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn excerpt(source: &str, max: usize) -> String {
    let plain = source.replace(['*', '#', '`', '_'], "");
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= max {
        return words;
    }
    let cut: String = words.chars().take(max).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", cut.get(..end).unwrap_or(&cut))
}

impl Directory for Fake {
    fn users<'a>(&'a self, ids: Vec<u8>) -> Answer<'a, Result<Rows, DirectoryError>> {
        let wanted: Vec<_> = ids.chunks(16).filter_map(Uuid::from_slice).collect();
        Answer::ready(Ok(self.cards(|card| wanted.contains(&card.id), usize::MAX)))
    }

    fn search<'a>(&'a self, query: &'a str, limit: u32) -> Answer<'a, Result<Rows, DirectoryError>> {
        let query = query.to_lowercase();
        let found = |card: &Card| card.active && card.name.to_lowercase().starts_with(&query);
        Answer::ready(Ok(self.cards(found, limit as usize)))
    }
}

impl Fake {
    fn cards(&self, wanted: impl Fn(&Card) -> bool, limit: usize) -> Rows {
        let mut rows = RowsBuilder::new(CARD_COLUMNS);
        for card in self.0.cards.borrow().iter().filter(|card| wanted(card)).take(limit) {
            let organization = card.organization.as_ref();
            rows.push(&card.id);
            rows.push(&card.name);
            rows.push(&card.title.as_deref());
            rows.push(&None::<&str>);
            rows.push(&card.verified);
            rows.push(&card.active);
            rows.push(card.role.as_str());
            rows.push(&organization.map(|(id, _)| *id));
            rows.push(&organization.map(|(_, name)| name.as_str()));
        }
        rows.finish().unwrap_or_default()
    }
}

impl Events for Outbox {
    fn emit<'a>(&'a self, events: Vec<Event>) -> Answer<'a, Result<(), EventsError>> {
        Answer::waiting(async move {
            let kept = async {
                let mut transaction = self.0.begin().await?;
                self.0.keep(&mut transaction, &events).await?;
                self.0.end(transaction).await
            };
            kept.await.map_err(|error| match error {
                SqlError::Denied => EventsError::Denied,
                SqlError::Rejected => EventsError::Rejected,
                _ => EventsError::Unavailable,
            })
        })
    }
}

impl Cache for Fake {
    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Result<Option<Vec<u8>>, CacheError>> {
        let cache = self.0.cache.borrow();
        let live = cache.get(key).filter(|entry| entry.until > self.0.now.get());
        Answer::ready(Ok(live.map(|entry| entry.value.clone())))
    }

    fn set<'a>(&'a self, key: &'a str, value: Vec<u8>, ttl_ms: u64) -> Answer<'a, Result<(), CacheError>> {
        if key.len() > CACHE_KEY_MAX || value.len() > CACHE_VALUE_MAX {
            return Answer::ready(Err(CacheError::TooLarge));
        }
        let until = self.0.now.get().saturating_add(i64::try_from(ttl_ms * 1000).unwrap_or(i64::MAX));
        self.0.cache.borrow_mut().insert(key.to_owned(), Entry { value, until });
        Answer::ready(Ok(()))
    }

    fn delete<'a>(&'a self, key: &'a str) -> Answer<'a, Result<(), CacheError>> {
        self.0.cache.borrow_mut().remove(key);
        Answer::ready(Ok(()))
    }

    fn increment<'a>(&'a self, key: &'a str, by: i64, ttl_ms: u64) -> Answer<'a, Result<i64, CacheError>> {
        let now = self.0.now.get();
        let mut cache = self.0.cache.borrow_mut();
        let live = cache.get(key).filter(|entry| entry.until > now);
        let (old, until) = match live {
            Some(entry) => (<[u8; 8]>::try_from(&*entry.value).map_or(0, i64::from_le_bytes), entry.until),
            None => (0, now.saturating_add(i64::try_from(ttl_ms * 1000).unwrap_or(i64::MAX))),
        };
        let new = old.saturating_add(by);
        cache.insert(key.to_owned(), Entry { value: new.to_le_bytes().to_vec(), until });
        Answer::ready(Ok(new))
    }
}
