//! What is measured, and in which order: the parts of a run, over files or over services. Measures nothing itself.

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::data::Ground;
use crate::databases::Databases;
use crate::effort::Effort;
use crate::places::Places;
use crate::report::{self, Findings};
use crate::sides::Sides;
use crate::stand::StoreSet;
use crate::{
    clients, inprocess, large, neighbour, open_route, process, routes, scale, sessions, wrk, yardstick,
};

/// What was asked for.
#[derive(Debug, Args)]
pub struct Measure {
    /// Few and short rounds: to see that it works, not to publish
    #[arg(long, global = true)]
    pub quick: bool,
    /// All seven features over much data: lists, search, the dashboard, how soon the index follows, sizes
    #[arg(long)]
    pub large: bool,
    /// Over which stores
    #[arg(long, value_enum, default_value = "embedded")]
    pub stores: StoreSet,
    /// Put the table into docs/performance.md
    #[arg(long)]
    pub write: bool,
    /// Connections of a round
    #[arg(long, default_value_t = 32)]
    pub connections: u32,
    /// Only these parts
    #[arg(long, value_delimiter = ',', value_enum)]
    pub only: Vec<Part>,
}

/// A part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
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
    /// With --large: lists of little and of a hundred times as much
    Lists,
    /// With --large: questions of several kinds
    Searches,
    /// With --large: the dashboard over slow stores
    Dashboard,
    /// With --large: how soon search finds what was written
    Lag,
    /// With --large: what components weigh
    Sizes,
}

impl Part {
    const fn is_large(self) -> bool {
        matches!(self, Self::Lists | Self::Searches | Self::Dashboard | Self::Lag | Self::Sizes)
    }
}

impl Measure {
    /// What was asked for; else what there is to tell.
    pub fn wants(&self, part: Part) -> bool {
        let is_usual = match self.stores {
            _ if part.is_large() => self.large,
            StoreSet::Embedded => true,
            StoreSet::Production => matches!(part, Part::Routes | Part::Clients | Part::Scale),
        };
        if self.only.is_empty() { is_usual } else { self.only.contains(&part) }
    }

    fn check(&self) -> Result<()> {
        if cfg!(debug_assertions) {
            println!("this is no release build: the figures mean nothing");
        }
        if self.write && (self.quick || cfg!(debug_assertions) || !self.only.is_empty()) {
            bail!("--write publishes: it wants a release build, every part and full rounds");
        }
        if self.large && self.stores == StoreSet::Production {
            bail!("--large is measured over SQLite and files");
        }
        if let Some(part) = self.only.iter().find(|part| part.is_large() != self.large) {
            bail!("{part:?} is a part {} --large", if self.large { "without" } else { "with" });
        }
        Ok(())
    }
}

/// Measures what was asked for, and prints or publishes it.
pub async fn run(measure: &Measure) -> Result<()> {
    measure.check()?;
    let effort = Effort::new(measure.stores, measure.quick, measure.connections);
    let places = Places::find()?;
    if measure.large {
        return large::run(&places, measure, &effort).await;
    }
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
    let (table, text) = (report::Table::of(measure.stores), report::render(&findings));
    println!("\n{text}");
    if measure.write {
        report::publish(table, &text)?;
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
        if measure.wants(Part::Sessions) {
            findings.open_route = Some(open_route::measure(places, &effort, &ground).await?);
        }
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
