//! The real binary over PostgreSQL, which `DATABASE_URL` names: several servers over one database, and what is said when
//! it is away.

#![expect(clippy::unwrap_used, reason = "helpers of tests may stop with a panic")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use p2p_storage::conformance::database::TestDatabase;
use p2p_test_support::built;
use p2p_test_support::people::{Person, topic};
use serde_json::json;
use tempfile::TempDir;

/// A server over a database, with its own folder for everything else.
struct Server {
    child: Child,
    url: String,
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let features = folder.path().join("features");
    std::fs::create_dir(&features).unwrap();
    for feature in ["accounts", "forums"] {
        std::fs::copy(built::component(feature), features.join(format!("{feature}.wasm"))).unwrap();
    }
    folder
}

/// As other programs write such a URL.
fn p2p(folder: &Path, database: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_p2p"));
    command.env_clear().current_dir(folder).args(arguments).stdin(Stdio::null());
    command.env("DATABASE_URL", database.replace("postgres://", "postgresql+asyncpg://"));
    command.env("SECRET_KEY", "the same on every server of a test").env("DATABASE_CONNECTIONS", "8");
    command
}

impl Server {
    fn start(folder: &Path, database: &str) -> Self {
        let mut command = p2p(folder, database, &["serve", "--listen", "127.0.0.1:0"]);
        command.env("PUBLIC_URL", "http://localhost");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let address = first.rsplit(' ').next().unwrap();
        Self { url: format!("http://{address}"), child }
    }

    async fn ready(&self) -> u16 {
        reqwest::get(format!("{}/health/ready", self.url)).await.unwrap().status().as_u16()
    }
}

/// A test that fails leaves no server behind.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What one server was told the other knows, and when one is killed the other does its work.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_share_what_they_keep() {
    let database = TestDatabase::create().await.unwrap();
    let (one_folder, other_folder) = (folder(), folder());
    let migrated = p2p(one_folder.path(), &database.url, &["migrate"]).output().unwrap();
    assert!(String::from_utf8_lossy(&migrated.stdout).contains("forums"), "{migrated:?}");
    let one = Server::start(one_folder.path(), &database.url);
    let other = Server::start(other_folder.path(), &database.url);
    assert_eq!((one.ready().await, other.ready().await), (200, 200));

    let sara = Person::founder(&one.url, "localhost", "sara@works.example").await;
    let sara_there = sara.at(&other.url);
    let written = sara.post("/forums/topics", &topic("Written at one server")).await.expect(201);
    let id = written.json["id"].as_str().unwrap().to_owned();
    let read = sara_there.get(&format!("/forums/topics/{id}")).await.expect(200);
    assert_eq!(read.json["title"], json!("Written at one server"));

    // One of them did the jobs. Whichever it is, they are done when it is gone.
    drop(one);
    sara_there.post("/forums/topics", &topic("Written when the other was killed")).await.expect(201);
    let mut stores = p2p(other_folder.path(), &database.url, &["jobs", "list"]);
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let listed = stores.output().unwrap();
        let waiting = String::from_utf8_lossy(&listed.stdout).lines().count();
        assert!(listed.status.success(), "{listed:?}");
        if waiting == 1 && relayed(&database).await {
            break;
        }
        assert!(Instant::now() < until, "{}", String::from_utf8_lossy(&listed.stdout));
    }
}

/// Whether nothing lies in the outboxes any more.
async fn relayed(database: &TestDatabase) -> bool {
    let stores = database.waiting_events("main", &["accounts", "forums"]).await.unwrap();
    stores == 0
}

#[test]
fn a_database_that_is_away_is_named_by_doctor_and_start() {
    let folder = folder();
    let nowhere = "postgres://nobody:hidden@127.0.0.1:9/nothing";
    for command in [["doctor"], ["serve"], ["migrate"]] {
        let output = p2p(folder.path(), nowhere, &command).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!said.contains("hidden"), "{said}");
        if command == ["doctor"] {
            assert!(said.contains("nobody@127.0.0.1:9/nothing"), "{said}");
        }
    }
}
