//! All sides of a run, started, and believed to say the same before anybody is measured.

use anyhow::{Result, bail};

use crate::data::{Ground, Stands};
use crate::places::Places;
use crate::process::{self, Memory};
use crate::routes::LIST;
use crate::servers::{Server, Side};

/// See the module.
#[derive(Debug)]
pub struct Sides {
    pub native: Server,
    pub component: Server,
    /// With production stores.
    pub python: Option<Server>,
}

/// What the real server is before anybody asked it anything.
#[derive(Debug, Clone, Copy)]
pub struct Idle {
    pub memory: Memory,
    /// From start to first answer, compiled components at hand, milliseconds.
    pub start_ms: f64,
}

impl Sides {
    /// Starts both of ours. The real server twice: the first time it compiles, and what that takes is no figure of ours.
    pub async fn start(places: &Places, ground: &Ground, stands: &Stands) -> Result<(Self, Idle)> {
        println!("starting both sides");
        let compiling = Server::start(Side::Component, places, ground, &stands.component).await?;
        compiling.stop().await?;
        let component = Server::start(Side::Component, places, ground, &stands.component).await?;
        process::rest(component.pid).await?;
        let start_ms = component.started.as_secs_f64() * 1e3;
        let idle = Idle { memory: process::memory(component.pid)?, start_ms };
        // Each side's databases are made anew, with other ids: there the native side looks at the other's for once.
        if stands.component.site.is_some() {
            let witness = Server::start(Side::Native, places, ground, &stands.component).await?;
            same_answers(&witness, &component).await?;
            witness.stop().await?;
        }
        let native = Server::start(Side::Native, places, ground, &stands.native).await?;
        if stands.native.site.is_none() {
            same_answers(&native, &component).await?;
        }
        Ok((Self { native, component, python: None }, idle))
    }

    /// Asks all to stop.
    pub async fn stop(self) -> Result<()> {
        if let Some(python) = self.python {
            python.stop().await?;
        }
        self.native.stop().await?;
        self.component.stop().await
    }
}

/// Both must say the same before it is worth knowing which is faster.
async fn same_answers(native: &Server, component: &Server) -> Result<()> {
    let topic = format!("/forums/topics/{}", native.known.busy);
    for path in ["/measured/bare", LIST, &topic] {
        let expected = native.known.get(native, path).await?;
        let found = component.known.get(component, path).await?;
        if expected != found {
            bail!("{path}: native answers {expected:?}, components answer {found:?}");
        }
    }
    Ok(())
}
