//! `p2p feature list`: what each tenant has, read from the files.

use anyhow::Result;
use p2p_tenants::Grant;

use crate::config::Config;
use crate::{features, table};

/// Prints the list.
pub fn run(config: &Config) -> Result<()> {
    let mut rows = Vec::new();
    for tenant in features::find(&config.features)? {
        for (name, installation) in &tenant.features {
            let component = features::open(&installation.file)?;
            let grants: Vec<_> = installation.grants.iter().copied().map(Grant::interface).collect();
            rows.push([
                tenant.id.to_string(),
                name.to_string(),
                component.inspected.manifest.version,
                component.digest.short().to_owned(),
                grants.join(" "),
            ]);
        }
    }
    print!("{}", table::render(["TENANT", "FEATURE", "VERSION", "DIGEST", "GRANTS"], &rows));
    Ok(())
}
