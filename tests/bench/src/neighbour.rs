//! A neighbour: how long the slowest topic lists take while another feature of the same server answers, or traps, five
//! hundred times a second. The one that answers tells apart what the trap costs and what the calls cost.

use anyhow::{Result, bail};
use http::StatusCode;

use crate::data::Ground;
use crate::effort::Effort;
use crate::numbers::{median, median_ratio};
use crate::paced::Paced;
use crate::process;
use crate::routes::LIST;
use crate::servers::Server;
use crate::wrk::{self, Kind, Load};

/// Calls of the neighbour per second.
pub const PACE: u32 = 500;

/// The list's 99th percentile, milliseconds, and its multiples.
#[derive(Debug)]
pub struct Neighbour {
    pub alone_ms: f64,
    pub answering_ms: f64,
    pub trapping_ms: f64,
    /// Beside one that answers.
    pub answering: f64,
    /// Beside one that traps.
    pub trapping: f64,
    /// Traps per second that there really were.
    pub traps: f64,
}

/// The neighbour's calls, and what becomes of each.
struct Calls {
    path: &'static str,
    expected: StatusCode,
}

const ANSWERING: Calls = Calls { path: "/measured/bare", expected: StatusCode::OK };
const TRAPPING: Calls = Calls { path: "/hostile/trap", expected: StatusCode::INTERNAL_SERVER_ERROR };

/// Lists topics alone, beside calls that are answered, beside calls that trap, by turns.
pub async fn measure(effort: &Effort, ground: &Ground, component: &Server) -> Result<Neighbour> {
    println!("a neighbour at {PACE} calls a second");
    let load = Load { kind: Kind::Page, path: LIST, connections: effort.connections, time: effort.load };
    let (mut alone, mut answering, mut trapping, mut traps) = (vec![], vec![], vec![], vec![]);
    for _ in 0..effort.rounds {
        process::rest(component.pid).await?;
        alone.push(wrk::run(component, ground, &load).await?.p99_ms());
        answering.push(beside(&ANSWERING, component, ground, &load).await?.0);
        let (p99_ms, per_second) = beside(&TRAPPING, component, ground, &load).await?;
        trapping.push(p99_ms);
        traps.push(per_second);
    }
    let neighbour = Neighbour {
        answering: median_ratio(answering.clone(), alone.clone()),
        trapping: median_ratio(trapping.clone(), alone.clone()),
        alone_ms: median(alone),
        answering_ms: median(answering),
        trapping_ms: median(trapping),
        traps: median(traps),
    };
    println!("  {:.2} × its p99", neighbour.trapping);
    Ok(neighbour)
}

/// The list's 99th percentile, and the neighbour's calls per second.
async fn beside(calls: &Calls, server: &Server, ground: &Ground, load: &Load) -> Result<(f64, f64)> {
    let paced = Paced::start(server.url(calls.path), PACE, calls.expected);
    let found = wrk::run(server, ground, load).await;
    let heard = paced.stop().await?;
    if heard.other > 0 {
        bail!("{} answered {} times something else than {}", calls.path, heard.other, calls.expected);
    }
    Ok((found?.p99_ms(), heard.per_second))
}
