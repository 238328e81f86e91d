//! Files that are made from code and committed, so that a reviewer sees them change. Only these.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::components::{self, Kind};
use crate::findings::Findings;
use crate::workspace::Workspace;

struct Generated {
    path: PathBuf,
    text: String,
}

/// Writes those that changed.
///
/// # Errors
/// When a feature does not build or a file cannot be written.
pub fn write(workspace: &Workspace) -> Result<()> {
    for file in generate(workspace)? {
        if !file.is_current() {
            fs::write(&file.path, &file.text)
                .with_context(|| format!("{} cannot be written", file.path.display()))?;
            println!("wrote {}", workspace.shown(&file.path));
        }
    }
    Ok(())
}

/// Fails when a committed copy differs from what the code says.
///
/// # Errors
/// As [`write`], and when something is out of date.
pub fn check(workspace: &Workspace) -> Result<()> {
    let mut findings = Findings::default();
    for file in generate(workspace)?.iter().filter(|file| !file.is_current()) {
        findings
            .add(workspace.shown(&file.path), "is out of date; type `cargo xtask generate` and commit it");
    }
    findings.finish("generate --check")
}

impl Generated {
    fn is_current(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|text| text == self.text)
    }
}

/// The OpenAPI fragment of every product feature.
fn generate(workspace: &Workspace) -> Result<Vec<Generated>> {
    let mut features = components::select(workspace, &[])?;
    features.retain(|feature| feature.kind == Kind::Product);
    if features.is_empty() {
        return Ok(Vec::new());
    }
    let described = components::describe(workspace, &features)?;
    let mut files = Vec::new();
    for feature in described {
        let openapi =
            feature.openapi.with_context(|| format!("the manifest of {} has no `openapi`", feature.name))?;
        let path = workspace.root.join("components").join(&feature.name).join("openapi.json");
        files.push(Generated { path, text: serde_json::to_string_pretty(&openapi)? + "\n" });
    }
    Ok(files)
}
