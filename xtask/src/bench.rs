//! Starts the benchmark in `tests/bench` with fresh components and a fresh server. Measures nothing itself.

use anyhow::Result;

use crate::components;
use crate::process;
use crate::workspace::Workspace;

/// Builds the components and the server, then runs the benchmark in release mode.
///
/// # Errors
/// When something does not build or the benchmark fails.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    components::build(workspace, &[])?;
    // By itself, as it is shipped: built together, the two would share cargo features.
    process::run(workspace.cargo().args(["build", "--release", "--package", "p2p-server"]))?;
    let mut command = workspace.cargo();
    command.args(["run", "--release", "--package", "p2p-bench", "--"]).args(arguments);
    process::run(&mut command)
}
