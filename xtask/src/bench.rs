//! Starts the benchmark in `tests/bench` with fresh components and a fresh server; for production stores with the services
//! and the yardstick in Python, too. Measures nothing itself.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::components;
use crate::process;
use crate::services;
use crate::workspace::Workspace;

/// What the yardstick needs, by name and version.
const REQUIREMENTS: &str = "tests/bench/fastapi/requirements.txt";
/// Its virtual environment, below the target folder.
const YARDSTICK: &str = "tools/fastapi";

/// Builds the components and the server, then runs the benchmark in release mode.
///
/// # Errors
/// When something does not build or start, or the benchmark fails.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    components::build(workspace, &[])?;
    let mut variables = Vec::new();
    if wants_services(arguments) {
        prepare_yardstick(workspace)?;
        variables = services::ready(workspace)?;
    }
    // By itself, as it is shipped: built together, the two would share cargo features.
    process::run(workspace.cargo().args(["build", "--release", "--package", "p2p-server"]))?;
    let mut command = workspace.cargo();
    command.args(["run", "--release", "--package", "p2p-bench", "--"]).args(arguments);
    process::run(command.envs(variables))
}

/// Whether `--stores production` is among what goes to the benchmark, which checks the rest.
fn wants_services(arguments: &[String]) -> bool {
    let mut words = arguments.iter().flat_map(|argument| argument.split('='));
    words.any(|word| word == "--stores") && words.next() == Some("production")
}

/// The virtual environment, made anew only when its list has changed.
fn prepare_yardstick(workspace: &Workspace) -> Result<()> {
    let folder = workspace.target.join(YARDSTICK);
    let list = workspace.root.join(REQUIREMENTS);
    let wanted = fs::read_to_string(&list).context(REQUIREMENTS)?;
    let stamp = folder.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    if !process::on_path("python3") {
        bail!(
            "the yardstick needs Python 3: type `apt-get install python3 python3-venv`, or install it your way"
        );
    }
    println!("installing the yardstick to target/{YARDSTICK}");
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))
        .context("on Debian the module is in the package python3-venv")?;
    let mut install = Command::new(folder.join("bin/python"));
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    process::run(install.arg(list))?;
    fs::write(&stamp, wanted).context("the list of what is installed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_for_production_stores_only() {
        for (line, wanted) in [
            ("--stores production", true),
            ("--quick --stores=production --only routes", true),
            ("--stores embedded", false),
            ("--only production", false),
            ("", false),
        ] {
            let arguments: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
            assert_eq!(wants_services(&arguments), wanted, "{line}");
        }
    }
}
