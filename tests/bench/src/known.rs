//! What a client has to know before it can ask: a session, and ids of what the data set holds. Found out over HTTP.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use http::StatusCode;
use reqwest::Client;
use serde_json::{Value, json};

use crate::generate::{self, BUSY_POSTS};
use crate::servers::Server;

/// Topics that are asked for, of those that the data set has.
const ASKED: usize = 1_000;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// An access token.
    pub token: String,
    /// Whose it is.
    pub user: String,
    /// A file of topics' ids, one a line.
    pub topics: PathBuf,
    /// The same of posts.
    pub posts: PathBuf,
    /// The topic with many posts.
    pub busy: String,
    /// Whom they exchanged many messages with; only where there are messages.
    pub partner: String,
    /// A file of questions for search, one a line, ready for a URL; only where there is search.
    pub questions: PathBuf,
}

impl Known {
    /// Signs in, and notes ids in a file of this name.
    pub async fn learn(server: &Server, file: &Path) -> Result<Self> {
        let known = Self::signed_in(server).await?;
        let ids = topic_ids(server, &known.token).await?;
        // It was opened last.
        let busy = ids.first().context("the data set has no topic")?.clone();
        fs::write(file, ids.join("\n"))?;
        // The first post of a topic has the topic's id.
        let known = Self { busy, topics: file.to_owned(), posts: file.to_owned(), ..known };
        known.check_busy(server).await?;
        Ok(known)
    }

    /// Signs in, and knows nothing else.
    pub async fn signed_in(server: &Server) -> Result<Self> {
        let (token, user) = sign_in(server).await?;
        Ok(Self { token, user, ..Self::default() })
    }

    /// A path with what its names stand for.
    pub fn path(&self, path: &str) -> String {
        path.replace(":busy", &self.busy).replace(":partner", &self.partner)
    }

    /// A figure for twenty posts that are not there would be worth nothing.
    async fn check_busy(&self, server: &Server) -> Result<()> {
        let text = self.get(server, &format!("/forums/topics/{}", self.busy)).await?;
        let topic: Value = serde_json::from_str(&text)?;
        let posts = topic.pointer("/posts/items").and_then(Value::as_array).map_or(0, Vec::len);
        if posts != BUSY_POSTS {
            bail!("the busy topic shows {posts} posts, not {BUSY_POSTS}");
        }
        Ok(())
    }

    /// What a path answers.
    pub async fn get(&self, server: &Server, path: &str) -> Result<String> {
        let answer = Client::new().get(server.url(path)).bearer_auth(&self.token).send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        if status != StatusCode::OK {
            bail!("{path} of the {} side answers {status}: {text}", server.side);
        }
        Ok(text)
    }
}

async fn sign_in(server: &Server) -> Result<(String, String)> {
    let credentials = json!({"email": generate::email(0), "password": generate::PASSWORD});
    let request = Client::new().post(server.url("/auth/login")).header("st-auth-mode", "header");
    let answer = request.json(&credentials).send().await?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let text = answer.text().await?;
    let token = headers.get("st-access-token").and_then(|token| token.to_str().ok());
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    match token.zip(body.pointer("/user/id").and_then(Value::as_str)) {
        Some((token, user)) => Ok((token.to_owned(), user.to_owned())),
        None => bail!("nobody could be signed in: {status} {text}"),
    }
}

async fn topic_ids(server: &Server, token: &str) -> Result<Vec<String>> {
    let client = Client::new();
    let (mut ids, mut cursor) = (Vec::new(), None::<String>);
    while ids.len() < ASKED {
        let mut request =
            client.get(server.url("/forums/topics")).bearer_auth(token).query(&[("limit", "100")]);
        if let Some(cursor) = &cursor {
            request = request.query(&[("cursor", cursor)]);
        }
        let page: Value = request.send().await?.error_for_status()?.json().await?;
        let items = page.get("items").and_then(Value::as_array).context("no topics")?;
        ids.extend(items.iter().filter_map(|item| item.get("id")?.as_str()).map(str::to_owned));
        cursor = page.get("nextCursor").and_then(Value::as_str).map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    Ok(ids)
}
