//! Routes over HTTP: each one on both sides by turns, with the CPU time that its requests cost the server.

use anyhow::{Result, bail};
use http::StatusCode;

use crate::data::Ground;
use crate::effort::Effort;
use crate::numbers::{median, median_ratio};
use crate::places::Places;
use crate::process::{self, Memory};
use crate::servers::{Server, Side};
use crate::wrk::{self, Kind, Load};

/// A route and how much of native CPU it may cost.
struct Route {
    name: &'static str,
    kind: Kind,
    path: &'static str,
    target: f64,
}

/// Writing comes last: what it writes would be read by those before.
const ROUTES: [Route; 4] = [
    Route { name: "bare call", kind: Kind::Page, path: "/measured/bare", target: 1.5 },
    Route { name: "topic list", kind: Kind::Page, path: LIST, target: 1.25 },
    Route { name: "topic read", kind: Kind::Topics, path: "/forums/topics", target: 1.5 },
    Route { name: "topic create", kind: Kind::Open, path: "/forums/topics", target: 1.5 },
];

/// The list that everything else is measured by, too.
pub const LIST: &str = "/forums/topics?limit=20";

/// One round of one side.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// CPU time of the server per request, microseconds, what it did afterwards included.
    pub cpu_us: f64,
}

/// A route on both sides.
#[derive(Debug)]
pub struct Compared {
    pub name: &'static str,
    pub target: f64,
    pub native: Vec<Sample>,
    pub component: Vec<Sample>,
}

/// What the real server is before anybody asked it anything.
#[derive(Debug, Clone, Copy)]
pub struct Idle {
    pub memory: Memory,
    /// From start to first answer, compiled components at hand, milliseconds.
    pub start_ms: f64,
}

impl Compared {
    /// Components' CPU time as a multiple of native's.
    pub fn ratio(&self) -> f64 {
        let cpu = |samples: &[Sample]| samples.iter().map(|sample| sample.cpu_us).collect::<Vec<_>>();
        median_ratio(cpu(&self.component), cpu(&self.native))
    }
}

/// The middle of every figure.
pub fn middle(samples: &[Sample]) -> Sample {
    let of = |figure: fn(&Sample) -> f64| median(samples.iter().map(figure));
    Sample {
        per_second: of(|sample| sample.per_second),
        p50_ms: of(|sample| sample.p50_ms),
        p99_ms: of(|sample| sample.p99_ms),
        cpu_us: of(|sample| sample.cpu_us),
    }
}

/// Starts both sides. The real server twice: the first time it compiles, and what that takes is no figure of ours.
pub async fn start(places: &Places, ground: &Ground) -> Result<(Server, Server, Idle)> {
    println!("starting both sides");
    let compiling = Server::start(Side::Component, places, &ground.run, "component").await?;
    compiling.stop().await?;
    let component = Server::start(Side::Component, places, &ground.run, "component").await?;
    process::rest(component.pid).await?;
    let idle =
        Idle { memory: process::memory(component.pid)?, start_ms: component.started.as_secs_f64() * 1e3 };
    let native = Server::start(Side::Native, places, &ground.run, "native").await?;
    same_answers(ground, &native, &component).await?;
    Ok((native, component, idle))
}

/// Measures every route.
pub async fn measure(
    effort: &Effort,
    ground: &Ground,
    native: &Server,
    component: &Server,
) -> Result<Vec<Compared>> {
    let mut compared = Vec::new();
    for Route { name, kind, path, target } in ROUTES {
        println!("{name}");
        let load = Load { kind, path, connections: effort.connections, time: effort.load };
        for server in [native, component] {
            wrk::run(server, ground, &Load { time: effort.warm_up, ..load }).await?;
        }
        let mut route = Compared { name, target, native: Vec::new(), component: Vec::new() };
        for _ in 0..effort.rounds {
            route.native.push(sample(native, ground, &load).await?);
            route.component.push(sample(component, ground, &load).await?);
        }
        println!("  {:.2} × native CPU", route.ratio());
        compared.push(route);
    }
    Ok(compared)
}

async fn sample(server: &Server, ground: &Ground, load: &Load) -> Result<Sample> {
    process::rest(server.pid).await?;
    let before = process::cpu(server.pid)?;
    let found = wrk::run(server, ground, load).await?;
    process::rest(server.pid).await?;
    let spent = process::cpu(server.pid)? - before;
    Ok(Sample {
        per_second: found.per_second(),
        p50_ms: found.p50_ms(),
        p99_ms: found.p99_ms(),
        cpu_us: spent.as_secs_f64() * 1e6 / found.requests as f64,
    })
}

/// Both sides must say the same before it is worth knowing which is faster.
async fn same_answers(ground: &Ground, native: &Server, component: &Server) -> Result<()> {
    let topic = format!("/forums/topics/{}", ground.topic);
    for path in ["/measured/bare", LIST, &topic] {
        let (expected, found) = (answer(ground, native, path).await?, answer(ground, component, path).await?);
        if expected != found {
            bail!("{path}: native answers {expected:?}, components answer {found:?}");
        }
    }
    Ok(())
}

async fn answer(ground: &Ground, server: &Server, path: &str) -> Result<String> {
    let answer = reqwest::Client::new().get(server.url(path)).bearer_auth(&ground.token).send().await?;
    let (status, text) = (answer.status(), answer.text().await?);
    if status != StatusCode::OK {
        bail!("{path} of the {} side answers {status}: {text}", server.side);
    }
    Ok(text)
}
