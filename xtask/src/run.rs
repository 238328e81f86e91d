//! From a clean clone to a running backend. Configures nothing that `p2p serve` does not know itself.

use std::process::Command;

use anyhow::Result;

use crate::components;
use crate::process;
use crate::workspace::Workspace;

/// Builds components and host, then becomes `p2p serve`.
///
/// # Errors
/// When something does not build or the server cannot be started.
pub fn run(workspace: &Workspace, demo: bool, arguments: &[String]) -> Result<()> {
    println!("1/3 components");
    components::build(workspace, &[])?;
    println!("2/3 host (the first build takes some minutes)");
    process::run(workspace.cargo().args(["build", "--release", "--package", "p2p-server"]))?;
    println!("3/3 p2p serve; Ctrl-C stops it");
    become_server(serve(workspace, demo, arguments))
}

fn serve(workspace: &Workspace, demo: bool, arguments: &[String]) -> Command {
    let mut command = Command::new(workspace.target.join("release/p2p"));
    command.current_dir(&workspace.root);
    command.args(["serve", "--features-dir"]).arg(workspace.components());
    if demo {
        command.arg("--demo");
    }
    command.args(arguments);
    command
}

/// Replaces this program, so that signals reach the server without a go-between.
#[cfg(unix)]
fn become_server(mut command: Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let line = process::line(&command);
    println!("   $ {line}");
    Err(anyhow::Error::new(command.exec()).context(format!("`{line}` could not be started")))
}

#[cfg(not(unix))]
fn become_server(mut command: Command) -> Result<()> {
    process::run(&mut command)
}
