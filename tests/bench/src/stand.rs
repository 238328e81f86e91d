//! What one side stands on: a folder of the run, and with production stores a tenant and databases of its own. Makes and
//! drops none of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use p2p_context::{FeatureName, TenantId};
use p2p_tenants::default_grants;
use p2p_tenants::file::{ANY_HOST, Tenant, single};
use serde_json::json;
use tokio::process::Command;

use crate::known::Known;

/// Connections to PostgreSQL at most: the server's own number, said so that both sides have it.
pub const CONNECTIONS: u32 = 64;

const DATABASE: &str = "DATABASE_URL";
const MONGODB: &str = "MONGODB_URL";

/// Which stores are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StoreSet {
    /// SQLite and a folder
    Embedded,
    /// PostgreSQL and MongoDB
    Production,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Stand {
    /// Names its folder of the run, its log and its tenants file.
    pub name: String,
    /// None: everything lies in the folder.
    pub site: Option<Site>,
    /// What a client has to know to ask for its data.
    pub known: Known,
}

/// Databases of one side's own.
#[derive(Debug, Clone)]
pub struct Site {
    pub tenant: TenantId,
    /// URL of PostgreSQL.
    pub database: String,
    /// URL of MongoDB; none: documents lie beside the tables.
    pub mongodb: Option<String>,
}

impl Stand {
    /// Nothing is known of it yet.
    pub fn new(name: &str, site: Option<Site>) -> Self {
        Self { name: name.to_owned(), site, known: Known::default() }
    }

    /// Its folder.
    pub fn data(&self, run: &Path) -> PathBuf {
        run.join(&self.name)
    }
}

impl Site {
    /// What [`Site::tell`] told this process.
    pub fn told(tenant: Option<TenantId>) -> Result<Option<Self>> {
        let Some(tenant) = tenant else { return Ok(None) };
        let database = std::env::var(DATABASE).context(DATABASE)?;
        Ok(Some(Self { tenant, database, mongodb: std::env::var(MONGODB).ok() }))
    }

    /// Tells a process where they are; the tenant's name is told in its own way.
    pub fn tell(&self, command: &mut Command) {
        command.env(DATABASE, &self.database).env("DATABASE_CONNECTIONS", CONNECTIONS.to_string());
        match &self.mongodb {
            Some(url) => command.env(MONGODB, url),
            None => command.env_remove(MONGODB),
        };
    }

    /// Writes the tenants file that gives this tenant these components, with what features of their names usually get.
    pub fn write_tenants(&self, file: &Path, components: &[(FeatureName, PathBuf)]) -> Result<()> {
        let features: BTreeMap<_, _> = components
            .iter()
            .map(|(name, file)| (name.as_str(), json!({"file": file, "grants": default_grants(name)})))
            .collect();
        // A list in one line of JSON is one of TOML, too; keys are plain names.
        let mut text = format!("[[tenant]]\nid = \"{}\"\nhosts = [\"{ANY_HOST}\"]\n", self.tenant);
        for (name, feature) in &features {
            let (file, grants) = (feature.get("file"), feature.get("grants"));
            let (file, grants) = file.zip(grants).context("a feature has both")?;
            text.push_str(&format!("[tenant.features.{name}]\nfile = {file}\ngrants = {grants}\n"));
        }
        Ok(fs::write(file, text)?)
    }
}

/// The only tenant of a side.
pub fn tenant(site: Option<&Site>) -> Tenant {
    let usual = single(Vec::<(FeatureName, PathBuf)>::new());
    match site {
        Some(site) => Tenant { id: site.tenant.clone(), ..usual },
        None => usual,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenants_file_is_one_that_the_server_reads() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tenants.toml");
        let tenant = TenantId::new("bench-1").unwrap();
        let site = Site { tenant: tenant.clone(), database: String::new(), mongodb: None };
        let forums = FeatureName::new("forums").unwrap();
        site.write_tenants(&file, &[(forums.clone(), folder.path().join("forums.wasm"))]).unwrap();
        let read = p2p_tenants::file::read(&file).unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].id, tenant);
        assert_eq!(read[0].features[&forums].grants, default_grants(&forums));
    }
}
