//! Plays the scenarios of the browser against the real binary, one group per test, so that cargo counts and shows
//! them. What they do stands in `scenarios/*.test.mjs`.

#![expect(clippy::expect_used, reason = "helpers of tests may stop with a panic")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the scenarios.
const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn play(core: &str, group: &str) {
    let mut command = node_test(&Path::new(HERE).join("scenarios").join(format!("{group}.test.mjs")));
    command.env("P2P_E2E_CORE", core).env("P2P_BINARY", binary()).env("P2P_FEATURES", features());
    command.env("P2P_PICTURES", target().join("pictures"));
    succeed(&mut command);
}

/// Node's own runner.
fn node_test(file: &Path) -> Command {
    let mut command = Command::new("node");
    command.current_dir(HERE).args(["--test", "--test-reporter=spec"]).arg(file);
    command
}

fn succeed(command: &mut Command) {
    let output = command.output().expect("Node 20 or newer runs the scenarios: run `cargo xtask tools`");
    let [said, complained] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{command:?}: {}\n{said}\n{complained}", output.status);
    // Shown by a runner that is asked to: among it where pictures lie.
    println!("{said}");
}

/// The server of the same build: this test lies in `<target>/<profile>/deps`.
fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it lies");
    let profile = test.parent().and_then(Path::parent).expect("a test lies in a folder of a profile");
    let binary = profile.join(format!("p2p{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.exists(), "{} is not built: run `cargo build -p p2p-server`", binary.display());
    binary
}

/// The built features.
fn features() -> PathBuf {
    let folder = target().join("components");
    assert!(folder.join("accounts.wasm").exists(), "no feature is built: run `cargo xtask components`");
    folder
}

fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(target) => PathBuf::from(target),
        None => Path::new(HERE).join("../../target"),
    }
}

#[test]
fn sessions_of_the_embedded_core() {
    play("embedded", "sessions");
}

#[test]
fn sessions_of_a_core_beside_the_server() {
    play("stand-in", "sessions");
}

#[test]
fn mails_with_the_embedded_core() {
    play("embedded", "mail");
}

#[test]
fn mails_with_a_core_beside_the_server() {
    play("stand-in", "mail");
}

#[test]
fn invitations_with_the_embedded_core() {
    play("embedded", "invitations");
}

#[test]
fn invitations_with_a_core_beside_the_server() {
    play("stand-in", "invitations");
}

#[test]
fn prebuilt_pages_with_the_embedded_core() {
    play("embedded", "prebuilt");
}

#[test]
fn prebuilt_pages_with_a_core_beside_the_server() {
    play("stand-in", "prebuilt");
}

#[test]
fn foreign_pages_with_the_embedded_core() {
    play("embedded", "csrf");
}

#[test]
fn foreign_pages_with_a_core_beside_the_server() {
    play("stand-in", "csrf");
}

#[test]
fn faults_of_a_core_beside_the_server() {
    play("stand-in", "faults");
}

#[test]
fn pages_of_the_document() {
    play("embedded", "docs");
}

#[test]
fn pages_of_the_demo() {
    play("embedded", "demo");
}

#[test]
fn the_stand_in_core_itself() {
    succeed(&mut node_test(&Path::new(HERE).join("../peers/cdi-core.test.mjs")));
}
