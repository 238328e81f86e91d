//! The real binary: what it refuses and how it says so, and its life from start to signal.

#![expect(clippy::unwrap_used, reason = "helpers of tests may stop with a panic")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use p2p_test_support::built;
use p2p_test_support::people::Person;
use p2p_test_support::smtp::SmtpServer;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
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

#[tokio::test]
async fn a_doctor_greets_the_mail_server() {
    let folder = folder();
    let server = SmtpServer::start(&["--login", "post:correct horse"]).await;
    let doctor = |password: &str| {
        let output = p2p(folder.path(), &["doctor"])
            .env("SMTP_HOST", "127.0.0.1")
            .env("SMTP_PORT", server.port.to_string())
            .env("SMTP_TLS", "none")
            .env("SMTP_USER", "post")
            .env("SMTP_PASSWORD", password)
            .output()
            .unwrap();
        let table = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!table.contains("horse") && !said(&output).contains("horse"), "{table}");
        (output.status.code(), table)
    };
    let (code, table) = doctor("correct horse");
    assert!(code == Some(0) && table.contains(&format!("127.0.0.1:{}", server.port)), "{table}");
    let (code, table) = doctor("wrong horse");
    assert!(code == Some(1) && table.contains("535"), "{table}");
}

#[test]
fn stores_are_migrated_without_a_server() {
    let folder = folder();
    let output = p2p(folder.path(), &["migrate"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("platform"));
    assert!(folder.path().join("data/tenants/main/platform.sqlite").exists());
}

/// What a command said on standard output.
fn told(folder: &Path, arguments: &[&str]) -> String {
    let output = p2p(folder, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn keys_are_made_used_and_taken_back_beside_a_server_and_all_of_it_is_audited() {
    let folder = folder();
    let features = folder.path().join("features");
    std::fs::copy(built::component("accounts"), features.join("accounts.wasm")).unwrap();
    let server = Server::start(folder.path());
    let ada = Person::founder(&server.url, "localhost", "ada@works.example").await;
    let create =
        ["key", "create", "--user", "ada@works.example", "--name", "export", "--scope", "accounts:read"];
    let key = told(folder.path(), &create);
    let program = Person::nobody(&server.url, "localhost");
    let ask =
        async |key: &str| program.send(reqwest::Method::GET, "/users/me", None, &[("x-api-key", key)]).await;
    assert_eq!(ask(&key).await.expect(200).json["id"], ada.profile["user"]["id"]);
    let listed = told(folder.path(), &["key", "list"]);
    assert!(listed.contains("ada@works.example") && !listed.contains(&key), "{listed}");
    let id = key.split('_').nth(1).unwrap();
    let rotated = told(folder.path(), &["key", "rotate", id, "--overlap-hours", "0"]);
    assert_ne!(rotated, key);
    told(folder.path(), &["key", "revoke", id]);
    let again = p2p(folder.path(), &["key", "revoke", id]).output().unwrap();
    assert!(said(&again).contains("p2p key list"), "{}", said(&again));
    let nobody =
        p2p(folder.path(), &["key", "create", "--user", "x@y.example", "--name", "x", "--scope", "*:read"]);
    assert!(said(&{ nobody }.output().unwrap()).contains("nobody of tenant"));
    told(folder.path(), &["admin", "grant", "ada@works.example"]);
    let guess = json!({"email": "ada@works.example", "password": "correct horse 7"});
    let actions = async {
        loop {
            let admin = ada.signed_in(&ada.post("/auth/login", &guess).await.expect(200));
            let log = admin.get("/audit").await;
            if log.status == 200 {
                break log.json["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| item["action"].clone())
                    .collect();
            }
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    };
    let actions: Vec<_> = tokio::time::timeout(std::time::Duration::from_secs(30), actions).await.unwrap();
    for action in
        ["identity.key.created", "identity.key.rotated", "identity.key.revoked", "platform.admin.granted"]
    {
        assert!(actions.contains(&json!(action)), "{action}: {actions:?}");
    }
    assert_eq!(server.end(), Some(0));
}
