//! Keeps promises: what a frozen contract offered stays. Additions pass, changes and removals fail.

mod shape;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::contracts::PACKAGES;
use crate::findings::Findings;
use shape::Shape;

/// Compares `wit/` with the newest frozen copy of the same line (`0.1.x`).
///
/// # Errors
/// When the contracts do not parse, or break what was frozen.
pub fn check(root: &Path) -> Result<()> {
    let current = Shape::read(&root.join("wit"))?;
    let Some((version, folder)) = newest(root, current.version)? else {
        println!(
            "nothing of the line {}.{}.x is frozen yet: any change is allowed",
            current.version.0, current.version.1
        );
        return Ok(());
    };
    let added = compare(&Shape::read(&folder)?, &current)?;
    println!("{added} additions since {}", shown(version));
    Ok(())
}

/// Copies the contracts to `wit/released/<version>`.
///
/// # Errors
/// When that version is frozen with other contracts, or the contracts break an older one.
pub fn freeze(root: &Path) -> Result<()> {
    check(root)?;
    let current = Shape::read(&root.join("wit"))?;
    let folder = released(root).join(shown(current.version));
    if folder.exists() {
        return refuse_another(&folder, &current);
    }
    for package in PACKAGES {
        copy_contracts(&root.join("wit").join(package), &folder.join(package))?;
    }
    println!("froze {}", folder.strip_prefix(root).unwrap_or(&folder).display());
    Ok(())
}

type Version = (u64, u64, u64);

fn compare(frozen: &Shape, current: &Shape) -> Result<usize> {
    let mut findings = Findings::default();
    for (place, was) in &frozen.items {
        match current.items.get(place) {
            None => findings.add(place, format!("was removed (frozen: `{was}`)")),
            Some(is) if is != was => findings.add(place, format!("was `{was}`, is `{is}`")),
            Some(_) => {}
        }
    }
    let added: Vec<_> = current.items.keys().filter(|place| !frozen.items.contains_key(*place)).collect();
    for place in added.iter().filter(|place| frozen.demands(place)) {
        findings.add(
            place,
            "was added, but no feature built before exports it; make an interface and a world of its own",
        );
    }
    findings.finish("the comparison of the contracts")?;
    Ok(added.len())
}

fn refuse_another(folder: &Path, current: &Shape) -> Result<()> {
    if Shape::read(folder)?.items == current.items {
        println!("{} is frozen already", shown(current.version));
        return Ok(());
    }
    bail!(
        "{} is frozen with other contracts; raise the version of both packages in wit/",
        shown(current.version)
    )
}

fn copy_contracts(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        if let (Some(name), Some("wit")) = (path.file_name(), path.extension().and_then(|ext| ext.to_str())) {
            fs::copy(&path, to.join(name)).with_context(|| format!("{} cannot be copied", path.display()))?;
        }
    }
    Ok(())
}

/// The newest frozen version with the same major and minor number.
fn newest(root: &Path, line: Version) -> Result<Option<(Version, PathBuf)>> {
    let mut versions = Vec::new();
    let Ok(entries) = fs::read_dir(released(root)) else { return Ok(None) };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        if let Some(version) =
            parse(&name.to_string_lossy()).filter(|found| (found.0, found.1) == (line.0, line.1))
        {
            versions.push((version, entry.path()));
        }
    }
    versions.sort();
    Ok(versions.pop())
}

fn released(root: &Path) -> PathBuf {
    root.join("wit/released")
}

fn parse(name: &str) -> Option<Version> {
    let mut parts = name.split('.').map(str::parse);
    let version = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    parts.next().is_none().then_some(version)
}

fn shown(version: Version) -> String {
    format!("{}.{}.{}", version.0, version.1, version.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLATFORM: &str = "package p2p:platform@0.1.0;\n\
        interface clock {\n record span { since: s64, until: s64 }\n now: func() -> s64;\n}\n\
        interface random { bytes: func(length: u32) -> list<u8>; }\n";
    const FEATURE: &str = "package p2p:feature@0.1.0;\n\
        interface handler { use p2p:platform/clock@0.1.0.{span}; handle: async func(at: span) -> u16; }\n\
        world feature { import p2p:platform/random@0.1.0; export handler; }\n";

    fn contracts(platform: &str, feature: &str) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        put(root.path(), platform, feature);
        root
    }

    fn put(root: &Path, platform: &str, feature: &str) {
        for (name, text) in [("platform", platform), ("feature", feature)] {
            fs::create_dir_all(root.join("wit").join(name)).unwrap();
            fs::write(root.join("wit").join(name).join("all.wit"), text).unwrap();
        }
    }

    fn broken(platform: &str, feature: &str) -> bool {
        let root = contracts(PLATFORM, FEATURE);
        freeze(root.path()).unwrap();
        put(root.path(), platform, feature);
        Shape::read(&root.path().join("wit")).unwrap();
        check(root.path()).is_err()
    }

    #[test]
    fn nothing_frozen_passes_and_freezing_twice_is_fine() {
        let root = contracts(PLATFORM, FEATURE);
        check(root.path()).unwrap();
        freeze(root.path()).unwrap();
        freeze(root.path()).unwrap();
        assert!(root.path().join("wit/released/0.1.0/feature/all.wit").is_file());
    }

    #[test]
    fn functions_and_docs_may_be_added() {
        let more = PLATFORM.replace("now:", "/// Never waits.\n zone: func() -> string;\n now:");
        assert!(!broken(&more, FEATURE));
        let added = FEATURE.replace(
            "world feature",
            "interface live { open: func(); }\n world with-live { export live; }\n world feature",
        );
        assert!(!broken(PLATFORM, &added));
    }

    #[test]
    fn signatures_records_and_removals_break() {
        assert!(broken(&PLATFORM.replace("func() -> s64", "func() -> u64"), FEATURE));
        assert!(broken(&PLATFORM.replace("now: func", "now: async func"), FEATURE));
        assert!(broken(&PLATFORM.replace("until: s64", "until: s64, zone: string"), FEATURE));
        assert!(broken(&PLATFORM.replace("now: func() -> s64;", ""), FEATURE));
        assert!(broken(PLATFORM, &FEATURE.replace("import p2p:platform/random@0.1.0;", "")));
    }

    #[test]
    fn a_new_demand_on_an_old_world_breaks() {
        let demand = FEATURE.replace("export handler;", "export handler; export live;");
        let demand = demand.replace("world feature", "interface live { open: func(); }\n world feature");
        assert!(broken(PLATFORM, &demand));
        assert!(broken(PLATFORM, &FEATURE.replace("handle:", "ready: func() -> bool; handle:")));
    }

    #[test]
    fn a_frozen_version_is_never_written_over() {
        let root = contracts(PLATFORM, FEATURE);
        freeze(root.path()).unwrap();
        put(root.path(), &PLATFORM.replace("now:", "zone: func() -> string;\n now:"), FEATURE);
        let error = freeze(root.path()).unwrap_err().to_string();
        assert!(error.contains("raise the version"), "{error}");
    }

    #[test]
    fn another_line_is_not_compared() {
        let root = contracts(PLATFORM, FEATURE);
        freeze(root.path()).unwrap();
        let next = |text: &str| text.replace("0.1.0", "0.2.0").replace("s64", "u64");
        put(root.path(), &next(PLATFORM), &next(FEATURE));
        check(root.path()).unwrap();
    }
}
