//! A request of a test, and its answer.

use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::TestHost;
use crate::{Actor, Call, Ctx, Headers, Language, Method, Request, Response, Upload, join_all};

/// Long enough for any test.
const DEADLINE_MS: u32 = 10_000;

/// A request that is being put together.
#[derive(Debug)]
#[must_use = "a request that is not sent asks nothing"]
pub struct Sending<'a> {
    host: &'a TestHost,
    request: Request,
    call: Call,
}

impl<'a> Sending<'a> {
    pub(super) fn new(host: &'a TestHost, method: Method, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let request = Request { query: query.to_owned(), ..Request::new(method, path) };
        let call = Call { request_id: "test".to_owned(), deadline_ms: DEADLINE_MS, ..Call::default() };
        Self { host, request, call }
    }

    /// Signed in as this person.
    pub fn by(mut self, actor: &Actor) -> Self {
        self.call.actor = Some(actor.clone());
        self
    }

    /// By somebody who reads this language.
    pub fn language(mut self, language: Language) -> Self {
        self.call.language = language;
        self
    }

    /// With a JSON body.
    pub fn json(self, value: &impl Serialize) -> Self {
        self.body(&p2p_values::to_vec(value)).header("content-type", "application/json")
    }

    /// With any body.
    pub fn body(mut self, bytes: &[u8]) -> Self {
        self.request.body = bytes.to_vec();
        self
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request.headers.push(name, value);
        self
    }

    /// With a staged file.
    pub fn upload(mut self, upload: Upload) -> Self {
        self.request.uploads.push(upload);
        self
    }

    /// With the session tokens that an earlier answer set: what `sessions.refresh` and `sessions.revoke` see.
    pub fn session(self, earlier: &Answered) -> Self {
        self.host.state.people.borrow_mut().present(&earlier.headers);
        self
    }

    /// Sends it and waits.
    pub fn send(self) -> Answered {
        let host = self.host;
        let answered = host.runtime.block_on(self.answered());
        host.state.people.borrow_mut().forget_presented();
        answered
    }

    /// Sends it together with others: all are under way before one is answered. Answers in their order.
    pub fn send_with(self, others: impl IntoIterator<Item = Self>) -> Vec<Answered> {
        let host = self.host;
        let all = std::iter::once(self).chain(others).map(Self::answered);
        host.runtime.block_on(join_all(all))
    }

    async fn answered(self) -> Answered {
        let ctx = Ctx::new(Rc::clone(&self.host.host), self.call);
        let Response { status, headers, body } = self.host.feature.handle(&ctx, self.request).await;
        Answered { status, headers, body }
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: Headers,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answered {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        self.read()
    }

    /// The body as a type.
    pub fn read<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).expect("a JSON body of this type")
    }

    /// The `error_code` of a problem, or empty text.
    pub fn code(&self) -> String {
        let body = serde_json::from_slice::<Value>(&self.body).unwrap_or_default();
        body.get("error_code").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The fields that were wrong, each with its code.
    pub fn wrong_fields(&self) -> Vec<(String, String)> {
        let body = serde_json::from_slice::<Value>(&self.body).unwrap_or_default();
        let text = |value: &Value, name: &str| {
            value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let fields = body.pointer("/details/fields").and_then(Value::as_array).cloned().unwrap_or_default();
        fields.iter().map(|field| (text(field, "field"), text(field, "code"))).collect()
    }

    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }
}
