//! The browser that the scenarios of `tests/e2e` are played in: Debian's, or any Chromium on PATH.

use anyhow::{Result, bail};

use crate::debian;
use crate::process;

/// As `tests/e2e/stage/browser.mjs` looks for it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// Somebody who has it elsewhere says so here, there too.
const PLACE: &str = "P2P_CHROMIUM";
const PACKAGE: &str = "chromium";

/// Installs one where there is none.
///
/// # Errors
/// When there is none and none can be installed here, with what to type.
pub fn prepare() -> Result<()> {
    if is_there() {
        return Ok(());
    }
    if debian::may_install()? {
        println!("Tests need a browser; installing Debian's package {PACKAGE}.");
        debian::install(&[PACKAGE])?;
    }
    if !is_there() {
        bail!(
            "tests need Chromium: type `apt-get install {PACKAGE}`, or install it your way and set {PLACE} to its path"
        );
    }
    Ok(())
}

fn is_there() -> bool {
    std::env::var_os(PLACE).is_some() || NAMES.iter().any(|name| process::on_path(name))
}
