//! Somebody who uses the API from within the process: the same routes, limits and rules as over the network.

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, Request};
use p2p_http::App;
use serde_json::Value;

const ACCESS_TOKEN: &str = "st-access-token";

/// One person.
pub struct Visitor<'a> {
    app: &'a App,
    host: &'a str,
    token: Option<String>,
}

impl<'a> Visitor<'a> {
    /// Not signed in yet.
    pub fn new(app: &'a App, host: &'a str) -> Self {
        Self { app, host, token: None }
    }

    /// Sends a request and keeps the session that may come back.
    pub async fn send(&mut self, method: &str, path: &str, body: &Value) -> Result<(u16, Value)> {
        let (status, headers, answer) = self.call(method, path, body).await?;
        if let Some(token) = headers.get(ACCESS_TOKEN).and_then(|token| token.to_str().ok()) {
            self.token = Some(token.to_owned());
        }
        Ok((status, answer))
    }

    /// Sends a request that must be answered so.
    pub async fn expect(&mut self, method: &str, path: &str, body: &Value, wanted: u16) -> Result<Value> {
        let (status, answer) = self.send(method, path, body).await?;
        if status != wanted {
            bail!("{method} {path} was answered {status}: {answer}");
        }
        Ok(answer)
    }

    async fn call(&self, method: &str, path: &str, body: &Value) -> Result<(u16, HeaderMap, Value)> {
        let mut request = Request::builder().method(method).uri(path).header(HOST, self.host);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let bytes = match body {
            Value::Null => Bytes::new(),
            body => Bytes::from(body.to_string()),
        };
        let request = request.header(CONTENT_TYPE, "application/json").body(bytes)?;
        let (parts, answer) = self.app.answer_whole(request).await.into_parts();
        let answer = if answer.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&answer).context("not JSON")?
        };
        Ok((parts.status.as_u16(), parts.headers, answer))
    }
}
