//! Which tenants there are and what each installs: components found, their manifests read, settings checked. Runs no
//! component.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use p2p_context::FeatureName;
use p2p_runtime::{Inspected, inspect};
use p2p_tenants::file::{Tenant, read, single};
use p2p_tenants::{Digest, Installation, settings};

use crate::config::FeatureSource;

/// A component file as it lies there.
#[derive(Debug)]
pub struct ComponentFile {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// What it says of itself.
    pub inspected: Inspected,
}

/// Finds every tenant with its features, ready to be installed.
pub fn find(source: &FeatureSource) -> Result<Vec<Tenant>> {
    let mut tenants = match source {
        FeatureSource::Tenants(path) => read(path)?,
        FeatureSource::Folder(folder) => vec![single(components(folder)?)],
    };
    for tenant in &mut tenants {
        for (name, installation) in &mut tenant.features {
            let context = || format!("tenant `{}`, feature `{name}`", tenant.id);
            complete(name, installation).with_context(context)?;
        }
    }
    Ok(tenants)
}

/// Reads a component file.
pub fn open(path: &Path) -> Result<ComponentFile> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let inspected = inspect(&bytes).with_context(|| format!("{} is no feature", path.display()))?;
    Ok(ComponentFile { digest: Digest::of(&bytes), inspected })
}

/// The components of a folder by the names their manifests give. Names decide about grants, so file names do not
/// count.
fn components(folder: &Path) -> Result<BTreeMap<FeatureName, PathBuf>> {
    let unreadable = || {
        format!(
            "cannot read the features folder {}; build features, or name another with --features-dir",
            folder.display()
        )
    };
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if path.extension().is_none_or(|extension| extension != "wasm") {
            continue;
        }
        let name = open(&path)?.inspected.manifest.name;
        if let Some(other) = found.insert(name.clone(), path.clone()) {
            bail!("{} and {} are both the feature `{name}`: remove one", other.display(), path.display());
        }
    }
    Ok(found)
}

/// Checks what the runtime cannot know, the entry's name, and fills in settings.
fn complete(name: &FeatureName, installation: &mut Installation) -> Result<()> {
    let manifest = open(&installation.file)?.inspected.manifest;
    if manifest.name != *name {
        bail!(
            "{} calls itself `{}`: rename the entry, or name another file",
            installation.file.display(),
            manifest.name
        );
    }
    installation.settings = settings::check(&manifest.settings, &installation.settings)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_components_is_a_tenant_without_features() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("notes.txt"), "x").unwrap();
        let tenants = find(&FeatureSource::Folder(folder.path().to_owned())).unwrap();
        assert_eq!((tenants.len(), tenants[0].features.len()), (1, 0));
    }

    #[test]
    fn what_is_no_component_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("broken.wasm"), b"no").unwrap();
        let error = find(&FeatureSource::Folder(folder.path().to_owned())).unwrap_err();
        assert!(format!("{error:#}").contains("broken.wasm"), "{error:#}");
        let absent = find(&FeatureSource::Folder(folder.path().join("absent"))).unwrap_err();
        assert!(format!("{absent:#}").contains("--features-dir"));
    }
}
