//! Which contract version this host speaks, and whether a component's imports and exports fit it.

use std::collections::BTreeSet;

use p2p_tenants::Grant;

use crate::inspect::Inspected;

/// The version of `wit/` this host was built with.
pub const VERSION: &str = "0.1.1";

/// Interfaces that are designed but that this host does not fulfil yet.
const LATER: [Grant; 3] = [Grant::Live, Grant::Notifications, Grant::Http];

/// Why a component does not fit. Each names the import or export that is in the way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContractError {
    /// Built against contracts this host does not speak.
    #[error("built against contract {found}, this host speaks {VERSION}; {}", advice(found))]
    Version {
        /// What the manifest says.
        found: String,
    },
    /// Imports something that is no part of the contract.
    #[error("imports `{0}`, which no host offers; a feature may import p2p:platform only")]
    Undeclared(String),
    /// Imports something the tenant has not granted.
    #[error("imports `{0}`, which this tenant has not granted; add it to the feature's grants")]
    NotGranted(String),
    /// Imports something that is designed but not built yet.
    #[error("imports `{0}`, which is designed but not offered by this host yet")]
    NotOffered(String),
    /// Lacks an export.
    #[error("does not export `{0}`")]
    MissingExport(&'static str),
}

/// Checks versions, imports and exports; answers the grants the component really uses.
pub fn check(inspected: &Inspected, granted: &BTreeSet<Grant>) -> Result<BTreeSet<Grant>, ContractError> {
    let found = &inspected.manifest.contract;
    if !is_compatible(found) {
        return Err(ContractError::Version { found: found.clone() });
    }
    check_exports(inspected)?;
    let mut used = BTreeSet::new();
    for import in &inspected.imports {
        if let Some(grant) = check_import(import, granted)? {
            used.insert(grant);
        }
    }
    Ok(used)
}

/// Whether the name is an interface of this package in a version this host can link.
pub fn is_export(name: &str, interface: &str) -> bool {
    match name.split_once('@') {
        Some((base, version)) => base == interface && is_compatible(version),
        None => false,
    }
}

/// Whether an import belongs to the WASI HTTP export that other hosts call. Ours never does, so such imports are
/// linked to traps.
pub fn is_stubbed(import: &str) -> bool {
    ["wasi:http/types@", "wasi:clocks/types@", "wasi:http/client@"]
        .iter()
        .any(|name| import.starts_with(name))
}

fn check_exports(inspected: &Inspected) -> Result<(), ContractError> {
    let has = |interface| inspected.exports.iter().any(|name| is_export(name, interface));
    if !has("p2p:feature/handler") {
        return Err(ContractError::MissingExport("p2p:feature/handler@0.1.1"));
    }
    if !inspected.manifest.subscribes.is_empty() && !has("p2p:feature/events") {
        return Err(ContractError::MissingExport("p2p:feature/events@0.1.1"));
    }
    if !inspected.manifest.schedules.is_empty() && !has("p2p:feature/schedule") {
        return Err(ContractError::MissingExport("p2p:feature/schedule@0.1.1"));
    }
    Ok(())
}

fn check_import(import: &str, granted: &BTreeSet<Grant>) -> Result<Option<Grant>, ContractError> {
    if is_stubbed(import) || is_export(import, "p2p:platform/types") || is_export(import, "p2p:feature/types")
    {
        return Ok(None);
    }
    let undeclared = || ContractError::Undeclared(import.to_owned());
    let (name, version) =
        import.strip_prefix("p2p:platform/").and_then(|rest| rest.split_once('@')).ok_or_else(undeclared)?;
    let grant = Grant::of_interface(name).ok_or_else(undeclared)?;
    if !is_compatible(version) {
        return Err(ContractError::Version { found: version.to_owned() });
    }
    if LATER.contains(&grant) {
        return Err(ContractError::NotOffered(import.to_owned()));
    }
    if !granted.contains(&grant) {
        return Err(ContractError::NotGranted(import.to_owned()));
    }
    Ok(Some(grant))
}

fn is_compatible(version: &str) -> bool {
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<u32>().ok());
    let parse = |version: &str| {
        let mut parts = version.split('.');
        let parsed = (number(parts.next())?, number(parts.next())?, number(parts.next())?);
        parts.next().is_none().then_some(parsed)
    };
    match (parse(version), parse(VERSION)) {
        (Some((major, minor, patch)), Some((our_major, our_minor, our_patch))) => {
            major == our_major && minor == our_minor && patch <= our_patch
        }
        _ => false,
    }
}

fn advice(found: &str) -> &'static str {
    if found > VERSION { "update the host" } else { "build the feature with the current SDK" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_minor_up_to_our_patch_fits() {
        assert!(is_compatible("0.1.0") && is_compatible("0.1.1"));
        for other in ["0.1.2", "0.2.0", "1.0.0", "0.0.9", "0.1", "0.1.0.0", "x"] {
            assert!(!is_compatible(other), "{other}");
        }
    }

    #[test]
    fn an_import_needs_its_grant() {
        let none = BTreeSet::new();
        let import = "p2p:platform/sql@0.1.0";
        assert_eq!(check_import(import, &none), Err(ContractError::NotGranted(import.into())));
        assert_eq!(check_import(import, &BTreeSet::from([Grant::Sql])), Ok(Some(Grant::Sql)));
        assert!(matches!(
            check_import("wasi:filesystem/types@0.3.0", &none),
            Err(ContractError::Undeclared(_))
        ));
        assert!(matches!(check_import("p2p:platform/live@0.1.0", &none), Err(ContractError::NotOffered(_))));
        assert_eq!(check_import("p2p:platform/types@0.1.0", &none), Ok(None));
    }
}
