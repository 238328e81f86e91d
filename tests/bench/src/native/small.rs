//! What a feature has besides stores and people: rendering, events without a commit, settings, sealing, log, time and
//! randomness.

use p2p_runtime::content;
use p2p_sdk::host::{
    Answer, Clock, Config, Event, Events, EventsError, Level, Log, Mail, MailError, Random, Secrets, Text,
    Unreadable,
};
use p2p_sdk::{Timestamp, Uuid};
use rand::TryRngCore as _;
use rand::rngs::OsRng;

use super::call::NativeCall;
use super::stores::events;

impl Text for NativeCall {
    fn markdown<'a>(&'a self, sources: &'a [String]) -> Answer<'a, Vec<String>> {
        let ground = &self.ground;
        let render = |source: &String| ground.renderings.markdown(&ground.tenant, source);
        Answer::ready(sources.iter().map(render).collect())
    }

    fn sanitize<'a>(&'a self, html: String) -> Answer<'a, String> {
        Answer::ready(content::sanitize(&html))
    }

    fn excerpt<'a>(&'a self, sources: &'a [String], max: u32) -> Answer<'a, Vec<String>> {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        Answer::ready(sources.iter().map(|source| content::excerpt(source, max)).collect())
    }
}

impl Events for NativeCall {
    fn emit<'a>(&'a self, emitted: Vec<Event>) -> Answer<'a, Result<(), EventsError>> {
        Answer::waiting(async move {
            let kept = self.ground.stores.outbox.emit(self.store_call(), &events(emitted)).await;
            kept.map_err(|_| EventsError::Unavailable)
        })
    }
}

impl Config for NativeCall {
    fn settings(&self) -> Vec<u8> {
        self.ground.settings.clone()
    }
}

impl Secrets for NativeCall {
    fn seal(&self, plain: &[u8]) -> Vec<u8> {
        self.ground.sealer.seal(plain).unwrap_or_default()
    }

    fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Unreadable> {
        self.ground.sealer.open(sealed).map_err(|_| Unreadable)
    }
}

impl Log for NativeCall {
    fn write(&self, level: Level, message: &str, fields: &[u8]) {
        let fields = String::from_utf8_lossy(fields);
        match level {
            Level::Debug => tracing::debug!(target: "guest", fields = &*fields, "{message}"),
            Level::Info => tracing::info!(target: "guest", fields = &*fields, "{message}"),
            Level::Warn => tracing::warn!(target: "guest", fields = &*fields, "{message}"),
            Level::Error => tracing::error!(target: "guest", fields = &*fields, "{message}"),
        }
    }
}

impl Clock for NativeCall {
    fn now(&self) -> Timestamp {
        Timestamp(self.ground.clock.now().0)
    }
}

impl Random for NativeCall {
    fn bytes(&self, length: u32) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        if let Err(error) = OsRng.try_fill_bytes(&mut bytes) {
            tracing::error!(%error, "no randomness");
        }
        bytes
    }

    fn uuid(&self) -> Uuid {
        Uuid::from_bytes(p2p_context::new_uuid().into_bytes())
    }
}

/// The twin sends no mail: what is measured is the request that asked for it.
impl Mail for NativeCall {
    fn queue<'a>(&'a self, _: &'a str, _: &'a str, _: Vec<u8>) -> Answer<'a, Result<(), MailError>> {
        Answer::ready(Ok(()))
    }

    fn queue_to<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
        _: &'a str,
        _: Vec<u8>,
    ) -> Answer<'a, Result<(), MailError>> {
        Answer::ready(Ok(()))
    }
}
