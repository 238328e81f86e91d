//! What a client does with the session headers of answers: keeps cookies by name and path, or tokens by itself, and
//! sends them with the next request.

use std::collections::BTreeMap;
use std::time::Duration;

use p2p_context::{Deadline, TenantId, new_uuid};
use p2p_identity::{IdentityCall, RequestTokens};
use serde_json::{Value, json};

use crate::house::{Answer, House, request};

/// A visitor of the tenant `acme`.
#[derive(Clone)]
pub struct Browser {
    mode: &'static str,
    /// Value by name and path.
    pub cookies: BTreeMap<(String, String), String>,
    /// Values of `st-…`, `anti-csrf` and `front-token`.
    pub kept: BTreeMap<String, String>,
    /// Sent with every request.
    pub sends: Vec<(&'static str, String)>,
}

impl Browser {
    /// Nobody is signed in.
    pub fn new(mode: &'static str) -> Self {
        Self { mode, cookies: BTreeMap::new(), kept: BTreeMap::new(), sends: Vec::new() }
    }

    /// A new user with a session in this mode.
    pub async fn signed_in(house: &House, mode: &'static str) -> Self {
        Self::with_claims(house, mode, json!({"role": "member", "verified": true})).await
    }

    pub async fn with_claims(house: &House, mode: &'static str, claims: Value) -> Self {
        let tenant = TenantId::new("acme").unwrap();
        let call = IdentityCall::new(tenant, Deadline::after(Duration::from_secs(60)));
        let tokens = RequestTokens::read([("st-auth-mode", mode)]);
        let Value::Object(claims) = claims else { panic!("claims are an object") };
        let issued = house.identity.session_create(&call, &tokens, new_uuid(), claims).await.unwrap();
        let mut browser = Self::new(mode);
        for (name, value) in &issued.headers {
            browser.take(name, value);
        }
        browser
    }

    /// Sends a request with everything that belongs to it, and obeys the answer.
    pub async fn send(&mut self, house: &House, method: &str, path: &str) -> Answer {
        let mut ask = request(method, path).header("st-auth-mode", self.mode);
        for (name, value) in self.headers(path) {
            ask = ask.header(name, value);
        }
        let answer = house.send(ask.body("").unwrap()).await;
        for (name, value) in answer.0.headers() {
            self.take(name.as_str(), value.to_str().unwrap());
        }
        answer
    }

    /// The headers of a session, and those that are sent with every request.
    pub fn headers(&self, path: &str) -> Vec<(&'static str, String)> {
        let sent = self.cookies.iter().filter(|((_, scope), _)| path.starts_with(scope.as_str()));
        let cookies: Vec<_> = sent.map(|((name, _), value)| format!("{name}={value}")).collect();
        let is_refresh = path.ends_with("/refresh");
        let bearer = if is_refresh { "st-refresh-token" } else { "st-access-token" };
        let mut headers = self.sends.clone();
        if !cookies.is_empty() {
            headers.push(("cookie", cookies.join("; ")));
        }
        headers.extend(self.kept.get(bearer).map(|token| ("authorization", format!("Bearer {token}"))));
        headers.extend(self.kept.get("anti-csrf").map(|token| ("anti-csrf", token.clone())));
        headers
    }

    /// The access token, wherever it is.
    pub fn access_token(&self) -> String {
        self.token("sAccessToken", "st-access-token")
    }

    /// The refresh token, wherever it is. In a cookie it is percent-encoded.
    pub fn refresh_token(&self) -> String {
        self.token("sRefreshToken", "st-refresh-token")
    }

    fn token(&self, cookie: &str, header: &str) -> String {
        let cookie = self.cookies.iter().find(|((name, _), _)| name == cookie).map(|(_, value)| value);
        cookie.or(self.kept.get(header)).cloned().unwrap()
    }

    fn take(&mut self, name: &str, value: &str) {
        match name {
            "set-cookie" => self.take_cookie(value),
            "front-token" | "anti-csrf" | "st-access-token" | "st-refresh-token" => {
                if value.is_empty() || value == "remove" {
                    self.kept.remove(name);
                } else {
                    self.kept.insert(name.to_owned(), value.to_owned());
                }
            }
            _ => {}
        }
    }

    fn take_cookie(&mut self, cookie: &str) {
        let mut parts = cookie.split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let path = parts.find_map(|part| part.strip_prefix("Path=")).unwrap();
        let key = (name.to_owned(), path.to_owned());
        if value.is_empty() {
            self.cookies.remove(&key);
        } else {
            self.cookies.insert(key, value.to_owned());
        }
    }
}
