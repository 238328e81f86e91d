//! Which crate may depend on which. The table says what is allowed; here it is held against the manifests.

mod table;

use anyhow::Result;

use crate::findings::Findings;
use crate::workspace::{Dependency, Package, Workspace, room};
use table::Wall;

/// Every dependency of every member.
///
/// # Errors
/// When an arrow points where it may not.
pub fn check(workspace: &Workspace) -> Result<()> {
    let findings = examine(workspace);
    findings.finish("arrows")
}

fn examine(workspace: &Workspace) -> Findings {
    let mut findings = Findings::default();
    for package in &workspace.packages {
        let from = package.room(&workspace.root);
        if !table::is_known(&from) {
            findings.add(
                &from,
                "is a room without a row; add it to xtask/src/arrows/table.rs, with an ADR for the reason",
            );
            continue;
        }
        for dependency in &package.dependencies {
            examine_dependency(workspace, package, &from, dependency, &mut findings);
        }
    }
    findings
}

fn examine_dependency(
    workspace: &Workspace,
    package: &Package,
    from: &str,
    to: &Dependency,
    findings: &mut Findings,
) {
    let place = workspace.shown(&package.manifest_path);
    let for_tests = to.kind.as_deref() == Some("dev");
    let Some(path) = &to.path else {
        if !for_tests && let Some(owners) = table::owners(&to.name, from, to.optional) {
            findings.add(place, format!("only {owners} may depend on `{}`", to.name));
        }
        return;
    };
    let target = room(&workspace.root, path);
    let allowed =
        if for_tests { table::wall(from, &target) == Wall::None } else { table::may_use(from, &target) };
    if !allowed {
        findings
            .add(place, format!("`{from}` may not depend on `{target}`; {}", table::reason(from, &target)));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    enum To<'a> {
        Room(&'a str),
        TestRoom(&'a str),
        Crate(&'a str),
        Optional(&'a str),
        TestCrate(&'a str),
    }

    fn dependency(to: &To<'_>) -> Dependency {
        let (name, dev, ours, optional) = match to {
            To::Room(room) => (room, false, true, false),
            To::TestRoom(room) => (room, true, true, false),
            To::Crate(name) => (name, false, false, false),
            To::Optional(name) => (name, false, false, true),
            To::TestCrate(name) => (name, true, false, false),
        };
        Dependency {
            name: name.to_string(),
            kind: dev.then(|| "dev".into()),
            path: ours.then(|| format!("/house/{name}").into()),
            optional,
        }
    }

    fn refused(from: &str, to: To<'_>) -> bool {
        let package = Package {
            name: from.into(),
            manifest_path: format!("/house/{from}/Cargo.toml").into(),
            features: BTreeMap::new(),
            targets: Vec::new(),
            dependencies: vec![dependency(&to)],
            metadata: serde_json::Value::Null,
        };
        let workspace =
            Workspace { root: "/house".into(), target: "/house/target".into(), packages: vec![package] };
        !examine(&workspace).lines().is_empty()
    }

    #[test]
    fn arrows_point_down() {
        for (from, to) in [
            ("host/server", "host/http"),
            ("host/http", "host/runtime"),
            ("host/runtime", "host/tenants"),
            ("host/identity", "host/storage"),
            ("host/storage", "host/context"),
            ("components/forums", "components/sdk"),
            ("tests/bench", "components/forums"),
            ("tests/bench", "host/http"),
            ("targets/cloudflare", "components/forums"),
        ] {
            assert!(!refused(from, To::Room(to)), "{from} → {to}");
        }
    }

    #[test]
    fn no_other_way_is_open() {
        for (from, to) in [
            ("host/storage", "host/tenants"),
            ("host/context", "host/storage"),
            ("host/http", "host/jobs"),
            ("host/runtime", "host/http"),
            ("host/tenants", "host/identity"),
            ("host/server", "components/forums"),
            ("components/forums", "host/context"),
            ("components/forums", "components/accounts"),
            ("components/sdk", "components/accounts"),
            ("tests/fixtures/hostile", "host/runtime"),
            ("xtask", "host/context"),
        ] {
            assert!(refused(from, To::Room(to)), "{from} → {to}");
        }
    }

    #[test]
    fn tests_may_look_up_but_not_across_the_wall() {
        assert!(!refused("host/storage", To::TestRoom("tests/support")));
        assert!(!refused("host/tenants", To::TestRoom("host/identity")));
        assert!(refused("host/runtime", To::TestRoom("components/forums")));
        assert!(refused("components/forums", To::TestRoom("host/storage")));
        assert!(refused("components/forums", To::TestRoom("components/accounts")));
    }

    #[test]
    fn libraries_have_their_rooms() {
        assert!(!refused("host/http", To::Crate("axum")));
        assert!(!refused("host/runtime", To::Crate("wasmtime")));
        assert!(!refused("host/storage", To::Crate("sqlx")));
        assert!(!refused("host/server", To::TestCrate("axum")));
        assert!(refused("host/server", To::Crate("axum")));
        assert!(refused("host/jobs", To::Crate("sqlx")));
        assert!(refused("host/http", To::Crate("wasmtime")));
        assert!(refused("components/forums", To::Crate("tokio")));
    }

    #[test]
    fn the_sdk_takes_a_store_for_its_test_host_only_as_a_choice() {
        assert!(!refused("components/sdk", To::Optional("rusqlite")));
        assert!(!refused("components/sdk", To::Optional("tokio")));
        assert!(refused("components/sdk", To::Crate("tokio")));
        assert!(refused("components/sdk", To::Crate("rusqlite")));
        assert!(refused("components/forums", To::Optional("rusqlite")));
    }

    #[test]
    fn an_unknown_room_needs_a_row() {
        assert!(refused("host/gossip", To::Room("host/context")));
    }
}
