//! Measures what components cost: the same features in the real server and linked natively behind the same HTTP room,
//! by turns, on the same data, over files or over services. Writes below `target/bench`, and with `--write` a table in
//! `docs/performance.md`.

mod clients;
mod data;
mod databases;
mod effort;
mod generate;
mod inprocess;
mod known;
mod native;
mod neighbour;
mod numbers;
mod paced;
mod places;
mod process;
mod ready_rows;
mod report;
mod routes;
mod scale;
mod servers;
mod sessions;
mod sides;
mod stand;
mod wrk;
mod yardstick;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};
use mimalloc::MiMalloc;
use p2p_context::TenantId;

use crate::data::Ground;
use crate::databases::Databases;
use crate::effort::Effort;
use crate::places::{Components, Places};
use crate::report::Findings;
use crate::sides::Sides;
use crate::stand::{Site, StoreSet};

/// The product's own, for the twin.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

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
    /// Over which stores
    #[arg(long, value_enum, default_value = "embedded")]
    stores: StoreSet,
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
    /// A bare call and the forums' routes over HTTP; with production stores beside a yardstick in Python
    Routes,
    /// A thousand clients at once
    Clients,
    /// A feature that traps beside one that is listed
    Neighbour,
    /// What a session costs, and two hundred sign-ins at once
    Sessions,
    /// The topic list of few topics and of a hundred times as many
    Scale,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure calls within one process, and nothing else
    Inprocess,
    /// The twin as a server
    #[command(hide = true)]
    Native {
        data: PathBuf,
        listen: SocketAddr,
        components: PathBuf,
        #[command(flatten)]
        of: Owner,
    },
    /// The data set
    #[command(hide = true)]
    Generate {
        data: PathBuf,
        components: PathBuf,
        topics: u32,
        #[command(flatten)]
        of: Owner,
    },
}

/// Whose databases are meant; without a tenant everything lies in the folder.
#[derive(Debug, Args)]
struct Owner {
    #[arg(long, value_parser = |name: &str| TenantId::new(name))]
    tenant: Option<TenantId>,
}

fn main() -> Result<()> {
    let Arguments { command, mut measure } = Arguments::parse();
    match command {
        Some(Command::Native { data, listen, components, of }) => {
            let site = Site::told(of.tenant)?;
            native::serve(&data, site.as_ref(), listen, &Components::new(components))
        }
        Some(Command::Generate { data, components, topics, of }) => {
            let (site, components) = (Site::told(of.tenant)?, Components::new(components));
            threads()?.block_on(generate::generate(&data, site.as_ref(), &components, topics))
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

impl Measure {
    /// What was asked for; else what these stores can tell of.
    fn wants(&self, part: Part) -> bool {
        let is_usual = match self.stores {
            StoreSet::Embedded => true,
            StoreSet::Production => matches!(part, Part::Routes | Part::Clients | Part::Scale),
        };
        if self.only.is_empty() { is_usual } else { self.only.contains(&part) }
    }
}

async fn run(measure: &Measure) -> Result<()> {
    if cfg!(debug_assertions) {
        println!("this is no release build: the figures mean nothing");
    }
    if measure.write && (measure.quick || cfg!(debug_assertions) || !measure.only.is_empty()) {
        bail!("--write publishes: it wants a release build, every part and full rounds");
    }
    let effort = Effort::new(measure.stores, measure.quick, measure.connections);
    let places = Places::find()?;
    let mut findings = Findings::of(&effort);
    if measure.wants(Part::Inprocess) {
        findings.inprocess = Some(inprocess::measure(&places, &effort).await?);
    }
    match measure.stores {
        StoreSet::Embedded => over_http(&places, measure, None, &mut findings).await?,
        StoreSet::Production => {
            let mut databases = Databases::new()?;
            let measured = over_http(&places, measure, Some(&mut databases), &mut findings).await;
            // Whatever became of it; its own end is worth more words.
            let ended = databases.end().await;
            measured?;
            ended?;
        }
    }
    println!("\n{}", report::render(&findings));
    if measure.write {
        report::publish(&findings)?;
    }
    Ok(())
}

async fn over_http(
    places: &Places,
    measure: &Measure,
    mut databases: Option<&mut Databases>,
    findings: &mut Findings,
) -> Result<()> {
    let of_sides = [Part::Routes, Part::Clients, Part::Neighbour, Part::Sessions];
    let with_sides = of_sides.into_iter().any(|part| measure.wants(part));
    if !with_sides && !measure.wants(Part::Scale) {
        return Ok(());
    }
    wrk::require().await?;
    process::raise_descriptors();
    let (effort, ground) = (findings.effort.clone(), Ground::lay(places)?);
    if with_sides {
        let stands = match databases.as_deref_mut() {
            None => ground.files(places, effort.topics).await?,
            Some(of) => ground.databases(places, of, effort.topics).await?,
        };
        let (mut sides, idle) = Sides::start(places, &ground, &stands).await?;
        findings.idle = Some(idle);
        if let Some(of) = databases.as_deref_mut().filter(|_| measure.wants(Part::Routes)) {
            sides.python = Some(yardstick::start(places, &effort, &ground, of, &sides.component).await?);
        }
        of_running(&ground, measure, &sides, findings).await?;
        sides.stop().await?;
    }
    if measure.wants(Part::Scale) {
        findings.scale = Some(scale::measure(places, &effort, &ground, databases).await?);
    }
    Ok(())
}

async fn of_running(
    ground: &Ground,
    measure: &Measure,
    sides: &Sides,
    findings: &mut Findings,
) -> Result<()> {
    let (effort, component) = (findings.effort.clone(), &sides.component);
    if measure.wants(Part::Routes) {
        findings.routes = Some(routes::measure(&effort, ground, sides).await?);
    }
    if measure.wants(Part::Clients) {
        findings.clients = Some(clients::measure(&effort, ground, component).await?);
    }
    if measure.wants(Part::Neighbour) {
        findings.neighbour = Some(neighbour::measure(&effort, ground, component).await?);
    }
    if measure.wants(Part::Sessions) {
        findings.sessions = Some(sessions::measure(&effort, ground, component).await?);
    }
    findings.loaded = Some(process::memory(component.pid)?);
    Ok(())
}
