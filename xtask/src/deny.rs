//! The core of `cargo deny` without network: licences, banned and doubled crates, sources. Reads the
//! same `deny.toml`; the forge's CI runs the real program too, which knows of advisories.

mod licence;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::findings::Findings;
use crate::process;
use crate::workspace::Workspace;

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Holds every dependency against `deny.toml`.
///
/// # Errors
/// When one does not fit, or cargo or the file cannot be read.
pub fn check(workspace: &Workspace) -> Result<()> {
    let path = workspace.root.join("deny.toml");
    let text = fs::read_to_string(&path).context("deny.toml cannot be read")?;
    let policy: Policy = toml::from_str(&text).context("deny.toml is not as expected")?;
    let crates = dependencies(workspace, &policy.graph.targets)?;
    println!("{} crates from the registry", crates.len());
    examine(&policy, &crates)?.finish("deny")
}

#[derive(Deserialize)]
struct Policy {
    graph: Graph,
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Graph {
    targets: Vec<String>,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Named>,
    skip: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "crate")]
    name: String,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Crate>,
    resolve: Resolved,
}

#[derive(Deserialize)]
struct Resolved {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
}

#[derive(Deserialize)]
struct Crate {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    /// None: one of ours.
    source: Option<String>,
}

/// What is built for one of the targets, ours left out.
fn dependencies(workspace: &Workspace, targets: &[String]) -> Result<Vec<Crate>> {
    let mut command: Command = workspace.cargo();
    command.args(["metadata", "--format-version", "1", "--all-features", "--locked"]);
    for target in targets {
        command.args(["--filter-platform", target]);
    }
    let text = process::capture(&mut command)?;
    let metadata: Metadata =
        serde_json::from_str(&text).context("`cargo metadata` printed something unexpected")?;
    let used: BTreeSet<_> = metadata.resolve.nodes.into_iter().map(|node| node.id).collect();
    let foreign = |one: &Crate| one.source.is_some() && used.contains(&one.id);
    Ok(metadata.packages.into_iter().filter(foreign).collect())
}

fn examine(policy: &Policy, crates: &[Crate]) -> Result<Findings> {
    let mut findings = Findings::default();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in crates {
        versions.entry(&one.name).or_default().insert(&one.version);
        let place = format!("{} {}", one.name, one.version);
        if one.source.as_deref() != Some(REGISTRY) {
            findings.add(&place, "comes from elsewhere than crates.io");
        }
        if let Some(ban) = policy.bans.deny.iter().find(|ban| ban.name == one.name) {
            findings.add(&place, format!("is banned: {}", ban.reason));
        }
        examine_licence(&policy.licenses, one, &place, &mut findings)?;
    }
    for (name, versions) in versions.into_iter().filter(|(_, versions)| versions.len() > 1) {
        if !policy.bans.skip.iter().any(|skip| skip.name == name) {
            let versions = versions.into_iter().collect::<Vec<_>>().join(", ");
            findings.add(
                name,
                format!("is built {versions}: agree on one, or say why not under `skip` in deny.toml"),
            );
        }
    }
    Ok(findings)
}

fn examine_licence(policy: &Licenses, one: &Crate, place: &str, findings: &mut Findings) -> Result<()> {
    let mut allowed = policy.allow.clone();
    for exception in policy.exceptions.iter().filter(|exception| exception.name == one.name) {
        allowed.extend(exception.allow.iter().cloned());
    }
    let Some(expression) = &one.license else {
        findings.add(place, "names no licence");
        return Ok(());
    };
    let fits =
        licence::is_allowed(expression, &allowed).with_context(|| format!("the licence of {place}"))?;
    if !fits {
        findings.add(place, format!("is licensed under `{expression}`, which deny.toml does not allow"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "[graph]\ntargets = []\n[licenses]\nallow = [\"MIT\"]\n\
        exceptions = [{ crate = \"css\", allow = [\"MPL-2.0\"] }]\n[bans]\n\
        deny = [{ crate = \"openssl\", reason = \"rustls\" }]\nskip = [{ crate = \"syn\", reason = \"macros\" }]\n";

    fn one(name: &str, version: &str, license: &str, source: &str) -> Crate {
        let (id, name, version) = (format!("{name}@{version}"), name.into(), version.into());
        Crate { id, name, version, license: Some(license.into()), source: Some(source.into()) }
    }

    fn found(crates: &[Crate]) -> Vec<String> {
        examine(&toml::from_str(POLICY).unwrap(), crates).unwrap().lines().to_vec()
    }

    #[test]
    fn what_fits_passes() {
        let crates = [
            one("a", "1.0.0", "MIT", REGISTRY),
            one("css", "1.0.0", "MPL-2.0", REGISTRY),
            one("syn", "1.0.0", "MIT", REGISTRY),
            one("syn", "2.0.0", "MIT", REGISTRY),
        ];
        assert_eq!(found(&crates), [""; 0]);
    }

    #[test]
    fn each_rule_finds_its_offence() {
        let cases = [
            (vec![one("a", "1.0.0", "GPL-3.0", REGISTRY)], "GPL-3.0"),
            (vec![one("html", "1.0.0", "MPL-2.0", REGISTRY)], "MPL-2.0"),
            (vec![one("openssl", "1.0.0", "MIT", REGISTRY)], "banned: rustls"),
            (vec![one("a", "1.0.0", "MIT", "git+https://example.org/a")], "elsewhere"),
            (vec![one("a", "1.0.0", "MIT", REGISTRY), one("a", "2.0.0", "MIT", REGISTRY)], "1.0.0, 2.0.0"),
        ];
        for (crates, expected) in cases {
            let found = found(&crates);
            assert!(found.len() == 1 && found[0].contains(expected), "{found:?}");
        }
    }
}
