//! The embedded stores against `kill -9`: a child of this test writes, and is killed while it does.
#![cfg(test)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Deadline, FeatureName, Scope, SystemClock, TenantId};
use p2p_storage::packed::{Params, RowReader};
use p2p_storage::{
    EmbeddedConfig, EmbeddedStores, Event, FeatureStores, Migration, Migrations, OpenError, SqlError,
    Statement, StoreCall, StoreLimits, Stores,
};

/// Says to the child where it writes.
const FOLDER: &str = "P2P_KILL_FOLDER";

const TABLE: &str = "CREATE TABLE notes (id INTEGER PRIMARY KEY, round INTEGER NOT NULL);";

/// Ends only with the process that runs it.
const ENDLESS: &str = "CREATE TABLE half (n INTEGER); INSERT INTO half WITH RECURSIVE c (n) AS \
    (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c WHERE n < 100 OR n < 0;";

fn migrations(texts: &[&str]) -> Migrations {
    let step = |(version, text): (u32, &&str)| Migration {
        version,
        name: "step".to_owned(),
        sqlite: (*text).to_owned(),
        postgres: String::new(),
    };
    Migrations { tables: (1..).zip(texts).map(step).collect(), collections: Vec::new() }
}

async fn open(folder: &Path, texts: &[&str]) -> Result<FeatureStores, OpenError> {
    let scope = Scope { tenant: TenantId::new("acme").unwrap(), feature: FeatureName::new("notes").unwrap() };
    let stores = EmbeddedStores::new(folder.to_owned(), EmbeddedConfig::new([7; 32], Arc::new(SystemClock)));
    stores.open(&scope, &migrations(texts), StoreLimits::default()).await
}

fn soon() -> StoreCall {
    StoreCall::until(Deadline::after(Duration::from_secs(20)))
}

/// The same test in a process of its own, as the half that is killed.
fn child(test: &str, folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn numbers(stores_rows: &p2p_storage::Rows) -> Vec<i64> {
    let mut reader = RowReader::new(stores_rows).unwrap();
    let mut numbers = Vec::new();
    while reader.advance() {
        numbers.push(reader.s64().unwrap());
    }
    numbers
}

/// Where to write, in the half that is killed.
fn killed_half() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// Two rows and an event per commit; says each one once it was acknowledged.
async fn write_until_killed(folder: &Path) {
    let stores = open(folder, &[TABLE]).await.unwrap();
    let next = "SELECT coalesce(max(round), 0) + 1 FROM notes";
    let first = numbers(&stores.sql.query(soon(), next, &[]).await.unwrap());
    for round in first[0].. {
        let row = || Statement {
            text: "INSERT INTO notes (round) VALUES ($1)".to_owned(),
            params: Params::new().s64(round).finish(),
            expect: Some(1),
        };
        let event = Event { topic: "notes.x.y".to_owned(), key: round.to_string(), payload: b"{}".to_vec() };
        stores.sql.commit(soon(), &[row(), row()], &[event]).await.unwrap();
        println!("\nacknowledged {round}");
    }
}

#[tokio::test]
async fn no_acknowledged_write_is_lost_and_none_is_half() {
    if let Some(folder) = killed_half() {
        return write_until_killed(&folder).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = 0;
    for kills in 1..=8 {
        let mut child = child("no_acknowledged_write_is_lost_and_none_is_half", folder.path());
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut seen =
            lines.filter_map(|line| line.strip_prefix("acknowledged ").and_then(|n| n.parse::<i64>().ok()));
        let wanted = acknowledged + 10 * kills;
        acknowledged = seen.by_ref().find(|round| *round >= wanted).expect("the child writes");
        child.kill().unwrap();
        acknowledged = seen.last().unwrap_or(acknowledged);
        child.wait().unwrap();
        let stores = open(folder.path(), &[TABLE]).await.unwrap();
        let text = "SELECT round FROM notes GROUP BY round HAVING count(*) = 2 ORDER BY round";
        let whole = numbers(&stores.sql.query(soon(), text, &[]).await.unwrap());
        assert!(whole.len() as i64 >= acknowledged, "{} rounds, {acknowledged} acknowledged", whole.len());
        assert_eq!(whole, (1..=whole.len() as i64).collect::<Vec<_>>());
        let all = numbers(&stores.sql.query(soon(), "SELECT count(*) FROM notes", &[]).await.unwrap());
        assert_eq!(all, [2 * whole.len() as i64], "a commit is whole or absent");
        let events = stores.outbox.pending(100_000).await.unwrap();
        let keys: Vec<i64> = events.iter().map(|found| found.event.key.parse().unwrap()).collect();
        assert_eq!(keys, whole, "each commit left its event, in order");
    }
}

#[tokio::test]
async fn a_killed_migration_is_as_if_never_begun() {
    if let Some(folder) = killed_half() {
        println!("\nmigrating");
        return open(&folder, &[TABLE, ENDLESS]).await.map(drop).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let stores = open(folder.path(), &[TABLE]).await.unwrap();
    let mut child = child("a_killed_migration_is_as_if_never_begun", folder.path());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line == "migrating"));
    // The write lock tells when it is in the midst of it.
    let insert =
        Statement { text: "INSERT INTO notes (round) VALUES (1)".to_owned(), params: vec![], expect: None };
    let within = |millis| StoreCall::until(Deadline::after(Duration::from_millis(millis)));
    while stores.sql.commit(within(50), std::slice::from_ref(&insert), &[]).await != Err(SqlError::Busy) {}
    open(folder.path(), &[TABLE]).await.expect("nothing to do, nothing to wait for");
    child.kill().unwrap();
    child.wait().unwrap();
    stores.sql.commit(soon(), &[insert], &[]).await.unwrap();
    drop(stores);
    let second = "CREATE TABLE half (n INTEGER);";
    let stores = open(folder.path(), &[TABLE, second]).await.unwrap();
    assert_eq!(numbers(&stores.sql.query(soon(), "SELECT count(*) FROM half", &[]).await.unwrap()), [0]);
}
