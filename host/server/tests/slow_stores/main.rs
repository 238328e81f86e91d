//! The real binary over stores that are far away: what it asks both of, it asks at the same time.

#![cfg(test)]

mod delay;
#[path = "../../../storage/tests/mongo/server.rs"]
#[expect(dead_code, reason = "here it lives on")]
mod mongo;
#[path = "../../../storage/tests/postgres/own_server.rs"]
#[expect(dead_code, reason = "here it lives on")]
mod postgres;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use delay::Wire;
use p2p_test_support::built;
use p2p_test_support::people::{Person, topic};
use serde_json::json;

/// What the way from a store takes, so long that what this machine does beside it does not matter.
const FAR: Duration = Duration::from_millis(120);
const READS: usize = 5;

/// Ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(folder: &Path, database: &str, documents: &str) -> (Server, String) {
    let features = folder.join("features");
    std::fs::create_dir(&features).unwrap();
    for feature in ["accounts", "forums"] {
        std::fs::copy(built::component(feature), features.join(format!("{feature}.wasm"))).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_p2p"));
    command.env_clear().current_dir(folder).args(["serve", "--listen", "127.0.0.1:0"]);
    command
        .env("DATABASE_URL", database)
        .env("MONGODB_URL", documents)
        .env("SECRET_KEY", "the secret of a test of far stores");
    command.env("PUBLIC_URL", "http://localhost").env("LOG_LEVEL", "warn");
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let first = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    let url = format!("http://{}", first.rsplit(' ').next().unwrap());
    (Server(child), url)
}

/// The middle one of a few reads.
async fn takes(reader: &Person, path: &str) -> Duration {
    let mut times = Vec::new();
    for _ in 0..READS {
        let begun = Instant::now();
        reader.get(path).await.expect(200);
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    times[READS / 2]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_waits_for_both_stores_at_the_same_time() {
    let (postgres, mongo) = (postgres::OwnServer::start(), mongo::Server::start());
    let (rows, documents) = (Wire::to(&postgres.url()).await, Wire::to(&mongo.url()).await);
    let folder = tempfile::tempdir().unwrap();
    let (_server, url) = start(folder.path(), &rows.url(&postgres.url()), &documents.url(&mongo.url()));
    let writer = Person::founder(&url, "localhost", "sara@works.example").await;
    let written = writer.post("/forums/topics", &topic("Kept in two places")).await.expect(201);
    let id = written.json["id"].as_str().unwrap().to_owned();
    let reply = json!({ "content": "So that there is more to read than one post." });
    writer.post(&format!("/forums/topics/{id}/posts"), &reply).await.expect(201);
    let path = format!("/forums/topics/{id}");
    // Connections are made and statements prepared before anything is timed.
    takes(&writer, &path).await;

    rows.delay(FAR);
    let rows_far = takes(&writer, &path).await;
    documents.delay(FAR);
    let both_far = takes(&writer, &path).await;
    rows.delay(Duration::ZERO);
    let documents_far = takes(&writer, &path).await;

    assert!(rows_far >= FAR && documents_far >= FAR, "{rows_far:?} {documents_far:?}: nothing is far");
    let longer = rows_far.max(documents_far);
    assert!(
        both_far < longer + FAR / 2,
        "both far {both_far:?}, rows alone {rows_far:?}, documents alone {documents_far:?}"
    );
}
