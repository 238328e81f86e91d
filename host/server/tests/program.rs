//! The real binary: what it refuses and how it says so, and its life from start to signal.

#![expect(clippy::unwrap_used, reason = "helpers of tests may stop with a panic")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A program that would find nothing set, in a folder of its own with an empty features folder.
fn p2p(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_p2p"));
    command.env_clear().current_dir(folder).args(arguments).stdin(Stdio::null());
    command
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("features")).unwrap();
    folder
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut command = p2p(folder, &["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let address = first.rsplit(' ').next().unwrap();
        Self { url: format!("http://{address}"), child }
    }

    fn end(mut self) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        self.child.wait().unwrap().code()
    }
}

/// A test that fails leaves no server behind.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[test]
fn what_is_not_supported_or_unknown_ends_the_start_with_its_name() {
    let folder = folder();
    std::fs::write(folder.path().join("wrong.toml"), "prot = 1\n").unwrap();
    let set = p2p(folder.path(), &["serve"]).env("MONGODB_URL", "mongodb://db").output().unwrap();
    let key = p2p(folder.path(), &["serve", "--config", "wrong.toml"]).output().unwrap();
    let absent = p2p(folder.path(), &["serve", "--features-dir", "elsewhere"]).output().unwrap();
    for (output, word) in [(&set, "MONGODB_URL"), (&key, "prot"), (&absent, "elsewhere")] {
        assert_eq!(output.status.code(), Some(1));
        assert!(said(output).contains(word), "{}", said(output));
    }
}

#[tokio::test]
async fn a_server_lives_from_its_start_to_a_signal() {
    let folder = folder();
    let server = Server::start(folder.path());
    let ready = reqwest::get(format!("{}/health/ready", server.url)).await.unwrap();
    assert_eq!(ready.status(), 200);
    let second = p2p(folder.path(), &["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert!(said(&second).contains(&server.child.id().to_string()), "{}", said(&second));
    let doctor = p2p(folder.path(), &["doctor"]).output().unwrap();
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("a server runs as process"));
    assert_eq!(doctor.status.code(), Some(0), "a running server is no fault");
    assert_eq!(server.end(), Some(0));
    let again = Server::start(folder.path());
    assert_eq!(again.end(), Some(0));
}

#[test]
fn a_doctor_names_what_is_wrong_and_fails() {
    let folder = folder();
    std::fs::write(folder.path().join("features").join("broken.wasm"), "no").unwrap();
    let output = p2p(folder.path(), &["doctor"]).output().unwrap();
    let table = String::from_utf8_lossy(&output.stdout);
    assert!(table.contains("WRONG") && table.contains("broken.wasm"), "{table}");
    assert_eq!(output.status.code(), Some(1));
    assert!(!folder.path().join("data").exists(), "a doctor changes nothing");
}

#[test]
fn stores_are_migrated_without_a_server() {
    let folder = folder();
    let output = p2p(folder.path(), &["migrate"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("platform"));
    assert!(folder.path().join("data/tenants/main/platform.sqlite").exists());
}
