//! How soon search finds what was written, while two hundred posts a second are: from the answer that says it is kept to
//! the answer of a search that has it. Some of the posts are looked for, all are written and heard.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use http::StatusCode;
use p2p_context::{Clock as _, SystemClock};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::words::{Dice, Tongue};
use crate::effort::Effort;
use crate::process;
use crate::servers::Server;

/// Posts per second.
pub const PACE: u32 = 200;
/// One in so many is looked for.
const LOOKED_FOR: u32 = 10;
/// Between two looks for the same post.
const LOOK: Duration = Duration::from_millis(5);
/// A post that is not found by then is lost.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was found.
#[derive(Debug)]
pub struct Lag {
    /// Posts that were kept per second.
    pub per_second: f64,
    /// Posts that were refused because the server was busy.
    pub refused: u32,
    /// Posts that were looked for, each until it was found.
    pub looked_for: usize,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub most_ms: f64,
}

/// What became of a post.
struct Outcome {
    answered: Instant,
    is_kept: bool,
    /// From its answer until it was found, if it was looked for.
    lag: Option<Duration>,
}

/// Where posts go, and what makes their words their own.
struct Writing {
    client: Client,
    posts: Vec<String>,
    search: String,
    token: String,
    run: i64,
}

/// Writes for as long as three rounds.
pub async fn measure(effort: &Effort, server: &Server) -> Result<Lag> {
    println!("{PACE} posts a second, until search finds them");
    process::rest(server.pid).await?;
    let topics = fs::read_to_string(&server.known.topics)?;
    let posts = topics.lines().map(|topic| server.url(&format!("/forums/topics/{topic}/posts"))).collect();
    let writing = Arc::new(Writing {
        client: Client::new(),
        posts,
        search: server.url("/search/forums"),
        token: server.known.token.clone(),
        run: SystemClock.now().as_secs() % 100_000,
    });
    let seconds = u32::try_from(effort.load.as_secs())? * 3;
    let begun = Instant::now();
    let outcomes = write(&writing, seconds * PACE).await?;
    let kept = outcomes.iter().filter(|outcome| outcome.is_kept);
    let last = kept.clone().map(|outcome| outcome.answered).max().context("no post was kept")?;
    let kept = u32::try_from(kept.count())?;
    let lags = outcomes.iter().filter_map(|outcome| outcome.lag);
    let mut lags: Vec<_> = lags.map(|lag| lag.as_secs_f64() * 1e3).collect();
    lags.sort_by(f64::total_cmp);
    let at = |part: f64| lags.get(((lags.len() - 1) as f64 * part) as usize).copied().unwrap_or_default();
    let found = Lag {
        per_second: f64::from(kept) / (last - begun).as_secs_f64(),
        refused: seconds * PACE - kept,
        looked_for: lags.len(),
        p50_ms: at(0.5),
        p95_ms: at(0.95),
        most_ms: at(1.0),
    };
    println!("  found after {:.0} ms (p95), {:.0} ms at most", found.p95_ms, found.most_ms);
    Ok(found)
}

/// Writes at the pace, whether or not it is answered; answers what became of each post.
async fn write(writing: &Arc<Writing>, count: u32) -> Result<Vec<Outcome>> {
    let mut pace = tokio::time::interval(Duration::from_secs(1) / PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut running = JoinSet::new();
    for number in 0..count {
        pace.tick().await;
        let writing = Arc::clone(writing);
        running.spawn(async move { writing.one(number).await });
    }
    let mut outcomes = Vec::new();
    while let Some(ended) = running.join_next().await {
        outcomes.push(ended??);
    }
    Ok(outcomes)
}

impl Writing {
    async fn one(&self, number: u32) -> Result<Outcome> {
        let mut dice = Dice::of("lag", number);
        // Digits alone: nothing near them is taken for them.
        let word = format!("{:05}{number:06}", self.run);
        let content = format!("{} {word}", dice.text(Tongue::English, 15));
        let to = self.posts.get(number as usize % self.posts.len().max(1)).context("no topic to write to")?;
        let request = self.client.post(to).bearer_auth(&self.token).json(&json!({ "content": content }));
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        let outcome = Outcome { answered: Instant::now(), is_kept: status == StatusCode::CREATED, lag: None };
        if !outcome.is_kept && status != StatusCode::SERVICE_UNAVAILABLE {
            bail!("a post was answered with {status}: {text}");
        }
        if !outcome.is_kept || !number.is_multiple_of(LOOKED_FOR) {
            return Ok(outcome);
        }
        let post: Value = serde_json::from_str(&text)?;
        let id = post.get("id").and_then(Value::as_str).context("a post without an id")?;
        while outcome.answered.elapsed() < PATIENCE {
            if self.finds(&word, id).await? {
                return Ok(Outcome { lag: Some(outcome.answered.elapsed()), ..outcome });
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("search does not find a post that was kept {PATIENCE:?} ago")
    }

    async fn finds(&self, word: &str, id: &str) -> Result<bool> {
        let request = self.client.get(&self.search).bearer_auth(&self.token).query(&[("q", word)]);
        let page: Value = request.send().await?.error_for_status()?.json().await?;
        let items = page.get("items").and_then(Value::as_array).context("no items")?;
        Ok(items.iter().any(|item| item.get("id").and_then(Value::as_str) == Some(id)))
    }
}
