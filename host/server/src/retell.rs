//! `p2p retell`: lets every feature of a tenant tell again what it keeps, so that those that keep projections of it (search,
//! dashboard) make them anew. Nothing is taken away first: whoever hears a thing again overwrites it.

use anyhow::{Result, bail};
use p2p_jobs::Deliveries;
use serde_json::json;

use crate::admin::choose;
use crate::config::Config;
use crate::{features, stores, told};

/// What is told; features hear it through the SDK's `retells`.
const REQUESTED: &str = "platform.retell.requested";

/// Asks the features of a tenant. Works beside a server, and before one.
pub async fn run(config: &Config, tenant: Option<&str>) -> Result<()> {
    if !config.data.is_dir() {
        bail!("there is no folder {}: name the server's with --data", config.data.display());
    }
    let tenants = features::find(&config.features)?;
    let tenant = choose(&tenants, tenant)?;
    let listeners = told::listeners(tenant, REQUESTED)?;
    if listeners.is_empty() {
        bail!("no feature of tenant `{}` has anything to tell again", tenant.id);
    }
    let stores = stores::beside(config).await?;
    let deliveries = Deliveries::open(stores.as_ref(), &tenant.id).await?;
    let names = listeners.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    let event = told::event(REQUESTED, "retell".to_owned(), &json!({}));
    told::tell(&deliveries, &event, listeners).await?;
    println!(
        "{names} of `{}` tell everything again: within a second when the server runs, else at its next start; \
         `p2p jobs list` shows what is on its way",
        tenant.id
    );
    Ok(())
}
