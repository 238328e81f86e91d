//! The servers that tests of stores talk to: PostgreSQL and one that speaks MongoDB's protocol, on loopback, with all
//! they keep below `target/services`. For tests only: nothing is synced to the disk, and every start begins empty.

mod daemon;
mod mongo;
mod place;
mod postgres;

use std::fs::{self, File};

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use daemon::Daemon;

/// A server, and the variable by which tests are told where it is.
struct Service {
    variable: &'static str,
    url: String,
    daemon: Daemon,
    start: fn(&Workspace, &Daemon) -> Result<()>,
}

/// Starts what does not run yet and prints what to export. A variable that is set already names a server of the
/// caller's own: nothing is started in its place.
///
/// # Errors
/// When something is missing and cannot be installed, or does not start, with what to do.
pub fn up(workspace: &Workspace) -> Result<()> {
    for (variable, url) in ready(workspace)? {
        println!("export {variable}='{url}'");
    }
    Ok(())
}

/// As [`up`], but answers the variables instead of printing them.
///
/// # Errors
/// As [`up`].
pub fn ready(workspace: &Workspace) -> Result<Vec<(&'static str, String)>> {
    let _turn = turn(workspace)?;
    let mut variables = Vec::new();
    for service in all(workspace)? {
        if let Ok(given) = std::env::var(service.variable) {
            variables.push((service.variable, given));
            continue;
        }
        if !service.daemon.runs() {
            (service.start)(workspace, &service.daemon)
                .with_context(|| format!("or set {} to a server of your own", service.variable))?;
        }
        variables.push((service.variable, service.url));
    }
    Ok(variables)
}

/// Stops what runs. Again is fine.
///
/// # Errors
/// When something does not end.
pub fn down(workspace: &Workspace) -> Result<()> {
    let _turn = turn(workspace)?;
    all(workspace)?.iter().try_for_each(|service| service.daemon.stop())
}

/// Says what runs.
///
/// # Errors
/// When the folder cannot be read.
pub fn status(workspace: &Workspace) -> Result<()> {
    for service in all(workspace)? {
        let state = if service.daemon.runs() { "runs" } else { "is down" };
        println!("{} {state}: {} ({})", service.daemon.name, service.url, service.daemon.folder.display());
    }
    Ok(())
}

fn all(workspace: &Workspace) -> Result<[Service; 2]> {
    Ok([
        Service {
            variable: "DATABASE_URL",
            url: postgres::url(),
            daemon: postgres::daemon(workspace)?,
            start: postgres::start,
        },
        Service {
            variable: "MONGODB_URL",
            url: mongo::url(),
            daemon: mongo::daemon(workspace),
            start: mongo::start,
        },
    ])
}

/// Two who start at once would start twice: the second waits for the first.
fn turn(workspace: &Workspace) -> Result<File> {
    let folder = place::folder(workspace);
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let lock = File::create(folder.join("lock"))?;
    lock.lock().context("the services are locked")?;
    Ok(lock)
}
