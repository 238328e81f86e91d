//! Starts the benchmark in `tests/bench` with fresh components. Measures nothing itself.

use anyhow::Result;

use crate::components;
use crate::process;
use crate::workspace::Workspace;

/// Builds the components, then runs the benchmark in release mode.
///
/// # Errors
/// When something does not build or the benchmark fails.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    components::build(workspace, &[])?;
    let mut command = workspace.cargo();
    command.args(["run", "--release", "--package", "p2p-bench", "--"]).args(arguments);
    process::run(&mut command)
}
