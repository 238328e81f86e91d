//! Which crates are features, and what they say of themselves. Knows nothing of wasm.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process;
use crate::workspace::{Package, Workspace};

/// This workspace's `[profile.component]`, for a workspace that has none.
pub const PROFILE: [&str; 14] = [
    "--config",
    "profile.component.inherits='release'",
    "--config",
    "profile.component.lto='fat'",
    "--config",
    "profile.component.codegen-units=1",
    "--config",
    "profile.component.panic='abort'",
    "--config",
    "profile.component.opt-level=3",
    "--config",
    "profile.component.debug=0",
    "--config",
    "profile.component.strip='debuginfo'",
];

/// A crate that builds to a component: it has the cargo features `component` and `describe`.
#[derive(Debug)]
pub struct Feature {
    /// The name of its folder; in this workspace also the feature's name.
    pub folder: String,
    pub package: String,
    pub library: String,
    pub kind: Kind,
    /// `[package.metadata.p2p] opt-level`: "s" for a feature whose size matters more than microseconds.
    pub opt_level: Option<String>,
}

/// Whose feature it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Under `components/`.
    Product,
    /// Under `tests/fixtures/`.
    Fixture,
    /// In another workspace.
    Foreign,
}

/// What a feature says of itself.
pub struct Described {
    pub name: String,
    /// The manifest as it goes into the component: one line of JSON.
    pub manifest: String,
    /// The fragment of the API's description, when the manifest has one.
    pub openapi: Option<Value>,
}

/// The features of the workspace by folder name, or only those named.
///
/// # Errors
/// When a name is unknown.
pub fn select(workspace: &Workspace, only: &[String]) -> Result<Vec<Feature>> {
    let mut features: Vec<_> =
        workspace.packages.iter().filter_map(|package| Feature::own(workspace, package)).collect();
    features.sort_by(|one, other| one.folder.cmp(&other.folder));
    for name in only {
        if !features.iter().any(|feature| feature.folder == *name) {
            let known: Vec<_> = features.iter().map(|feature| feature.folder.as_str()).collect();
            bail!("there is no feature `{name}`; there are {}", known.join(", "));
        }
    }
    features.retain(|feature| only.is_empty() || only.contains(&feature.folder));
    Ok(features)
}

/// Runs the built describer of a feature.
///
/// # Errors
/// When it fails, prints no manifest, or the manifest has another name than the folder.
pub fn ask(workspace: &Workspace, feature: &Feature) -> Result<Described> {
    let describer = feature.describer();
    let printed = process::capture(&mut Command::new(workspace.target.join("debug").join(&describer)))?;
    let described = read(&printed).with_context(|| format!("`{describer}` printed no manifest"))?;
    if feature.kind != Kind::Foreign && described.name != feature.folder {
        bail!(
            "the manifest in the folder {} has the name {}: make them equal",
            feature.folder,
            described.name
        );
    }
    Ok(described)
}

impl Feature {
    /// The one crate of a foreign manifest.
    ///
    /// # Errors
    /// When that crate is no feature.
    pub fn foreign(workspace: &Workspace, manifest: &Path) -> Result<Self> {
        let package = workspace.packages.iter().find(|package| package.manifest_path == manifest);
        let package = package.with_context(|| format!("{} describes no crate", manifest.display()))?;
        Self::of(package, Kind::Foreign).with_context(|| {
            format!(
                "{} is no feature: it needs a library and the cargo features `component` and `describe`",
                package.name
            )
        })
    }

    /// The binary that prints the manifest.
    pub fn describer(&self) -> String {
        format!("{}-describe", self.package)
    }

    fn own(workspace: &Workspace, package: &Package) -> Option<Self> {
        let room = package.room(&workspace.root);
        let kind = match room.rsplit_once('/')? {
            ("components", "sdk") => return None,
            ("components", _) => Kind::Product,
            ("tests/fixtures", _) => Kind::Fixture,
            _ => return None,
        };
        Self::of(package, kind)
    }

    fn of(package: &Package, kind: Kind) -> Option<Self> {
        let complete =
            ["component", "describe"].iter().all(|feature| package.features.contains_key(*feature));
        let folder = package.folder().file_name()?.to_string_lossy().into_owned();
        let library = package.library()?.to_owned();
        let opt_level = package.metadata.pointer("/p2p/opt-level").map(ToString::to_string);
        complete.then(|| Self { folder, package: package.name.clone(), library, kind, opt_level })
    }
}

fn read(printed: &str) -> Result<Described> {
    let mut manifest: Value = serde_json::from_str(printed)?;
    let name = manifest.get("name").and_then(Value::as_str).context("it has no `name`")?.to_owned();
    let line = serde_json::to_string(&manifest)?;
    let openapi = manifest.get_mut("openapi").map(Value::take).filter(|openapi| !openapi.is_null());
    Ok(Described { name, manifest: line, openapi })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use super::*;
    use crate::workspace::Target;

    fn package(folder: &str, features: &[&str]) -> Package {
        Package {
            name: folder.replace('/', "-"),
            manifest_path: PathBuf::from("/house").join(folder).join("Cargo.toml"),
            features: features.iter().map(|name| (name.to_string(), Vec::new())).collect::<BTreeMap<_, _>>(),
            targets: vec![Target { name: "library".into(), kind: vec!["lib".into()] }],
            dependencies: Vec::new(),
            metadata: Value::Null,
        }
    }

    fn workspace() -> Workspace {
        let both = ["component", "describe"];
        let packages = vec![
            package("components/forums", &both),
            package("components/sdk", &both),
            package("components/half", &["component"]),
            package("tests/fixtures/hostile", &both),
            package("host/http", &both),
        ];
        Workspace { root: "/house".into(), target: "/house/target".into(), packages }
    }

    #[test]
    fn features_are_found_by_folder_and_cargo_features() {
        let found = select(&workspace(), &[]).unwrap();
        let found: Vec<_> = found.iter().map(|feature| (feature.folder.as_str(), feature.kind)).collect();
        assert_eq!(found, [("forums", Kind::Product), ("hostile", Kind::Fixture)]);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = select(&workspace(), &["forum".into()]).unwrap_err().to_string();
        assert!(error.contains("forums, hostile"), "{error}");
    }

    #[test]
    fn a_manifest_needs_a_name_and_becomes_one_line() {
        let described = read("{\n \"openapi\": {\"paths\": {}},\n \"name\": \"forums\"}").unwrap();
        assert_eq!(described.name, "forums");
        assert!(!described.manifest.contains('\n') && described.manifest.contains("paths"));
        assert!(described.openapi.is_some());
        assert!(read("{}").is_err() && read("ready").is_err());
    }
}
