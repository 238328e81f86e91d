//! The browser app of `tests/e2e`: its packages and its built pages, made anew only when something has changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::stamp::Stamp;
use crate::workspace::Workspace;

/// The oldest Node that the packages run on.
const OLDEST: (u32, u32) = (20, 19);
const FOLDER: &str = "tests/e2e";
const LOCK: &str = "package-lock.json";
/// What the built pages are made from, beside the packages.
const SOURCES: [&str; 2] = ["app", "vite.config.js"];

/// Installs the packages that the lock file names and builds the app.
///
/// # Errors
/// When there is no Node or an old one, or it cannot install or build.
pub fn prepare(workspace: &Workspace) -> Result<()> {
    let folder = workspace.root.join(FOLDER);
    let lock = fs::read(folder.join(LOCK)).with_context(|| format!("{FOLDER}/{LOCK} cannot be read"))?;
    // npm writes this file last.
    let packages = Stamp::of(&folder.join("node_modules/.package-lock.json"), &[&lock]);
    if !packages.is_current() {
        check_version()?;
        process::run(npm(&folder).args(["ci", "--include=dev", "--no-audit", "--no-fund"]))?;
        packages.keep()?;
    }
    let inputs = sources(&folder)?;
    let inputs: Vec<&[u8]> = std::iter::once(&lock).chain(&inputs).map(Vec::as_slice).collect();
    let pages = Stamp::of(&folder.join("dist/index.html"), &inputs);
    if !pages.is_current() {
        check_version()?;
        process::run(npm(&folder).args(["run", "build", "--", "--logLevel", "warn"]))?;
        pages.keep()?;
    }
    Ok(())
}

fn npm(folder: &Path) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder);
    command
}

/// Names and contents of the app's files.
fn sources(folder: &Path) -> Result<Vec<Vec<u8>>> {
    let mut files = Vec::new();
    for source in SOURCES {
        collect(&folder.join(source), &mut files)?;
    }
    files.sort();
    let mut inputs = Vec::new();
    for file in files {
        let name = file.strip_prefix(folder).unwrap_or(&file);
        inputs.push(name.to_string_lossy().into_owned().into_bytes());
        inputs.push(fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?);
    }
    Ok(inputs)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}

fn check_version() -> Result<()> {
    let (major, minor) = OLDEST;
    let advice = format!(
        "tests need Node {major}.{minor} or newer with npm; see nodejs.org, or your system's packages"
    );
    if !process::on_path("node") || !process::on_path("npm") {
        bail!("{advice}");
    }
    let printed = process::capture(Command::new("node").arg("--version"))?;
    match version(&printed) {
        Some(found) if found >= OLDEST => Ok(()),
        _ => bail!("{advice}; this one is {}", printed.trim()),
    }
}

/// Major and minor of what `node --version` prints.
fn version(printed: &str) -> Option<(u32, u32)> {
    let mut parts = printed.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(version("v20.20.2\n"), Some((20, 20)));
        assert!(version("v20.9.0").unwrap() < OLDEST && version("v100.0.0").unwrap() > OLDEST);
        assert_eq!(version("20"), None);
    }

    #[test]
    fn every_file_of_the_app_counts_by_name_and_content() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("app/src")).unwrap();
        for (file, text) in [("vite.config.js", "1"), ("app/index.html", "2"), ("app/src/a.js", "3")] {
            fs::write(folder.path().join(file), text).unwrap();
        }
        let expected = ["app/index.html", "2", "app/src/a.js", "3", "vite.config.js", "1"];
        assert_eq!(sources(folder.path()).unwrap(), expected.map(|text| text.as_bytes().to_vec()));
    }
}
