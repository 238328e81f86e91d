//! `p2p migrate`: brings every store to its newest migration without starting a feature.

use anyhow::{Context, Result};
use p2p_context::{FeatureName, Scope};
use p2p_identity::{PLATFORM, platform_migrations};
use p2p_jobs::Deliveries;
use p2p_storage::{Migrations, StoreLimits};
use p2p_tenants::file::Tenant;

use crate::config::Config;
use crate::lock::DataLock;
use crate::{features, stores, table};

/// Migrates and prints what stands where.
pub async fn run(config: &Config) -> Result<()> {
    let _lock = DataLock::of(config)?;
    let tenants = features::find(&config.features)?;
    let stores = stores::beside(config).await?;
    let mut rows = Vec::new();
    for tenant in &tenants {
        for (feature, migrations) in needed(tenant)? {
            let scope = Scope { tenant: tenant.id.clone(), feature };
            stores.open(&scope, &migrations, StoreLimits::default()).await?;
            let newest = migrations.tables.last().map_or(0, |migration| migration.version);
            rows.push([tenant.id.to_string(), scope.feature.to_string(), newest.to_string()]);
        }
        Deliveries::open(stores.as_ref(), &tenant.id).await?;
    }
    print!("{}", table::render(["TENANT", "STORE", "MIGRATION"], &rows));
    Ok(())
}

/// The stores of a tenant and what each must be brought to: the host's own and its features'.
fn needed(tenant: &Tenant) -> Result<Vec<(FeatureName, Migrations)>> {
    let mut needed = vec![(FeatureName::new(PLATFORM)?, platform_migrations())];
    for (name, installation) in &tenant.features {
        let component = features::open(&installation.file).with_context(|| format!("feature `{name}`"))?;
        needed.push((name.clone(), component.inspected.manifest.store_migrations()));
    }
    Ok(needed)
}
