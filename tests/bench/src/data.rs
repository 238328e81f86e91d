//! The ground of a run: a data set for each side, made through the features' own routes, with a session that the side
//! believes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use tokio::process::Command;

use crate::databases::Databases;
use crate::generate;
use crate::known::Known;
use crate::places::Places;
use crate::servers::{Server, Side};
use crate::stand::{Site, Stand};

/// What all sides of a run share.
#[derive(Debug)]
pub struct Ground {
    /// The folder of the run. Each side's data lies in it, in a folder of the side's name.
    pub run: PathBuf,
    /// The script that wrk runs.
    pub script: PathBuf,
}

/// What both of our sides stand on.
#[derive(Debug)]
pub struct Stands {
    pub native: Stand,
    pub component: Stand,
}

impl Ground {
    /// An empty folder with what every server needs.
    pub fn lay(places: &Places) -> Result<Self> {
        Self::with(places, &places.components.measured()?)
    }

    /// The same for servers of these components.
    pub fn with(places: &Places, components: &[PathBuf]) -> Result<Self> {
        let run = places.fresh_run()?;
        let features = run.join("features");
        fs::create_dir_all(&features)?;
        for component in components {
            fs::copy(component, features.join(component.file_name().context("a component without a name")?))?;
        }
        let script = run.join("load.lua");
        fs::write(&script, include_str!("load.lua"))?;
        Ok(Self { run, script })
    }

    /// Files: the data set is kept from run to run, and each side has a copy of it.
    pub async fn files(&self, places: &Places, topics: u32) -> Result<Stands> {
        // Signed in before the copy is made: the session and its signing key are then in both.
        let seed = self.file_stand(places, "seed", topics).await?;
        let stands = [Side::Native, Side::Component].map(|side| Stand::new(&side.to_string(), None));
        for stand in &stands {
            copy(&seed.data(&self.run), &stand.data(&self.run))?;
        }
        let [native, component] = stands.map(|stand| Stand { known: seed.known.clone(), ..stand });
        Ok(Stands { native, component })
    }

    /// A copy of the data set of this size.
    pub async fn file_stand(&self, places: &Places, name: &str, topics: u32) -> Result<Stand> {
        let stand = Stand::new(name, None);
        copy(&dataset(places, topics).await?, &stand.data(&self.run))?;
        self.known(places, stand).await
    }

    /// Databases: both sides' data is made anew in the same way.
    pub async fn databases(&self, places: &Places, of: &mut Databases, topics: u32) -> Result<Stands> {
        let native = of.both(&Side::Native.to_string()).await?;
        let component = of.both(&Side::Component.to_string()).await?;
        Ok(Stands {
            native: self.database_stand(places, &Side::Native.to_string(), native, topics).await?,
            component: self.database_stand(places, &Side::Component.to_string(), component, topics).await?,
        })
    }

    /// The data set of this size in these databases.
    pub async fn database_stand(
        &self,
        places: &Places,
        name: &str,
        site: Site,
        topics: u32,
    ) -> Result<Stand> {
        let stand = Stand::new(name, Some(site));
        println!("making {topics} topics for {name}");
        make(places, &stand.data(&self.run), stand.site.as_ref(), topics).await?;
        self.known(places, stand).await
    }

    /// Learns what there is from the native side, which starts at once.
    async fn known(&self, places: &Places, stand: Stand) -> Result<Stand> {
        let server = Server::start(Side::Native, places, self, &stand).await?;
        let known = Known::learn(&server, &self.run.join(format!("{}.ids", stand.name))).await?;
        server.stop().await?;
        Ok(Stand { known, ..stand })
    }
}

/// The data set of these features' tables in files.
async fn dataset(places: &Places, topics: u32) -> Result<PathBuf> {
    let name = format!("data-{}", generate::key(&places.components, topics)?);
    let dataset = places.bench.join(name);
    if dataset.is_dir() {
        return Ok(dataset);
    }
    println!("making a data set of {topics} topics, once for these tables");
    let half = dataset.with_extension("half");
    if half.exists() {
        fs::remove_dir_all(&half)?;
    }
    make(places, &half, None, topics).await?;
    fs::rename(&half, &dataset)?;
    Ok(dataset)
}

/// In another process, so that no file of it is open here.
async fn make(places: &Places, data: &Path, site: Option<&Site>, topics: u32) -> Result<()> {
    let mut command = Command::new(&places.own);
    command.arg("generate").arg(data).arg(&places.components.folder).arg(topics.to_string());
    if let Some(site) = site {
        command.args(["--tenant", site.tenant.as_str()]);
        site.tell(&mut command);
    }
    if !command.status().await.context("the data set")?.success() {
        bail!("the data set could not be made");
    }
    Ok(())
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
