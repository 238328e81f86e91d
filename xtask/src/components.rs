//! Builds features to components: one file per feature, its manifest inside. Runs no feature.

mod encode;
mod features;
mod names;
mod outputs;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};

pub use features::{Feature, Kind, select};

use crate::bootstrap;
use crate::process;
use crate::stamp::Stamp;
use crate::toolchain::{self, Toolchain};
use crate::workspace::Workspace;
use features::Described;

/// What a component of this house may weigh, in bytes, before compression. The names of functions do not count: they are
/// read when a trap is told of, and nothing runs slower for them.
const SIZE_LIMIT: u64 = 600_000;

/// Builds the features of the workspace, or only those named.
///
/// # Errors
/// When a name is unknown, a step fails, or a component is too large.
pub fn build(workspace: &Workspace, only: &[String]) -> Result<()> {
    let toolchain = bootstrap::prepare(workspace)?;
    let features = select(workspace, only)?;
    if features.is_empty() {
        println!("no crate here has a feature `component` yet: nothing to build");
        return Ok(());
    }
    let built = build_all(workspace, &toolchain, &features)?;
    if only.is_empty() {
        outputs::remove_others(workspace, &built)?;
    }
    Ok(())
}

/// Builds one feature of another workspace, with this house's profile.
///
/// # Errors
/// When it is no feature crate or a step fails.
pub fn build_foreign(own: &Workspace, folder: &Path) -> Result<()> {
    let toolchain = bootstrap::prepare(own)?;
    let manifest = folder.join("Cargo.toml");
    let manifest =
        manifest.canonicalize().with_context(|| format!("there is no crate in {}", folder.display()))?;
    let workspace = Workspace::of(&manifest)?;
    let feature = Feature::foreign(&workspace, &manifest)?;
    build_all(&workspace, &toolchain, &[feature]).map(|_| ())
}

/// The manifests that these features print about themselves, in the same order.
///
/// # Errors
/// When one does not build, or prints something else.
pub fn describe(workspace: &Workspace, features: &[Feature]) -> Result<Vec<Described>> {
    let mut command = workspace.cargo();
    command.args(["build", "--quiet"]);
    for feature in features {
        command.args(["--package", &feature.package, "--bin", &feature.describer()]);
        command.args(["--features", &format!("{}/describe", feature.package)]);
    }
    process::run(&mut command)?;
    features.iter().map(|feature| features::ask(workspace, feature)).collect()
}

/// Answers the finished files.
fn build_all(workspace: &Workspace, toolchain: &Toolchain, features: &[Feature]) -> Result<Vec<PathBuf>> {
    for feature in features {
        let mut command = toolchain.core_module(workspace, &feature.package);
        if feature.kind == Kind::Foreign {
            command.args(features::PROFILE);
        }
        if let Some(level) = &feature.opt_level {
            command.args(["--config", &format!("profile.component.opt-level={level}")]);
        }
        process::run(&mut command)?;
    }
    let manifests = describe(workspace, features)?;
    let mut built = Vec::new();
    let mut too_large = Vec::new();
    for (feature, described) in features.iter().zip(&manifests) {
        let path = outputs::path(workspace, feature.kind, &described.name);
        let weight = finish(workspace, feature, described, &path)?;
        if feature.kind == Kind::Product && weight > SIZE_LIMIT {
            too_large.push(format!("{} has {weight}", described.name));
        }
        built.push(path);
    }
    if !too_large.is_empty() {
        bail!("a component may weigh {SIZE_LIMIT} bytes without names; {}", too_large.join(", "));
    }
    Ok(built)
}

/// Core module and manifest to the finished file, unless it stands already; answers what it weighs.
fn finish(workspace: &Workspace, feature: &Feature, described: &Described, path: &Path) -> Result<u64> {
    let begun = Instant::now();
    let module = toolchain::module_path(workspace, &feature.library);
    let module = fs::read(&module).with_context(|| format!("{} was not built", module.display()))?;
    let stamp = Stamp::of(path, &[&module, described.manifest.as_bytes()]);
    let mut state = "unchanged".to_owned();
    if !stamp.is_current() {
        let component = encode::component(&module, &described.manifest)
            .with_context(|| format!("{} does not fit the contracts in wit/", described.name))?;
        outputs::write_whole(path, &component)?;
        stamp.keep()?;
        state = format!("{:.1} s", begun.elapsed().as_secs_f64());
    }
    let component = fs::read(path)?;
    let (size, names) = (component.len() as u64, names::length(&component)?);
    let shown = workspace.shown(path);
    println!("   {:<24}{size:>8} bytes, {names:>6} of them names  {state:<10} {shown}", described.name);
    Ok(size - names)
}
