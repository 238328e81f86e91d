//! Routes over HTTP: each one on all sides by turns, with the CPU time that its requests cost the server.

use anyhow::Result;

use crate::data::Ground;
use crate::effort::Effort;
use crate::numbers::{median, median_ratio};
use crate::process;
use crate::servers::{Server, Side};
use crate::sides::Sides;
use crate::wrk::{self, Kind, Load};

/// A route and how much of native CPU it may cost.
struct Route {
    name: &'static str,
    kind: Kind,
    path: &'static str,
    target: f64,
    /// Whether the yardstick has it, too.
    yardstick: bool,
}

/// Writing comes last: what it writes would be read by those before.
const ROUTES: [Route; 8] = [
    Route { name: "bare call", kind: Kind::Page, path: "/measured/bare", target: 1.5, yardstick: false },
    Route { name: "topic list", kind: Kind::Page, path: LIST, target: 1.25, yardstick: true },
    Route { name: "topic read", kind: Kind::Page, path: "/forums/topics/:id", target: 1.5, yardstick: false },
    Route {
        name: "topic with 20 posts",
        kind: Kind::Page,
        path: "/forums/topics/:busy",
        target: 1.25,
        yardstick: true,
    },
    Route { name: "topic create", kind: Kind::Open, path: "/forums/topics", target: 1.25, yardstick: true },
    Route {
        name: "post create",
        kind: Kind::Write,
        path: "/forums/topics/:id/posts",
        target: 1.25,
        yardstick: false,
    },
    Route {
        name: "reply",
        kind: Kind::Write,
        path: "/forums/posts/:id/reply",
        target: 1.25,
        yardstick: true,
    },
    Route { name: "like", kind: Kind::Like, path: "/forums/posts/:id/like", target: 1.25, yardstick: true },
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
    /// Resident memory afterwards.
    pub resident_mb: f64,
}

/// A route on all sides.
#[derive(Debug)]
pub struct Compared {
    pub name: &'static str,
    pub target: f64,
    pub native: Vec<Sample>,
    pub component: Vec<Sample>,
    /// Empty where there is no yardstick.
    pub python: Vec<Sample>,
}

impl Compared {
    /// Components' CPU time as a multiple of native's.
    pub fn ratio(&self) -> f64 {
        of_cpu(&self.component, &self.native)
    }

    /// Requests per second of CPU time, as a multiple of the yardstick's.
    pub fn yardstick(&self) -> Option<f64> {
        (!self.python.is_empty()).then(|| of_cpu(&self.python, &self.component))
    }

    /// What each side did.
    pub fn sides(&self) -> impl Iterator<Item = (Side, &[Sample])> {
        let all =
            [(Side::Native, &self.native), (Side::Component, &self.component), (Side::Python, &self.python)];
        all.into_iter()
            .filter(|(_, samples)| !samples.is_empty())
            .map(|(side, samples)| (side, samples.as_slice()))
    }
}

fn of_cpu(above: &[Sample], below: &[Sample]) -> f64 {
    let cpu = |samples: &[Sample]| samples.iter().map(|sample| sample.cpu_us).collect::<Vec<_>>();
    median_ratio(cpu(above), cpu(below))
}

/// The middle of every figure.
pub fn middle(samples: &[Sample]) -> Sample {
    let of = |figure: fn(&Sample) -> f64| median(samples.iter().map(figure));
    Sample {
        per_second: of(|sample| sample.per_second),
        p50_ms: of(|sample| sample.p50_ms),
        p99_ms: of(|sample| sample.p99_ms),
        cpu_us: of(|sample| sample.cpu_us),
        resident_mb: of(|sample| sample.resident_mb),
    }
}

/// Measures every route.
pub async fn measure(effort: &Effort, ground: &Ground, sides: &Sides) -> Result<Vec<Compared>> {
    let mut compared = Vec::new();
    for route in ROUTES {
        println!("{}", route.name);
        let found = route.measure(effort, ground, sides).await?;
        match found.yardstick() {
            None => println!("  {:.2} × native CPU", found.ratio()),
            Some(more) => {
                println!("  {:.2} × native CPU, {more:.1} × the yardstick's requests", found.ratio())
            }
        }
        compared.push(found);
    }
    Ok(compared)
}

impl Route {
    async fn measure(&self, effort: &Effort, ground: &Ground, sides: &Sides) -> Result<Compared> {
        let Self { name, kind, path, target, yardstick } = *self;
        let load = Load { kind, path, connections: effort.connections, time: effort.load };
        let python = sides.python.as_ref().filter(|_| yardstick);
        for server in [&sides.native, &sides.component].into_iter().chain(python) {
            // Not judged: at first all connections to the stores are made at once.
            wrk::attempt(server, ground, &Load { time: effort.warm_up, ..load }).await?;
        }
        let mut found = Compared { name, target, native: vec![], component: vec![], python: vec![] };
        for _ in 0..effort.rounds {
            found.native.push(sample(&sides.native, ground, &load).await?);
            found.component.push(sample(&sides.component, ground, &load).await?);
            if let Some(python) = python {
                found.python.push(sample(python, ground, &load).await?);
            }
        }
        Ok(found)
    }
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
        resident_mb: process::memory(server.pid)?.resident,
    })
}
