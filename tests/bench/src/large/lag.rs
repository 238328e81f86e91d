//! How soon search finds what was written, while two hundred posts a second are: from the answer that says it is kept to
//! the answer of a search that has it. All posts are heard; the newest is looked for, again and again until it is found, and
//! then the newest of that moment, so that looking is little work beside writing. The very last one is looked for too.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use http::StatusCode;
use p2p_context::{Clock as _, SystemClock};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::words::{Dice, Tongue};
use crate::effort::Effort;
use crate::process;
use crate::servers::Server;

/// Posts per second.
pub const PACE: u32 = 200;
/// Between two looks.
const LOOK: Duration = Duration::from_millis(10);
/// A post that is not found by then is lost.
const PATIENCE: Duration = Duration::from_secs(120);

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

/// Where posts go and are looked for, and what makes their words their own.
struct Ways {
    client: Client,
    posts: Vec<String>,
    search: String,
    token: String,
    run: i64,
}

/// A post that was kept, and a word that it alone has.
#[derive(Debug, Clone)]
struct Kept {
    word: String,
    id: String,
    answered: Instant,
}

/// Writes for as long as three rounds.
pub async fn measure(effort: &Effort, server: &Server) -> Result<Lag> {
    println!("{PACE} posts a second, until search finds them");
    process::rest(server.pid).await?;
    let topics = fs::read_to_string(&server.known.topics)?;
    let posts = topics.lines().map(|topic| server.url(&format!("/forums/topics/{topic}/posts"))).collect();
    let ways = Arc::new(Ways {
        client: Client::new(),
        posts,
        search: server.url("/search/forums"),
        token: server.known.token.clone(),
        run: SystemClock.now().as_secs() % 100_000,
    });
    let count = u32::try_from(effort.load.as_secs())? * 3 * PACE;
    let (newest, seen) = watch::channel(None);
    let looking = tokio::spawn(look(Arc::clone(&ways), seen));
    let begun = Instant::now();
    let kept = write(&ways, count, newest).await?;
    let last = kept.iter().max().context("no post was kept")?;
    let mut lags = looking.await??;
    lags.sort_by(f64::total_cmp);
    let at = |part: f64| lags.get(((lags.len() - 1) as f64 * part) as usize).copied().unwrap_or_default();
    let found = Lag {
        per_second: kept.len() as f64 / (*last - begun).as_secs_f64(),
        refused: count - u32::try_from(kept.len())?,
        looked_for: lags.len(),
        p50_ms: at(0.5),
        p95_ms: at(0.95),
        most_ms: at(1.0),
    };
    println!("  found after {:.0} ms (p95), {:.0} ms at most", found.p95_ms, found.most_ms);
    Ok(found)
}

/// Writes at the pace, whether or not it is answered; answers when each was that was kept.
async fn write(ways: &Arc<Ways>, count: u32, newest: watch::Sender<Option<Kept>>) -> Result<Vec<Instant>> {
    let mut pace = tokio::time::interval(Duration::from_secs(1) / PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut running = JoinSet::new();
    for number in 0..count {
        pace.tick().await;
        let (ways, newest) = (Arc::clone(ways), newest.clone());
        running.spawn(async move {
            let kept = ways.write(number).await?;
            let answered = kept.as_ref().map(|kept| kept.answered);
            if kept.is_some() {
                newest.send_replace(kept);
            }
            anyhow::Ok(answered)
        });
    }
    let mut kept = Vec::new();
    while let Some(ended) = running.join_next().await {
        kept.extend(ended??);
    }
    Ok(kept)
}

/// How long each took that was looked for, milliseconds. Ends when nothing is written any more and the last is found.
async fn look(ways: Arc<Ways>, mut seen: watch::Receiver<Option<Kept>>) -> Result<Vec<f64>> {
    let mut lags = Vec::new();
    while seen.changed().await.is_ok() {
        let Some(kept) = seen.borrow_and_update().clone() else { continue };
        while !ways.finds(&kept).await? {
            if kept.answered.elapsed() > PATIENCE {
                bail!("search does not find a post that was kept {PATIENCE:?} ago");
            }
            tokio::time::sleep(LOOK).await;
        }
        lags.push(kept.answered.elapsed().as_secs_f64() * 1e3);
    }
    Ok(lags)
}

impl Ways {
    /// None: the server was busy.
    async fn write(&self, number: u32) -> Result<Option<Kept>> {
        let mut dice = Dice::of("lag", number);
        // Digits alone: nothing near them is taken for them.
        let word = format!("{:05}{number:06}", self.run);
        let content = format!("{} {word}", dice.text(Tongue::English, 15));
        let to = self.posts.get(number as usize % self.posts.len().max(1)).context("no topic to write to")?;
        let request = self.client.post(to).bearer_auth(&self.token).json(&json!({ "content": content }));
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        let answered = Instant::now();
        match status {
            StatusCode::CREATED => {}
            StatusCode::SERVICE_UNAVAILABLE => return Ok(None),
            other => bail!("a post was answered with {other}: {text}"),
        }
        let post: Value = serde_json::from_str(&text)?;
        let id = post.get("id").and_then(Value::as_str).context("a post without an id")?.to_owned();
        Ok(Some(Kept { word, id, answered }))
    }

    async fn finds(&self, kept: &Kept) -> Result<bool> {
        let request = self.client.get(&self.search).bearer_auth(&self.token).query(&[("q", &kept.word)]);
        let page: Value = request.send().await?.error_for_status()?.json().await?;
        let items = page.get("items").and_then(Value::as_array).context("no items")?;
        Ok(items.iter().any(|item| item.get("id").and_then(Value::as_str) == Some(kept.id.as_str())))
    }
}
