//! Cargo manifests: every crate under our rooms is a member and takes the workspace's lints.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use toml::Table;

use crate::findings::Findings;
use crate::workspace::Workspace;

/// The manifest of every member.
pub fn check(workspace: &Workspace, findings: &mut Findings) -> Result<()> {
    for package in &workspace.packages {
        check_manifest(&workspace.shown(&package.manifest_path), &package.manifest_path, findings)?;
    }
    Ok(())
}

fn check_manifest(place: &str, path: &Path, findings: &mut Findings) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("{place} cannot be read"))?;
    let manifest: Table = text.parse().with_context(|| format!("{place} is no TOML"))?;
    if !inherits(manifest.get("lints")) {
        findings.add(place, "add `[lints]` with `workspace = true`");
    }
    let package = manifest.get("package").and_then(toml::Value::as_table);
    for key in ["version", "edition", "rust-version", "license", "publish"] {
        if !inherits(package.and_then(|package| package.get(key))) {
            findings.add(place, format!("write `{key}.workspace = true`"));
        }
    }
    Ok(())
}

fn inherits(value: Option<&toml::Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(toml::Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_that_goes_its_own_way_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Cargo.toml");
        let inherited = "version.workspace = true\nedition.workspace = true\nrust-version.workspace = true\npublish.workspace = true\n";
        fs::write(&path, format!("[package]\nname = \"x\"\nlicense = \"MIT\"\n{inherited}[lints.rust]\n"))
            .unwrap();
        let mut findings = Findings::default();
        check_manifest("x/Cargo.toml", &path, &mut findings).unwrap();
        let expected = [
            "x/Cargo.toml: add `[lints]` with `workspace = true`",
            "x/Cargo.toml: write `license.workspace = true`",
        ];
        assert_eq!(findings.lines(), expected);
    }
}
