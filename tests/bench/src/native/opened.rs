//! The stores of the native house, chosen and configured as the server does it.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use p2p_context::Clock;
use p2p_identity_core::digest;
use p2p_storage::mongo::MongoServer;
use p2p_storage::{
    DatabaseAddress, Documents, EmbeddedConfig, EmbeddedStores, ProductionConfig, ProductionStores, Stores,
    Synchronous,
};

use super::twin::Care;
use crate::places::SECRET;
use crate::stand::{CONNECTIONS, Site};

/// The server's own; tenants keep the sides apart.
const MONGODB_PREFIX: &str = "p2p";
const FILES: &str = "/files";

/// Opens nothing yet.
pub async fn stores(
    data: &Path,
    site: Option<&Site>,
    care: Care,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn Stores>> {
    let Some(site) = site else { return Ok(embedded(data, care, clock)) };
    let documents = match &site.mongodb {
        Some(url) => Documents::Mongo(MongoServer::new(url, MONGODB_PREFIX).await?),
        None => Documents::Jsonb,
    };
    Ok(Arc::new(ProductionStores::new(ProductionConfig {
        database: DatabaseAddress::parse(&site.database)?,
        documents,
        connections: CONNECTIONS,
        // The server's: both may open the same database, and the later one would change the roles' passwords.
        database_key: digest(format!("p2p database roles, version 1\0{SECRET}").as_bytes()),
        blob_key: [0; 32],
        files_prefix: FILES.to_owned(),
        files: data.to_owned(),
        clock: Arc::clone(clock),
    })))
}

fn embedded(data: &Path, care: Care, clock: &Arc<dyn Clock>) -> Arc<dyn Stores> {
    let mut config = EmbeddedConfig::new([0; 32], Arc::clone(clock));
    if care == Care::Little {
        config.synchronous = Synchronous::Normal;
    }
    Arc::new(EmbeddedStores::new(data.to_owned(), config))
}
