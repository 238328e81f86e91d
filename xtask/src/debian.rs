//! Debian's packages, where they can be had without asking anybody: as root, with apt-get. Says what it runs.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::process;

/// Whether this is a Debian whose packages we may install.
///
/// # Errors
/// When the system cannot say who we are.
pub fn may_install() -> Result<bool> {
    if !Path::new("/etc/debian_version").is_file() || !process::on_path("apt-get") {
        return Ok(false);
    }
    Ok(process::capture(Command::new("id").arg("-u"))?.trim() == "0")
}

/// Installs packages without what they merely recommend.
///
/// # Errors
/// When apt-get fails.
pub fn install(packages: &[&str]) -> Result<()> {
    process::run(Command::new("apt-get").args(["update", "-qq"]))?;
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command.args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages);
    process::run(&mut command)
}
