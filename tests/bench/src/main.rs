//! Measures what components cost: the same features in the real server and linked natively behind the same HTTP room,
//! by turns, on the same data. Writes below `target/bench`, and with `--write` the table in `docs/performance.md`.

mod clients;
mod data;
mod effort;
mod generate;
mod inprocess;
mod native;
mod neighbour;
mod numbers;
mod paced;
mod places;
mod process;
mod ready_rows;
mod report;
mod routes;
mod servers;
mod sessions;
mod wrk;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::effort::Effort;
use crate::places::{Components, Places};
use crate::report::Findings;

/// What components cost against the same features linked natively.
#[derive(Debug, Parser)]
#[command(name = "p2p-bench", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    measure: Measure,
}

#[derive(Debug, Args)]
struct Measure {
    /// Few and short rounds: to see that it works, not to publish
    #[arg(long, global = true)]
    quick: bool,
    /// Put the table into docs/performance.md
    #[arg(long)]
    write: bool,
    /// Connections of a round
    #[arg(long, default_value_t = 32)]
    connections: u32,
    /// Only these parts
    #[arg(long, value_delimiter = ',', value_enum)]
    only: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Calls within one process
    Inprocess,
    /// Topic list, topic read, topic create and a bare call over HTTP
    Routes,
    /// A thousand clients at once
    Clients,
    /// A feature that traps beside one that is listed
    Neighbour,
    /// What a session costs, and two hundred sign-ins at once
    Sessions,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure calls within one process, and nothing else
    Inprocess,
    /// The twin as a server
    #[command(hide = true)]
    Native { data: PathBuf, listen: SocketAddr, components: PathBuf },
    /// The data set
    #[command(hide = true)]
    Generate { data: PathBuf, components: PathBuf },
}

fn main() -> Result<()> {
    let Arguments { command, mut measure } = Arguments::parse();
    match command {
        Some(Command::Native { data, listen, components }) => {
            native::serve(&data, listen, &Components::new(components))
        }
        Some(Command::Generate { data, components }) => {
            threads()?.block_on(generate::generate(&data, &Components::new(components)))
        }
        Some(Command::Inprocess) => {
            measure.only = vec![Part::Inprocess];
            threads()?.block_on(run(&measure))
        }
        None => threads()?.block_on(run(&measure)),
    }
}

/// One thread: what is measured in this process is measured alone.
fn threads() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

async fn run(measure: &Measure) -> Result<()> {
    let wanted = |part: Part| measure.only.is_empty() || measure.only.contains(&part);
    if cfg!(debug_assertions) {
        println!("this is no release build: the figures mean nothing");
    }
    if measure.write && (measure.quick || cfg!(debug_assertions) || !measure.only.is_empty()) {
        bail!("--write publishes: it wants a release build, every part and full rounds");
    }
    let effort = Effort::new(measure.quick, measure.connections);
    let places = Places::find()?;
    let mut findings = Findings::of(&effort);
    if wanted(Part::Inprocess) {
        findings.inprocess = Some(inprocess::measure(&places, &effort).await?);
    }
    if [Part::Routes, Part::Clients, Part::Neighbour, Part::Sessions].into_iter().any(wanted) {
        over_http(&places, &effort, wanted, &mut findings).await?;
    }
    println!("\n{}", report::render(&findings));
    if measure.write {
        report::publish(&findings)?;
    }
    Ok(())
}

async fn over_http(
    places: &Places,
    effort: &Effort,
    wanted: impl Fn(Part) -> bool,
    findings: &mut Findings,
) -> Result<()> {
    wrk::require().await?;
    process::raise_descriptors();
    let ground = data::prepare(places).await?;
    let (native, component, idle) = routes::start(places, &ground).await?;
    findings.idle = Some(idle);
    if wanted(Part::Routes) {
        findings.routes = Some(routes::measure(effort, &ground, &native, &component).await?);
    }
    if wanted(Part::Clients) {
        findings.clients = Some(clients::measure(effort, &ground, &component).await?);
    }
    if wanted(Part::Neighbour) {
        findings.neighbour = Some(neighbour::measure(effort, &ground, &component).await?);
    }
    if wanted(Part::Sessions) {
        findings.sessions = Some(sessions::measure(effort, &ground, &component).await?);
    }
    findings.loaded = Some(process::memory(component.pid)?);
    native.stop().await?;
    component.stop().await
}
