//! Somebody who uses the API from within the process: the same routes and rules as over the network, but no limit of
//! requests. Refreshes its session when asked to, as it is once an accepted invitation has proven an address.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, Request};
use p2p_http::App;
use serde_json::Value;

const ACCESS_TOKEN: &str = "st-access-token";
const REFRESH_TOKEN: &str = "st-refresh-token";

/// One person.
pub struct Visitor<'a> {
    app: &'a App,
    host: &'a str,
    session: Mutex<Session>,
}

/// What the last answer that carried a session handed out.
#[derive(Clone, Default)]
struct Session {
    access: Option<String>,
    refresh: Option<String>,
}

impl<'a> Visitor<'a> {
    /// Not signed in yet.
    pub fn new(app: &'a App, host: &'a str) -> Self {
        Self { app, host, session: Mutex::default() }
    }

    /// Sends a request and keeps the session that may come back.
    pub async fn send(&self, method: &str, path: &str, body: &Value) -> Result<(u16, Value)> {
        let answer = self.call(method, path, body, self.session().access).await?;
        let (401, Some("TRY_REFRESH")) = (answer.0, answer.1.get("error_code").and_then(Value::as_str))
        else {
            return Ok(answer);
        };
        let refreshed = self.call("POST", "/auth/refresh", &Value::Null, self.session().refresh).await?;
        if refreshed.0 != 200 {
            bail!("refreshing was answered {}: {}", refreshed.0, refreshed.1);
        }
        self.call(method, path, body, self.session().access).await
    }

    /// Sends a request that must be answered so.
    pub async fn expect(&self, method: &str, path: &str, body: &Value, wanted: u16) -> Result<Value> {
        let (status, answer) = self.send(method, path, body).await?;
        if status != wanted {
            bail!("{method} {path} was answered {status}: {answer}");
        }
        Ok(answer)
    }

    async fn call(
        &self,
        method: &str,
        path: &str,
        body: &Value,
        token: Option<String>,
    ) -> Result<(u16, Value)> {
        let uri = format!("/api/v1{path}");
        let mut request = Request::builder().method(method).uri(uri).header(HOST, self.host);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let bytes = match body {
            Value::Null => Bytes::new(),
            body => Bytes::from(body.to_string()),
        };
        let request = request.header(CONTENT_TYPE, "application/json").body(bytes)?;
        let (parts, answer) = self.app.answer_whole(request).await.into_parts();
        self.keep(&parts.headers);
        let answer = if answer.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&answer).context("not JSON")?
        };
        Ok((parts.status.as_u16(), answer))
    }

    fn session(&self) -> Session {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, headers: &HeaderMap) {
        let token = |name| headers.get(name)?.to_str().ok().map(str::to_owned);
        let (access, refresh) = (token(ACCESS_TOKEN), token(REFRESH_TOKEN));
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        session.access = access.or(session.access.take());
        session.refresh = refresh.or(session.refresh.take());
    }
}
