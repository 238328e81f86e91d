//! How long questions of each kind take over much.

use anyhow::Result;

use super::lists::CONNECTIONS;
use super::questions::KINDS;
use crate::data::Ground;
use crate::effort::Effort;
use crate::numbers::median;
use crate::process;
use crate::servers::Server;
use crate::wrk::{self, Kind, Load};

const SEARCH: &str = "/search?limit=20&q=:id";

/// Percentiles of one kind, milliseconds.
#[derive(Debug)]
pub struct Asked {
    pub kind: &'static str,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
}

/// Measures every kind.
pub async fn measure(effort: &Effort, ground: &Ground, server: &mut Server) -> Result<Vec<Asked>> {
    let mut found = Vec::new();
    let mixed = server.known.questions.clone();
    for kind in KINDS {
        println!("search, {}", kind.name);
        server.known.questions = kind.write(&ground.run)?;
        let load = Load { kind: Kind::Page, path: SEARCH, connections: CONNECTIONS, time: effort.load };
        wrk::attempt(server, ground, &Load { time: effort.warm_up, ..load }).await?;
        let (mut p50, mut p95, mut p99) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..effort.rounds {
            process::rest(server.pid).await?;
            let round = wrk::run(server, ground, &load).await?;
            p50.push(round.p50_ms());
            p95.push(round.p95_ms());
            p99.push(round.p99_ms());
        }
        let asked = Asked { kind: kind.name, p50_ms: median(p50), p95_ms: median(p95), p99_ms: median(p99) };
        println!("  p95 {:.1} ms", asked.p95_ms);
        found.push(asked);
    }
    server.known.questions = mixed;
    Ok(found)
}
