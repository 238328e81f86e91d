//! People who use a host under test: sign up, hold a session, send requests.

use p2p_context::TenantId;
use reqwest::multipart::Form;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::document::Server;
use crate::host::TestHost;
use crate::letters;

/// Somebody with a session, or nobody.
#[derive(Debug, Clone)]
pub struct Person {
    client: Client,
    base: String,
    host: String,
    /// Access token, as header mode hands it out.
    pub token: Option<String>,
    /// Refresh token.
    pub refresh: Option<String>,
    /// What sign-up or login answered.
    pub profile: Value,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: http::HeaderMap,
    /// The body as JSON; null when it is none.
    pub json: Value,
    /// The body as text.
    pub text: String,
}

impl Answer {
    /// An error: the connection broke before the answer was whole.
    pub async fn read(response: Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let json = serde_json::from_str(&text).unwrap_or_default();
        Ok(Self { status, headers, json, text })
    }

    /// The envelope's error code, or nothing.
    pub fn code(&self) -> &str {
        self.json.get("error_code").and_then(Value::as_str).unwrap_or_default()
    }

    /// Stops the test unless the status is this.
    #[expect(clippy::panic, reason = "that is what it is for")]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        if self.status != status {
            panic!("expected {status}, got {}: {}", self.status, self.text);
        }
        self
    }
}

impl Person {
    /// Nobody, at this address and Host header.
    pub fn nobody(base: &str, host: &str) -> Self {
        Self {
            client: Client::new(),
            base: base.to_owned(),
            host: host.to_owned(),
            token: None,
            refresh: None,
            profile: Value::Null,
        }
    }

    /// Founds an organization and is its admin.
    pub async fn founder(base: &str, host: &str, email: &str) -> Self {
        let nobody = Self::nobody(base, host);
        let answer = nobody.post("/auth/signup", &signup(email)).await.expect(201);
        nobody.signed_in(&answer)
    }

    /// The same person with the session this answer carries.
    pub fn signed_in(&self, answer: &Answer) -> Self {
        let header = |name: &str| answer.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        Self {
            token: header("st-access-token"),
            refresh: header("st-refresh-token"),
            profile: answer.json.clone(),
            ..self.clone()
        }
    }

    /// Invites somebody into the organization, who accepts by the token of the letter.
    #[expect(clippy::expect_used, reason = "a test without its colleague cannot say anything")]
    pub async fn colleague(&self, host: &TestHost, tenant: &TenantId, email: &str) -> Self {
        let invitation =
            json!({"email": email, "firstName": "Omar", "lastName": "Al Qahtani", "role": "member"});
        let worker = host.worker(tenant).await;
        // Letters of one drain are written in any order; theirs is to be the newest.
        worker.drain().await.expect("older letters");
        self.post("/users/invite", &invitation).await.expect(201);
        worker.drain().await.expect("a letter");
        let token = letters::token(&host.mail_folder(), "invitation").expect("an invitation");
        let mut form = signup(email);
        if let Some(form) = form.as_object_mut() {
            form.insert("inviteToken".to_owned(), token.into());
        }
        let nobody = Self { token: None, refresh: None, ..self.clone() };
        let answer = nobody.post("/auth/signup", &form).await.expect(201);
        nobody.signed_in(&answer)
    }

    /// Any request at a whole path of the server.
    #[expect(clippy::expect_used, reason = "a test's own server answers")]
    pub async fn anywhere(&self, method: Method, path: &str, body: Option<String>) -> Answer {
        self.try_at(method, &format!("{}{path}", self.base), body, &[]).await.expect("an answer")
    }

    /// GET below `/api/v1`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    /// POST below `/api/v1`.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body.to_string()), &[]).await
    }

    /// PATCH below `/api/v1`.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some(body.to_string()), &[]).await
    }

    /// POST of a form with files below `/api/v1`.
    #[expect(clippy::expect_used, reason = "a test's own server answers")]
    pub async fn upload(&self, path: &str, form: Form) -> Answer {
        let request = self.request(Method::POST, &format!("{}/api/v1{path}", self.base));
        self.answer(Method::POST, request.multipart(form)).await.expect("an answer")
    }

    /// The same person with this access token, or none.
    pub fn with_token(&self, token: Option<String>) -> Self {
        Self { token, ..self.clone() }
    }

    /// The same person at another address.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), client: Client::new(), ..self.clone() }
    }

    /// POST to a server that may be gone; none when it is.
    pub async fn try_post(&self, path: &str, body: &Value) -> Option<Answer> {
        self.try_send(Method::POST, path, Some(body.to_string()), &[]).await.ok()
    }

    /// Any request below `/api/v1`.
    #[expect(clippy::expect_used, reason = "a test's own server answers")]
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Answer {
        self.try_send(method, path, body, headers).await.expect("an answer")
    }

    async fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> reqwest::Result<Answer> {
        self.try_at(method, &format!("{}/api/v1{path}", self.base), body, headers).await
    }

    async fn try_at(
        &self,
        method: Method,
        url: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> reqwest::Result<Answer> {
        let mut request = self.request(method.clone(), url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        self.answer(method, request).await
    }

    /// What is answered, after it was held against the document: every test is a test of the document, too.
    async fn answer(&self, method: Method, request: RequestBuilder) -> reqwest::Result<Answer> {
        let response = request.send().await?;
        // Of the last answer: a picture leads elsewhere.
        let path = response.url().path().to_owned();
        let answer = Answer::read(response).await?;
        let server = Server { client: &self.client, base: &self.base, host: &self.host };
        server.check(&method, &path, &answer).await;
        Ok(answer)
    }

    fn request(&self, method: Method, url: &str) -> RequestBuilder {
        let request = self.client.request(method, url);
        let request = request.header("host", &self.host).header("st-auth-mode", "header");
        match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }
}

/// What signing up takes.
pub fn signup(email: &str) -> Value {
    let domain = email.split('@').next_back().unwrap_or_default();
    json!({
        "email": email, "password": "correct horse 7", "firstName": "Sara", "lastName": "العتيبي",
        "organizationName": format!("Works of {domain}"), "industry": "Manufacturing", "size": "small",
        "country": "SA", "city": "Riyadh",
    })
}

/// What a topic takes.
pub fn topic(title: &str) -> Value {
    json!({
        "title": title, "content": "How do you keep the bearings of an old press cool when a < b?",
        "category": "maintenance", "tags": ["press", "bearings"],
    })
}
