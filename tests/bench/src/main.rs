//! Measures what components cost: the same features in the real server and linked natively behind the same HTTP room,
//! by turns, on the same data, over files or over services; and what the whole product does with much data. Writes below
//! `target/bench`, and with `--write` a table in `docs/performance.md`.

mod clients;
mod data;
mod databases;
mod effort;
mod generate;
mod inprocess;
mod known;
mod large;
mod measure;
mod native;
mod neighbour;
mod numbers;
mod open_route;
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

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use mimalloc::MiMalloc;
use p2p_context::TenantId;

use crate::measure::{Measure, Part};
use crate::places::{Components, Places};
use crate::stand::Site;

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
    /// The data set of `--large`
    #[command(hide = true)]
    GenerateLarge { folder: PathBuf, unit: u32 },
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
        Some(Command::GenerateLarge { folder, unit }) => {
            // Nothing is measured here: every core may help.
            tokio::runtime::Runtime::new()?.block_on(large::generate(&Places::find()?, &folder, unit))
        }
        Some(Command::Inprocess) => {
            measure.only = vec![Part::Inprocess];
            threads()?.block_on(measure::run(&measure))
        }
        None => threads()?.block_on(measure::run(&measure)),
    }
}

/// One thread: what is measured in this process is measured alone.
fn threads() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
