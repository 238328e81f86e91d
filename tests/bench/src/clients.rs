//! A thousand clients at once: whether anybody is refused.

use anyhow::Result;

use crate::data::Ground;
use crate::effort::Effort;
use crate::process;
use crate::routes::LIST;
use crate::servers::Server;
use crate::wrk::{self, Found, Kind, Load};

/// As many as the product promises to carry.
pub const CLIENTS: u32 = 1_000;

/// Lists topics with all of them at the same time.
pub async fn measure(effort: &Effort, ground: &Ground, component: &Server) -> Result<Found> {
    println!("{CLIENTS} clients");
    process::rest(component.pid).await?;
    let load = Load { kind: Kind::Page, path: LIST, connections: CLIENTS, time: effort.load };
    let found = wrk::attempt(component, ground, &load).await?;
    println!("  {} errors in {} requests", found.errors(), found.requests);
    Ok(found)
}
