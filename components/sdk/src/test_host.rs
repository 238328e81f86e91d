//! A host in the test's own process: the feature's real statements on a real SQLite file, everything else faked as the
//! contract says. Time stands still until a test moves it; randomness comes from a seed.
//!
//! It stops the test when something is wrong with the test itself, so its functions answer values, not results.

#![expect(clippy::expect_used, reason = "a test host stops the test that misuses it")]

mod blobs;
mod card;
mod documents;
mod fakes;
mod identity;
mod mail;
mod sending;
mod sqlite;
mod state;

use std::rc::Rc;
use std::time::Duration;

use serde::Serialize;
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub use card::Card;
pub use fakes::LogLine;
pub use mail::Letter;
pub use sending::{Answered, Sending};
pub use sqlite::{OpenError, Sqlite};
use state::State;

use crate::host::{Event, Level, SqlError};
use crate::{Actor, Feature, Host, Method, Params, Role, Rows, Timestamp, Upload, Uuid};

/// A feature and a host to run it.
pub struct TestHost {
    feature: Feature,
    host: Rc<Host>,
    state: Rc<State>,
    store: Rc<Sqlite>,
    runtime: Runtime,
    _folder: TempDir,
}

impl TestHost {
    /// A fresh host with an empty store at the feature's newest migration.
    pub fn new(feature: Feature) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let store = runtime.block_on(Sqlite::open(folder.path(), &feature)).expect("migrations that apply");
        let (store, state) = (Rc::new(store), Rc::new(State::default()));
        let host = Rc::new(fakes::host(&store, &state));
        Self { feature, host, state, store, runtime, _folder: folder }
    }

    /// Gives the feature these settings.
    #[must_use]
    pub fn with_settings(self, settings: &impl Serialize) -> Self {
        *self.state.settings.borrow_mut() = p2p_values::to_vec(settings);
        self
    }

    /// The feature under test.
    pub fn feature(&self) -> &Feature {
        &self.feature
    }

    /// The host itself, for tests that need no request.
    pub fn host(&self) -> &Rc<Host> {
        &self.host
    }

    /// Begins a request by its path below `/api/v1`, with its query if it has one.
    pub fn request(&self, method: Method, path: &str) -> Sending<'_> {
        Sending::new(self, method, path)
    }

    /// Begins a GET.
    pub fn get(&self, path: &str) -> Sending<'_> {
        self.request(Method::Get, path)
    }

    /// Begins a POST.
    pub fn post(&self, path: &str) -> Sending<'_> {
        self.request(Method::Post, path)
    }

    /// Begins a PATCH.
    pub fn patch(&self, path: &str) -> Sending<'_> {
        self.request(Method::Patch, path)
    }

    /// Begins a DELETE.
    pub fn delete(&self, path: &str) -> Sending<'_> {
        self.request(Method::Delete, path)
    }

    /// Somebody new, alone in an organization of their own, with a verified address.
    pub fn person(&self, role: Role) -> Actor {
        Actor {
            user_id: self.state.new_id(),
            organization_id: Some(self.state.new_id()),
            role,
            platform_admin: false,
            verified: true,
        }
    }

    /// Somebody new in the same organization.
    pub fn colleague(&self, of: &Actor, role: Role) -> Actor {
        Actor { organization_id: of.organization_id, ..self.person(role) }
    }

    /// Makes somebody known to the directory, by this card from now on.
    pub fn introduce(&self, card: Card) {
        let mut cards = self.state.cards.borrow_mut();
        cards.retain(|other| other.id != card.id);
        cards.push(card);
    }

    /// The letters that were queued since the last call.
    pub fn letters(&self) -> Vec<Letter> {
        self.state.letters.take()
    }

    /// A staged file, to be sent with `Sending::upload`.
    pub fn stage(&self, field: &str, filename: &str, media_type: &str, bytes: &[u8]) -> Upload {
        blobs::stage(&self.state, field, filename, media_type, bytes)
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        Timestamp(self.state.now.get())
    }

    /// Lets time pass.
    pub fn advance(&self, duration: Duration) {
        self.state.now.set(self.now().after(duration).0);
    }

    /// A new id, as the feature would get it.
    pub fn new_id(&self) -> Uuid {
        self.state.new_id()
    }

    /// The events that were kept since this was asked last, in the order of their commits.
    pub fn events(&self) -> Vec<Event> {
        self.runtime.block_on(self.store.take_events()).expect("the outbox can be read")
    }

    /// What the feature logged since this was asked last.
    pub fn logs(&self) -> Vec<LogLine> {
        self.state.logs.take()
    }

    /// The messages of what it logged as an error since this was asked last.
    pub fn errors(&self) -> Vec<String> {
        let logs = self.logs().into_iter().filter(|line| line.level == Level::Error);
        logs.map(|line| format!("{} {}", line.message, line.fields)).collect()
    }

    /// Reads the store behind the feature's back.
    pub fn query(&self, text: &str, params: &Params) -> Rows {
        self.runtime.block_on(self.store.read(text, params)).expect("a statement that reads")
    }

    /// How the store would read this, step by step.
    pub fn plan(&self, text: &str, params: &Params) -> Vec<String> {
        let rows = self.query(&format!("EXPLAIN QUERY PLAN {text}"), params);
        let steps = rows.all::<(i64, i64, i64, String)>().expect("steps of a plan");
        steps.into_iter().map(|(.., step)| step).collect()
    }

    /// Writes the store behind the feature's back.
    pub fn execute(&self, text: &str, params: Params) -> u64 {
        self.runtime.block_on(self.store.write(text, &params)).expect("a statement that writes")
    }

    /// Lets the next use of `sql` fail.
    pub fn fail_sql(&self, error: SqlError) {
        *self.store.failure.borrow_mut() = Some(error);
    }

    /// Hands an event to the feature, as a subscriber. The id names the delivery: the same id again is a redelivery.
    #[cfg(feature = "events")]
    pub fn hear(&self, id: Uuid, topic: &str, key: impl ToString, payload: &impl Serialize) -> crate::Heard {
        let delivery = crate::Delivery {
            id: id.to_string(),
            topic: topic.to_owned(),
            key: key.to_string(),
            payload: p2p_values::to_vec(payload),
            committed_at: self.now(),
            attempt: 1,
        };
        let ctx = self.ctx();
        self.store.begin_handling(Some(id));
        let heard = self.runtime.block_on(self.feature.hear(&ctx, delivery));
        self.store.begin_handling(None);
        heard
    }

    /// Lets the feature tell everything again, as after `p2p retell`, and shows each event; answers how many pages it
    /// took.
    #[cfg(feature = "events")]
    pub fn retell(&self, mut told: impl FnMut(&Event)) -> usize {
        let continued = self.feature.retell_continued();
        let hear = |topic: &str, key: &str, payload: &serde_json::Value| {
            self.hear(self.new_id(), topic, key, payload).expect("a retelling that is heard");
        };
        self.events();
        hear(crate::RETELL_REQUESTED, "retell", &serde_json::json!({}));
        let mut pages = 0;
        let mut left: std::collections::VecDeque<_> = self.events().into();
        while let Some(event) = left.pop_front() {
            if event.topic == continued {
                let payload = serde_json::from_slice(&event.payload).expect("a payload of JSON");
                hear(&event.topic, &event.key, &payload);
                pages += 1;
                left.extend(self.events());
            } else {
                told(&event);
            }
        }
        pages
    }

    /// Runs a job of the feature as if it had been due then.
    #[cfg(feature = "schedule")]
    pub fn run_job(&self, name: &str, due_at: Timestamp) -> crate::Heard {
        let ctx = self.ctx();
        self.runtime.block_on(self.feature.run(&ctx, name, due_at))
    }

    /// A call that nobody made.
    #[cfg(feature = "events")]
    fn ctx(&self) -> crate::Ctx {
        let call =
            crate::Call { request_id: "test".to_owned(), deadline_ms: 10_000, ..crate::Call::default() };
        crate::Ctx::new(Rc::clone(&self.host), call)
    }
}

impl std::fmt::Debug for TestHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestHost").field("feature", &self.feature.name).finish_non_exhaustive()
    }
}
