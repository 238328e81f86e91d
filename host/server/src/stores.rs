//! The stores that a configuration asks for: files below the data folder, or services. The one place that decides it.

use std::sync::Arc;

use anyhow::{Context, Result};
use p2p_context::{Clock, SystemClock};
use p2p_storage::mongo::MongoServer;
use p2p_storage::{Documents, EmbeddedConfig, EmbeddedStores, ProductionConfig, ProductionStores, Stores};

use crate::config::{Config, Database};
use crate::secret::{self, SecretKeys};

/// Path under which the http room serves files.
const FILES: &str = "/files";

/// Databases in MongoDB are `<prefix>_<tenant>`.
const MONGODB_PREFIX: &str = "p2p";

/// The stores of a server. Opens nothing yet.
pub async fn of(config: &Config, keys: &SecretKeys, clock: &Arc<dyn Clock>) -> Result<Arc<dyn Stores>> {
    let Some(database) = &config.database else {
        let settings = EmbeddedConfig::new(blob_key(keys), Arc::clone(clock));
        return Ok(Arc::new(EmbeddedStores::new(config.data.clone(), settings)));
    };
    Ok(Arc::new(ProductionStores::new(ProductionConfig {
        database: database.address.clone(),
        documents: documents(database).await?,
        connections: database.connections,
        database_key: database_key(keys),
        blob_key: blob_key(keys),
        files_prefix: FILES.to_owned(),
        files: config.data.clone(),
        clock: Arc::clone(clock),
    })))
}

/// The stores of a server for commands that run beside it, or before it.
pub async fn beside(config: &Config) -> Result<Arc<dyn Stores>> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let given = config.secret_key.as_deref();
    let keys = match config.database {
        // Roles get their passwords from it: another one would lock the server out.
        Some(_) => secret::find_or_make(&config.data, given, &config.older_secret_keys)?,
        None => nothing(),
    };
    of(config, &keys, &clock).await
}

/// Stores to be looked at, and not to be opened: no secret is needed for that.
pub async fn to_look_at(config: &Config) -> Result<Arc<dyn Stores>> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    of(config, &nothing(), &clock).await
}

/// Links to files that are made with it are void.
fn nothing() -> SecretKeys {
    SecretKeys { current: String::new(), older: Vec::new() }
}

async fn documents(database: &Database) -> Result<Documents> {
    match &database.mongodb {
        None => Ok(Documents::Jsonb),
        Some(url) => {
            let server = MongoServer::new(url, MONGODB_PREFIX).await;
            Ok(Documents::Mongo(server.context("MONGODB_URL (database.mongodb_url)")?))
        }
    }
}

/// Signs links to files; another secret makes old links void, which live a day at most.
fn blob_key(keys: &SecretKeys) -> [u8; 32] {
    p2p_identity_core::digest(format!("p2p file links, version 1\0{}", keys.current).as_bytes())
}

/// Passwords of the database's roles come from it; another secret gives them others at the next start.
fn database_key(keys: &SecretKeys) -> [u8; 32] {
    p2p_identity_core::digest(format!("p2p database roles, version 1\0{}", keys.current).as_bytes())
}
