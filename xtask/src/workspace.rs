//! What cargo knows of a workspace: its root, its target folder, its crates. Reads, never builds.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process;

/// A workspace and its members. `target` follows `CARGO_TARGET_DIR`.
#[derive(Deserialize)]
pub struct Workspace {
    #[serde(rename = "workspace_root")]
    pub root: PathBuf,
    #[serde(rename = "target_directory")]
    pub target: PathBuf,
    pub packages: Vec<Package>,
}

/// One member.
#[derive(Deserialize)]
pub struct Package {
    pub name: String,
    pub manifest_path: PathBuf,
    pub features: BTreeMap<String, Vec<String>>,
    pub targets: Vec<Target>,
    pub dependencies: Vec<Dependency>,
    /// What stands under `[package.metadata]`.
    #[serde(default)]
    pub metadata: serde_json::Value,
}

/// A library, binary or test of a member.
#[derive(Deserialize)]
pub struct Target {
    pub name: String,
    pub kind: Vec<String>,
}

/// One line of a member's dependencies.
#[derive(Deserialize)]
pub struct Dependency {
    pub name: String,
    /// None: a normal one. Else `dev` or `build`.
    pub kind: Option<String>,
    /// Where it lies, when it is one of ours.
    pub path: Option<PathBuf>,
    pub optional: bool,
}

impl Workspace {
    /// The workspace this program belongs to.
    ///
    /// # Errors
    /// When cargo cannot read the manifests.
    pub fn load() -> Result<Self> {
        Self::of(&own_manifest())
    }

    /// The workspace of some crate.
    ///
    /// # Errors
    /// When there is no manifest or cargo cannot read it.
    pub fn of(manifest: &Path) -> Result<Self> {
        let mut command = Command::new(cargo());
        command.args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"]).arg(manifest);
        let text = process::capture(&mut command)?;
        serde_json::from_str(&text).context("`cargo metadata` printed something else than expected")
    }

    /// Where finished components go.
    pub fn components(&self) -> PathBuf {
        self.target.join("components")
    }

    /// A path as a person would write it, relative to the root.
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }

    /// A call of cargo for this workspace, at its root.
    pub fn cargo(&self) -> Command {
        let mut command = Command::new(cargo());
        command.current_dir(&self.root);
        command
    }
}

impl Package {
    /// The folder of the crate.
    pub fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new("."))
    }

    /// The folder relative to the workspace, with `/`: `host/storage`.
    pub fn room(&self, root: &Path) -> String {
        room(root, self.folder())
    }

    /// The name of the library, as the compiler's file name has it.
    pub fn library(&self) -> Option<&str> {
        let library = |target: &&Target| target.kind.iter().any(|kind| kind.ends_with("lib"));
        self.targets.iter().find(library).map(|target| target.name.as_str())
    }
}

/// A folder relative to the workspace, with `/`.
pub fn room(root: &Path, folder: &Path) -> String {
    let folder = folder.strip_prefix(root).unwrap_or(folder);
    folder.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The cargo that called us, so that its toolchain stays the same all the way.
pub fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn own_manifest() -> PathBuf {
    // Cargo says it at run time too, which stays right when two clones share one target folder.
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    PathBuf::from(folder).join("Cargo.toml")
}
