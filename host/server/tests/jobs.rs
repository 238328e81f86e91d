//! `p2p retell` and `p2p jobs schedule` of the real binary, over real features and no server beside it.

#![expect(clippy::unwrap_used, reason = "helpers of tests may stop with a panic")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use p2p_test_support::built;
use tempfile::TempDir;

fn p2p(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_p2p"));
    command.env_clear().current_dir(folder).args(arguments).stdin(Stdio::null());
    command.output().unwrap()
}

/// What is printed, by lines; the command must succeed.
fn lines(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let output = p2p(folder, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

fn folder(features: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("features");
    std::fs::create_dir(&place).unwrap();
    for feature in features {
        std::fs::copy(built::component(feature), place.join(format!("{feature}.wasm"))).unwrap();
    }
    folder
}

#[test]
fn every_feature_that_keeps_something_is_asked_to_tell_it_again() {
    let folder = folder(&["accounts", "forums", "hostile"]);
    lines(folder.path(), &["migrate"]);
    let said = lines(folder.path(), &["retell"]).join(" ");
    assert!(said.contains("accounts, forums, hostile of `main`"), "{said}");
    lines(folder.path(), &["search", "rebuild", "main"]);
    let listed = lines(folder.path(), &["jobs", "list"]);
    let asked = listed.iter().filter(|line| line.contains("platform.retell.requested"));
    assert_eq!(asked.count(), 2 * 3, "{listed:#?}");
    let unknown = p2p(folder.path(), &["retell", "another"]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no tenant `another`"));
}

#[test]
fn a_tenant_with_nothing_to_tell_is_told_so() {
    let folder = folder(&["measured"]);
    lines(folder.path(), &["migrate"]);
    let refused = p2p(folder.path(), &["retell"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("anything to tell again"));
}

#[test]
fn what_is_run_by_the_clock_is_listed() {
    let folder = folder(&["accounts", "forums"]);
    lines(folder.path(), &["migrate"]);
    let listed = lines(folder.path(), &["jobs", "schedule"]);
    assert_eq!(listed.len(), 3, "{listed:#?}");
    assert!(listed[1].contains("accounts") && listed[1].contains("invitations") && listed[1].contains("1 h"));
    assert!(listed[2].contains("forums") && listed[2].contains("sweep") && listed[2].contains("10 min"));
    assert!(listed[1].trim_end().ends_with('-'), "never done: {listed:#?}");
}
