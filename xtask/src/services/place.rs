//! Where the servers keep their data, and as whom they run: PostgreSQL refuses to run as root.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::process;
use crate::workspace::Workspace;

/// Who runs for root, the first that the system knows.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// Someone other than ourselves.
#[derive(Clone, Copy)]
pub struct Account {
    pub user: u32,
    pub group: u32,
}

/// The folder of all services.
pub fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("services")
}

/// Who PostgreSQL runs as; none is ourselves.
///
/// # Errors
/// When we are root and there is nobody else.
pub fn account() -> Result<Option<Account>> {
    if id(&["-u"])? != 0 {
        return Ok(None);
    }
    for name in UNPRIVILEGED {
        if let (Ok(user), Ok(group)) = (id(&["-u", name]), id(&["-g", name])) {
            return Ok(Some(Account { user, group }));
        }
    }
    bail!("PostgreSQL does not run as root, and there is no user {}", UNPRIVILEGED.join(" or "))
}

/// A folder of that name which the account can reach: below `target/services`, or below the system's folder for
/// temporary files when the way to the first is closed to others, as a root's home is.
///
/// # Errors
/// When neither can be reached.
pub fn reachable(workspace: &Workspace, name: &str, account: Option<Account>) -> Result<PathBuf> {
    let usual = folder(workspace);
    let Some(account) = account else { return Ok(usual.join(name)) };
    if can_enter(&workspace.target, account) {
        return Ok(usual.join(name));
    }
    let digest: [u8; 32] = Sha256::digest(usual.as_os_str().as_encoded_bytes()).into();
    let mark: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let elsewhere = std::env::temp_dir();
    if can_enter(&elsewhere, account) {
        return Ok(elsewhere.join(format!("p2p-services-{mark}")).join(name));
    }
    bail!("neither {} nor {} can be entered by other users", usual.display(), elsewhere.display())
}

/// A command that runs as this account.
#[cfg(unix)]
pub fn command(program: &Path, account: Option<Account>) -> Command {
    use std::os::unix::process::CommandExt as _;
    let mut command = Command::new(program);
    // Our own folder may be closed to the other, and programs begin by asking where they are.
    command.current_dir("/");
    if let Some(account) = account {
        command.uid(account.user).gid(account.group);
    }
    command
}

#[cfg(not(unix))]
pub fn command(program: &Path, _: Option<Account>) -> Command {
    Command::new(program)
}

fn can_enter(folder: &Path, account: Account) -> bool {
    let mut look = command(Path::new("test"), Some(account));
    look.arg("-x").arg(folder).status().is_ok_and(|status| status.success())
}

fn id(arguments: &[&str]) -> Result<u32> {
    let printed = process::capture(Command::new("id").args(arguments))?;
    printed.trim().parse().context("`id` printed no number")
}
