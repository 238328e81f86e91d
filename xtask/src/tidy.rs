//! House rules that a program can check. Each file below knows one kind of thing; all findings are told
//! in one run.

mod contracts;
mod manifests;
mod migrations;
mod sources;

use anyhow::Result;

use crate::findings::Findings;
use crate::workspace::Workspace;

/// Looks at every source file, contract, migration and manifest.
///
/// # Errors
/// When something is found, or a file cannot be read.
pub fn check(workspace: &Workspace) -> Result<()> {
    let mut findings = Findings::default();
    sources::check(&workspace.root, &mut findings)?;
    contracts::check(&workspace.root, &mut findings)?;
    migrations::check(&workspace.root, &mut findings)?;
    manifests::check(workspace, &mut findings)?;
    findings.finish("tidy")
}
