//! A server that speaks MongoDB's protocol, from PyPI: SecantusDB, a stand-in for tests. It stands alone, as the
//! simplest mongod does, so that nothing which needs a replica set passes here. Its licence (GPL) is why it is only
//! ever run beside ours.

use std::fs;

use anyhow::{Result, bail};

use super::daemon::Daemon;
use super::place;
use crate::tools;
use crate::workspace::Workspace;

const PORT: u16 = 27117;
const PROGRAM: &str = "tools/python/bin/secantusd-py";

/// Where clients find it.
pub fn url() -> String {
    format!("mongodb://127.0.0.1:{PORT}/?directConnection=true")
}

/// The server, whether it runs or not.
pub fn daemon(workspace: &Workspace) -> Daemon {
    let folder = place::folder(workspace).join("mongo");
    Daemon { name: "SecantusDB", port: PORT, mark: "secantusd", pid_file: folder.join("pid"), folder }
}

/// Starts it, empty.
///
/// # Errors
/// When it is missing and cannot be installed, or does not start.
pub fn start(workspace: &Workspace, daemon: &Daemon) -> Result<()> {
    tools::prepare_python(workspace)?;
    let program = workspace.target.join(PROGRAM);
    if !program.is_file() {
        bail!("{} is missing: delete target/tools/python and try again", program.display());
    }
    daemon.check_port()?;
    let data = daemon.folder.join("data");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    fs::create_dir_all(&data)?;
    let mut command = place::command(&program, None);
    command.args(["--host", "127.0.0.1", "--port", &PORT.to_string(), "--standalone"]);
    command.args(["--cache-size", "256M", "--log-level", "WARNING", "--storage-path"]).arg(data);
    daemon.start(&mut command)
}
