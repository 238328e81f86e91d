//! Where finished components lie, so that a host given the folder finds products only. Makes none.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Kind;
use crate::workspace::Workspace;

/// `components/<name>.wasm`; a fixture one folder deeper, where a host that reads the folder does not look.
pub fn path(workspace: &Workspace, kind: Kind, name: &str) -> PathBuf {
    let folder = workspace.components();
    let folder = if kind == Kind::Fixture { folder.join("fixtures") } else { folder };
    folder.join(format!("{name}.wasm"))
}

/// A reader never sees half a component.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let half = path.with_extension("wasm.part");
    let unwritable = || format!("{} cannot be written", path.display());
    fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).with_context(unwritable)?;
    fs::write(&half, bytes).with_context(unwritable)?;
    fs::rename(&half, path).with_context(unwritable)
}

/// Removes components of features that are no more, lest a host install them.
///
/// # Errors
/// When one cannot be removed.
pub fn remove_others(workspace: &Workspace, built: &[PathBuf]) -> Result<()> {
    for folder in [workspace.components(), workspace.components().join("fixtures")] {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "wasm") && !built.contains(&path) {
                fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
                println!("   removed {}, whose feature is no more", workspace.shown(&path));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_built_stays_where_a_host_looks() {
        let target = tempfile::tempdir().unwrap();
        let workspace =
            Workspace { root: "/house".into(), target: target.path().into(), packages: Vec::new() };
        let forums = path(&workspace, Kind::Product, "forums");
        let hostile = path(&workspace, Kind::Fixture, "hostile");
        let gone = path(&workspace, Kind::Product, "gone");
        for file in [&forums, &hostile, &gone] {
            write_whole(file, b"component").unwrap();
        }
        remove_others(&workspace, &[forums.clone(), hostile.clone()]).unwrap();
        assert!(forums.is_file() && hostile.is_file() && !gone.exists());
        assert_ne!(forums.parent(), hostile.parent());
    }
}
