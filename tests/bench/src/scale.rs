//! Whether a list stays as quick when there is a hundred times more to choose from: the same list of the real server over
//! few and over many topics, by turns.

use anyhow::Result;

use crate::data::Ground;
use crate::databases::Databases;
use crate::effort::Effort;
use crate::numbers::{median, median_ratio};
use crate::places::Places;
use crate::process;
use crate::routes::LIST;
use crate::servers::{Server, Side};
use crate::wrk::{self, Kind, Load};

/// Few enough that a request does not wait for others: what is asked is how long the list takes.
const CONNECTIONS: u32 = 2;

/// The list's 95th percentile, milliseconds.
#[derive(Debug)]
pub struct Scale {
    pub few: u32,
    pub many: u32,
    pub few_ms: f64,
    pub many_ms: f64,
    pub ratio: f64,
}

/// Makes both data sets and measures. With production stores in PostgreSQL alone: documents are not listed.
pub async fn measure(
    places: &Places,
    effort: &Effort,
    ground: &Ground,
    mut databases: Option<&mut Databases>,
) -> Result<Scale> {
    let (few, many) = effort.scale;
    println!("the list of {few} and of {many} topics");
    let small = start(places, ground, databases.as_deref_mut(), few).await?;
    let large = start(places, ground, databases, many).await?;
    let load = Load { kind: Kind::Page, path: LIST, connections: CONNECTIONS, time: effort.load };
    let (mut of_few, mut of_many) = (Vec::new(), Vec::new());
    for server in [&small, &large] {
        wrk::attempt(server, ground, &Load { time: effort.warm_up, ..load }).await?;
    }
    for _ in 0..effort.rounds {
        of_few.push(p95(&small, ground, &load).await?);
        of_many.push(p95(&large, ground, &load).await?);
    }
    small.stop().await?;
    large.stop().await?;
    let ratio = median_ratio(of_many.clone(), of_few.clone());
    println!("  {ratio:.2} × its p95");
    Ok(Scale { few, many, few_ms: median(of_few), many_ms: median(of_many), ratio })
}

async fn start(
    places: &Places,
    ground: &Ground,
    databases: Option<&mut Databases>,
    topics: u32,
) -> Result<Server> {
    let name = format!("scale-{topics}");
    let stand = match databases {
        None => ground.file_stand(places, &name, topics).await?,
        Some(of) => {
            let site = of.tables(&name).await?;
            ground.database_stand(places, &name, site, topics).await?
        }
    };
    Server::start(Side::Component, places, ground, &stand).await
}

async fn p95(server: &Server, ground: &Ground, load: &Load) -> Result<f64> {
    process::rest(server.pid).await?;
    Ok(wrk::run(server, ground, load).await?.p95_ms())
}
