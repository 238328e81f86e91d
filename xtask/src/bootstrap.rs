//! Prepares a compiler for components: the normal way first, Debian's packages where that is not to be
//! had, else a sentence on what to type.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::debian;
use crate::process;
use crate::toolchain::{self, DEBIAN_PACKAGES, TARGET, Toolchain};
use crate::workspace::Workspace;

/// Fetching the target takes seconds where it can be fetched at all.
const RUSTUP_LIMIT: Duration = Duration::from_secs(90);

/// Finds a toolchain or makes one, and says which.
///
/// # Errors
/// When nothing works here; the error says what to type.
pub fn prepare(workspace: &Workspace) -> Result<Toolchain> {
    let found = match toolchain::detect()? {
        Some(found) => found,
        None => install(workspace)?,
    };
    println!("wasm toolchain: {}", found.name());
    Ok(found)
}

fn install(workspace: &Workspace) -> Result<Toolchain> {
    if process::on_path("rustup") {
        println!("The target {TARGET} is missing; asking rustup for it.");
        // From the workspace's root, so that rustup adds it to the toolchain the workspace names.
        let mut command = Command::new("rustup");
        command.current_dir(&workspace.root).args(["target", "add", TARGET]);
        match process::run_within(&mut command, RUSTUP_LIMIT) {
            Ok(()) => {}
            Err(error) => println!("That does not work here: {error:#}."),
        }
        if let Some(found) = toolchain::detect()? {
            return Ok(found);
        }
    }
    if debian::may_install()? {
        println!("Installing Debian's wasm toolchain instead: {}.", DEBIAN_PACKAGES.join(", "));
        debian::install(&DEBIAN_PACKAGES)?;
    }
    toolchain::detect()?.with_context(advice)
}

fn advice() -> String {
    format!(
        "no compiler here can build for {TARGET}; type `rustup target add {TARGET}`, or on Debian as root \
         `apt-get install --no-install-recommends {}`, and try again",
        DEBIAN_PACKAGES.join(" ")
    )
}
