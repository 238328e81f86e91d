//! Python packages in a virtual environment of ours, under `target/tools`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::Workspace;

/// Names and versions of the packages.
const REQUIREMENTS: &str = "tests/tools/requirements.txt";

/// A virtual environment with the packages, made anew only when their list has changed.
///
/// # Errors
/// When there is no Python, or it cannot install them.
pub fn prepare(workspace: &Workspace) -> Result<()> {
    let folder = workspace.target.join("tools/python");
    let wanted = fs::read_to_string(workspace.root.join(REQUIREMENTS)).context(REQUIREMENTS)?;
    let stamp = folder.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    if !process::on_path("python3") {
        bail!("tests need Python 3: type `apt-get install python3 python3-venv`, or install it your way");
    }
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))
        .context("on Debian the module is in the package python3-venv")?;
    let mut install = Command::new(folder.join("bin/python"));
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    process::run(install.arg(workspace.root.join(REQUIREMENTS)))?;
    let locate = "import wasmtime_cli, pathlib; print(pathlib.Path(wasmtime_cli.__file__).with_name('wasmtime'), end='')";
    let wasmtime = process::capture(Command::new(folder.join("bin/python")).args(["-c", locate]))?;
    offer(workspace, "wasmtime", Path::new(&wasmtime))?;
    fs::write(&stamp, wanted).context("the list of what is installed")
}

/// Adds a package that only some machines need; answers the folder of its module.
///
/// # Errors
/// As [`prepare`], and when there is no such package for this machine.
pub fn package(workspace: &Workspace, package: &str, module: &str) -> Result<PathBuf> {
    prepare(workspace)?;
    let python = workspace.target.join("tools/python/bin/python");
    let mut install = Command::new(&python);
    process::run(install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]))?;
    let locate = format!("import {module}, pathlib; print(pathlib.Path({module}.__file__).parent, end='')");
    process::capture(Command::new(&python).args(["-c", &locate])).map(PathBuf::from)
}

/// Puts a native program that a package carries to `target/tools/bin`, with the right to run it.
fn offer(workspace: &Workspace, name: &str, program: &Path) -> Result<()> {
    let folder = workspace.target.join("tools/bin");
    fs::create_dir_all(&folder)?;
    let copy = folder.join(name);
    fs::copy(program, &copy).with_context(|| format!("{} is missing", program.display()))?;
    make_executable(&copy)
}

#[cfg(unix)]
fn make_executable(program: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::set_permissions(program, fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<()> {
    Ok(())
}
