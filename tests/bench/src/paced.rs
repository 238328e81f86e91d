//! A client that asks at a steady pace, whether or not it is answered, and counts what it hears.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::Result;
use http::StatusCode;
use reqwest::Client;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// See the module.
pub struct Paced {
    stop: CancellationToken,
    asking: JoinHandle<()>,
    counted: Arc<Counted>,
    begun: Instant,
}

#[derive(Default)]
struct Counted {
    wanted: AtomicU64,
    other: AtomicU64,
}

/// What it heard.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    /// Answers of the expected status per second.
    pub per_second: f64,
    /// Any other answer, or none.
    pub other: u64,
}

impl Paced {
    /// Asks this URL so many times a second, and expects this status.
    pub fn start(url: String, per_second: u32, expected: StatusCode) -> Self {
        let (stop, counted) = (CancellationToken::new(), Arc::<Counted>::default());
        let asking =
            ask(url, Duration::from_secs(1) / per_second, expected, Arc::clone(&counted), stop.clone());
        Self { stop, asking: tokio::spawn(asking), counted, begun: Instant::now() }
    }

    /// Stops, waits for the last answers, and tells.
    pub async fn stop(self) -> Result<Heard> {
        let took = self.begun.elapsed().as_secs_f64();
        self.stop.cancel();
        self.asking.await?;
        let per_second = self.counted.wanted.load(Relaxed) as f64 / took;
        Ok(Heard { per_second, other: self.counted.other.load(Relaxed) })
    }
}

async fn ask(
    url: String,
    every: Duration,
    expected: StatusCode,
    counted: Arc<Counted>,
    stop: CancellationToken,
) {
    let client = Client::new();
    let mut pace = tokio::time::interval(every);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut asked = JoinSet::new();
    while stop.run_until_cancelled(pace.tick()).await.is_some() {
        let (client, url, counted) = (client.clone(), url.clone(), Arc::clone(&counted));
        asked.spawn(async move {
            let is_wanted = match client.get(&url).send().await {
                // Read whole, so that the connection is used again.
                Ok(answer) => answer.status() == expected && answer.bytes().await.is_ok(),
                Err(_) => false,
            };
            let count = if is_wanted { &counted.wanted } else { &counted.other };
            count.fetch_add(1, Relaxed);
        });
        while asked.try_join_next().is_some() {}
    }
    while asked.join_next().await.is_some() {}
}
