//! Reads the WIT contracts of a folder: `platform` first, then `feature`, which builds on it.

use std::path::Path;

use anyhow::{Context, Result};
use wit_parser::{PackageId, Resolve};

/// The two packages, in the order in which they must be read.
pub const PACKAGES: [&str; 2] = ["platform", "feature"];

/// Both packages of `folder`, resolved.
///
/// # Errors
/// When one is missing or does not parse.
pub fn load(folder: &Path) -> Result<(Resolve, Vec<PackageId>)> {
    let mut resolve = Resolve::default();
    let mut packages = Vec::new();
    for name in PACKAGES {
        let (id, _) = resolve
            .push_dir(folder.join(name))
            .with_context(|| format!("the contracts in {} cannot be read", folder.join(name).display()))?;
        packages.push(id);
    }
    Ok((resolve, packages))
}
