//! The OpenAPI document of a server under test, as a promise: every answer that a test gets is held against it. A status,
//! a header or a member of a body that the document does not tell of stops the test. Knows no route.

mod answers;
mod closed;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use reqwest::{Client, Method};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::people::Answer;
pub use answers::Document;

/// Where a server shows it.
const PLACE: &str = "/api/v1/openapi.json";

/// By address and host name.
type Documents = HashMap<(String, String), Arc<Document>>;

/// Documents as they were read last.
static KNOWN: LazyLock<Mutex<Documents>> = LazyLock::new(Mutex::default);

/// A server and the name it was asked by.
pub struct Server<'a> {
    /// What asks.
    pub client: &'a Client,
    /// Its address.
    pub base: &'a str,
    /// The Host header.
    pub host: &'a str,
}

impl Server<'_> {
    /// Stops the test when the document does not promise this answer. Features may have come or gone since it was read:
    /// then the newest counts.
    #[expect(clippy::panic, reason = "that is what it is for")]
    pub async fn check(&self, method: &Method, path: &str, answer: &Answer) {
        let Some(document) = self.document().await else { return };
        if document.complaint(method.as_str(), path, answer).is_none() {
            return;
        }
        self.forget().await;
        let Some(document) = self.document().await else { return };
        if let Some(complaint) = document.complaint(method.as_str(), path, answer) {
            let Answer { status, headers, text, .. } = answer;
            panic!("{method} {path} answered {status}, and the document {complaint}\n{headers:?}\n{text}");
        }
    }

    /// None when the server shows none: it is gone, or has no tenant of this name.
    async fn document(&self) -> Option<Arc<Document>> {
        let key = (self.base.to_owned(), self.host.to_owned());
        if let Some(document) = KNOWN.lock().await.get(&key) {
            return Some(Arc::clone(document));
        }
        let request = self.client.get(format!("{}{PLACE}", self.base)).header("host", self.host);
        let answer = request.send().await.ok()?.error_for_status().ok()?;
        let text = answer.text().await.ok()?;
        let document = Arc::new(Document::new(serde_json::from_str::<Value>(&text).ok()?));
        KNOWN.lock().await.insert(key, Arc::clone(&document));
        Some(document)
    }

    async fn forget(&self) {
        KNOWN.lock().await.remove(&(self.base.to_owned(), self.host.to_owned()));
    }
}
