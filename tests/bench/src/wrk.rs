//! Load by `wrk`: installs it where that is this program's to do, runs it, reads what it found.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use tokio::process::Command;

use crate::data::Ground;
use crate::servers::Server;

/// An answer later than this counts as lost.
const PATIENCE: &str = "10s";

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reading a page.
    Page,
    /// Opening topics, no two alike.
    Open,
    /// Writing a post or a reply.
    Write,
    /// Liking, or no longer.
    Like,
}

/// One run.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    pub kind: Kind,
    /// Below `/api/v1`. `:id` is a topic or a post of the data set, each time another, or a question; `:busy` the topic with many posts, `:partner` somebody the caller exchanged many
    /// messages with.
    pub path: &'static str,
    pub connections: u32,
    pub time: Duration,
}

/// What a run found.
#[derive(Debug, Clone, Deserialize)]
pub struct Found {
    pub requests: u64,
    pub micros: u64,
    pub p50_micros: u64,
    pub p95_micros: u64,
    pub p99_micros: u64,
    /// Answers that were no success.
    pub not_ok: u64,
    /// Connections that could not be made, or broke.
    pub broken: u64,
    /// Answers that came too late.
    pub late: u64,
}

impl Found {
    /// Requests answered per second.
    pub fn per_second(&self) -> f64 {
        self.requests as f64 / (self.micros as f64 / 1e6)
    }

    /// The median, milliseconds.
    pub fn p50_ms(&self) -> f64 {
        self.p50_micros as f64 / 1e3
    }

    /// The 95th percentile, milliseconds.
    pub fn p95_ms(&self) -> f64 {
        self.p95_micros as f64 / 1e3
    }

    /// The 99th percentile, milliseconds.
    pub fn p99_ms(&self) -> f64 {
        self.p99_micros as f64 / 1e3
    }

    /// Requests that did not get what they asked for.
    pub fn errors(&self) -> u64 {
        self.not_ok + self.broken + self.late
    }

    /// An error unless every request got what it asked for.
    fn well(self, load: &Load, server: &Server) -> Result<Self> {
        if self.errors() > 0 || self.requests == 0 {
            bail!("{} of the {} side did not do well: {self:?}", load.path, server.side);
        }
        Ok(self)
    }
}

/// Makes sure that wrk is there.
pub async fn require() -> Result<()> {
    if is_there().await? {
        return Ok(());
    }
    let is_root = rustix::process::geteuid().is_root();
    if !(is_root && Path::new("/etc/debian_version").exists()) {
        bail!("wrk is missing: install it, e.g. with `sudo apt-get install wrk`");
    }
    println!("wrk is missing; installing it: apt-get install -y wrk");
    let installed =
        Command::new("apt-get").args(["install", "-y", "--no-install-recommends", "wrk"]).status();
    if !(installed.await?.success() && is_there().await?) {
        bail!("wrk could not be installed: try `apt-get update`, then again");
    }
    Ok(())
}

async fn is_there() -> Result<bool> {
    match Command::new("wrk").arg("-v").output().await {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Runs it against a side; every request must have been answered well.
pub async fn run(server: &Server, ground: &Ground, load: &Load) -> Result<Found> {
    attempt(server, ground, load).await?.well(load, server)
}

/// Runs it against a side, and counts what went wrong.
pub async fn attempt(server: &Server, ground: &Ground, load: &Load) -> Result<Found> {
    let kind = match load.kind {
        Kind::Page => "page",
        Kind::Open => "open",
        Kind::Write => "write",
        Kind::Like => "like",
    };
    let known = &server.known;
    let ids = match load.path {
        path if path.starts_with("/forums/posts/") => &known.posts,
        path if path.starts_with("/search") => &known.questions,
        _ => &known.topics,
    };
    let path = known.path(load.path);
    let output = Command::new("wrk")
        .args(["--threads", "1", "--latency", "--timeout", PATIENCE])
        .args(["--connections", &load.connections.to_string()])
        .args(["--duration", &format!("{}s", load.time.as_secs().max(1))])
        .arg("--script")
        .arg(&ground.script)
        .args([&server.url(&path), "--", kind, &known.token])
        .arg(ids)
        .output()
        .await
        .context("wrk cannot be run")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let found = printed.lines().find_map(|line| line.strip_prefix("found "));
    let found =
        found.with_context(|| format!("wrk failed: {printed}{}", String::from_utf8_lossy(&output.stderr)))?;
    Ok(serde_json::from_str(found)?)
}
