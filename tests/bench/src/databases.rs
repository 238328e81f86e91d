//! Databases of one run on the services that `DATABASE_URL` and `MONGODB_URL` name: made for each side, dropped at the
//! end, whatever became of the run.

use anyhow::{Context as _, Result, anyhow};
use mongodb::Client;
use p2p_context::{TenantId, new_uuid};
use p2p_storage::conformance::database::TestDatabase;

use crate::stand::Site;

/// See the module. PostgreSQL's databases, and the roles in them, go when it is dropped.
pub struct Databases {
    mongodb: String,
    /// In the names of all that is made here.
    mark: String,
    postgres: Vec<TestDatabase>,
}

impl Databases {
    /// Makes nothing yet.
    pub fn new() -> Result<Self> {
        let mongodb = std::env::var("MONGODB_URL").context(
            "MONGODB_URL is not set: run `cargo xtask bench --stores production`, which starts the services",
        )?;
        let mut mark = new_uuid().simple().to_string();
        // The end of it is random, the beginning is the time.
        let mark = mark.split_off(mark.len() - 10);
        Ok(Self { mongodb, mark, postgres: Vec::new() })
    }

    /// Both, for one side.
    pub async fn both(&mut self, name: &str) -> Result<Site> {
        let mongodb = Some(self.mongodb.clone());
        Ok(Site { mongodb, ..self.tables(name).await? })
    }

    /// PostgreSQL alone, which keeps the documents, too.
    pub async fn tables(&mut self, name: &str) -> Result<Site> {
        let made = TestDatabase::create().await.map_err(|error| anyhow!("{error}"))?;
        let database = made.url.clone();
        self.postgres.push(made);
        let tenant = TenantId::new(&format!("bench-{}-{name}", self.mark))?;
        Ok(Site { tenant, database, mongodb: None })
    }

    /// A name for a database in MongoDB that no tenant has.
    pub fn name(&self, of: &str) -> String {
        format!("{of}-{}", self.mark)
    }

    /// Drops everything.
    pub async fn end(self) -> Result<()> {
        let client = Client::with_uri_str(&self.mongodb).await?;
        for name in client.list_database_names().await? {
            if name.contains(&self.mark) {
                client.database(&name).drop().await?;
            }
        }
        Ok(())
    }
}
