//! Lets git run `.githooks` before a commit. Changes only this clone's configuration.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::process;

/// Points `core.hooksPath` at `.githooks`.
///
/// # Errors
/// When git refuses, for instance outside a clone.
pub fn install(root: &Path) -> Result<()> {
    process::run(Command::new("git").current_dir(root).args(["config", "core.hooksPath", ".githooks"]))
}
