//! What happens around a store: a full disk, another process, callers that go away.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::{StreamExt, stream};
use p2p_context::Deadline;
use p2p_storage::packed::Params;
use p2p_storage::{
    BlobError, DocumentError, Event, FeatureStores, OutboxError, SqlError, StageLimits, Statement, StoreCall,
    StoreLimits, Stores,
};
use sqlx::{Connection, Executor, Row, SqliteConnection};

use super::support::{migrations, number, scope, soon, stores, write};

const TABLE: &str = "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);";

fn insert(body: &str) -> Statement {
    Statement {
        text: "INSERT INTO notes (body) VALUES ($1)".to_owned(),
        params: Params::new().text(body).finish(),
        expect: Some(1),
    }
}

fn event(key: &str) -> Event {
    Event { topic: "forums.x.y".to_owned(), key: key.to_owned(), payload: b"{}".to_vec() }
}

/// The scope's file, opened behind the stores' back.
async fn sqlite(root: &Path) -> SqliteConnection {
    let file = root.join("tenants/acme/forums.sqlite");
    SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap()
}

/// A disk of three megabytes. None where this process may not mount one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(folder.path());
        mount.output().is_ok_and(|done| done.status.success()).then_some(Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

async fn count(stores: &FeatureStores) -> i64 {
    number(&stores.sql.query(soon(), "SELECT count(*) FROM notes", &[]).await.unwrap())
}

#[tokio::test]
async fn a_full_disk_refuses_writes_and_loses_nothing() {
    let Some(disk) = SmallDisk::new() else {
        println!("skipped: a small disk can be mounted by root only");
        return;
    };
    let root = disk.0.path();
    let opened = stores(root);
    let stores = opened.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap();
    stores.documents.insert(soon(), "posts", "a", b"{}", &[]).await.unwrap();
    let ballast = root.join("ballast");
    std::fs::write(&ballast, vec![1; 1 << 20]).unwrap();

    let text = "x".repeat(20_000);
    let mut acknowledged = 0;
    let refused = loop {
        match stores.sql.commit(soon(), &[insert(&text), insert(&text)], &[event("e")]).await {
            Ok(_) => acknowledged += 2,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, SqlError::Unavailable(_)), "{refused:?}");
    assert!(acknowledged > 0);
    std::fs::write(root.join("crumbs"), vec![1; 1 << 20]).unwrap_err();
    // Space that a refused write had taken may serve a smaller one.
    let large = "x".repeat(600_000);
    for _ in 0..5 {
        assert_eq!(count(&stores).await, acknowledged, "reading goes on");
        let outcome = stores.sql.commit(soon(), &[insert(&large)], &[event("lost")]).await;
        assert!(matches!(outcome, Err(SqlError::Unavailable(_))), "{outcome:?}");
        let body = format!("{{\"a\":\"{large}\"}}");
        let outcome = stores.documents.insert(soon(), "posts", "b", body.as_bytes(), &[]).await;
        assert!(matches!(outcome, Err(DocumentError::Unavailable(_))), "{outcome:?}");
        let piece = stream::iter([Ok(Bytes::from(vec![1; 1 << 19]))]).boxed();
        let limits = StageLimits { bytes: 1 << 20 };
        let outcome = stores.blobs.stage("a/b", piece, limits, soon().deadline).await;
        assert!(matches!(outcome, Err(BlobError::Unavailable(_))), "{outcome:?}");
        assert!(opened.check().await.is_err(), "readiness tells");
    }
    assert_eq!(std::fs::read_dir(root.join("tenants/acme/blobs/forums/staged")).unwrap().count(), 0);

    std::fs::remove_file(root.join("crumbs")).unwrap();
    std::fs::remove_file(&ballast).unwrap();
    opened.check().await.unwrap();
    stores.sql.commit(soon(), &[insert(&text)], &[event("after")]).await.unwrap();
    assert_eq!(count(&stores).await, acknowledged + 1);
    let keys: Vec<_> =
        stores.outbox.pending(1000).await.unwrap().into_iter().map(|found| found.event.key).collect();
    assert_eq!(keys.len() as i64, acknowledged / 2 + 1);
    assert_eq!(keys.last().map(String::as_str), Some("after"));
    let verdict: String = sqlite(root).await.fetch_one("PRAGMA integrity_check").await.unwrap().get(0);
    assert_eq!(verdict, "ok");
}

#[tokio::test]
async fn a_writer_waits_for_another_process_until_its_deadline() {
    let folder = tempfile::tempdir().unwrap();
    let opened = stores(folder.path());
    let stores = opened.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap();
    let mut other = sqlite(folder.path()).await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let within = |millis| StoreCall::until(Deadline::after(Duration::from_millis(millis)));
    assert_eq!(stores.sql.commit(within(40), &[insert("a")], &[]).await, Err(SqlError::Busy));
    let outcome = stores.documents.insert(within(40), "posts", "a", b"{}", &[]).await;
    assert_eq!(outcome, Err(DocumentError::Busy));
    let outcome = stores.outbox.emit(within(40), &[event("a")]).await;
    assert_eq!(outcome, Err(OutboxError::Unavailable));
    assert_eq!(count(&stores).await, 0, "reading does not wait");
    let batch = [insert("a")];
    let (written, ()) = futures::join!(stores.sql.commit(soon(), &batch, &[]), async {
        other.execute("COMMIT").await.unwrap();
    });
    assert_eq!(written, Ok(vec![1]));
}

#[tokio::test]
async fn readers_wait_their_turn_until_their_deadline() {
    let folder = tempfile::tempdir().unwrap();
    let opened = stores(folder.path());
    let sql = opened.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap().sql;
    let endless = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c";
    let long = StoreCall::until(Deadline::after(Duration::from_secs(20)));
    let mut hoarders: Vec<_> = (0..4).map(|_| sql.query(long.clone(), endless, &[])).collect();
    for hoarder in &mut hoarders {
        // Far enough to hold a connection.
        let held = tokio::time::timeout(Duration::from_millis(50), hoarder).await;
        assert!(held.is_err());
    }
    let short = StoreCall::until(Deadline::after(Duration::from_millis(30)));
    assert_eq!(sql.query(short, "SELECT 1", &[]).await.err(), Some(SqlError::Busy));
    drop(hoarders);
    assert_eq!(number(&sql.query(soon(), "SELECT 1", &[]).await.unwrap()), 1);
}

/// Aborted at any moment of its life, a commit is whole or absent, and the next caller finds the store well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_aborted_commit_is_whole_or_absent() {
    let folder = tempfile::tempdir().unwrap();
    let opened = stores(folder.path());
    let stores = opened.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap();
    let commit = |text: String| {
        let sql = Arc::clone(&stores.sql);
        async move { sql.commit(soon(), &[insert(&text), insert(&text), insert(&text)], &[event(&text)]).await }
    };
    commit("first".to_owned()).await.unwrap();
    let began = Instant::now();
    commit("second".to_owned()).await.unwrap();
    let usual = began.elapsed();
    for round in 0..300_u32 {
        let under_way = tokio::spawn(commit(round.to_string()));
        let began = Instant::now();
        while began.elapsed() < usual * (round % 100) / 50 {
            tokio::task::yield_now().await;
        }
        under_way.abort();
        let _ = under_way.await;
    }
    commit("last".to_owned()).await.unwrap();
    let torn = "SELECT count(*) FROM (SELECT body FROM notes GROUP BY body HAVING count(*) <> 3)";
    assert_eq!(number(&stores.sql.query(soon(), torn, &[]).await.unwrap()), 0);
    let whole = count(&stores).await / 3;
    println!("{whole} of 303 commits came through");
    assert_eq!(stores.outbox.pending(1000).await.unwrap().len() as i64, whole);
}

#[tokio::test]
async fn a_reopened_store_is_as_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let opened = stores(folder.path());
        let stores = opened.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap();
        assert_eq!(count(&stores).await, round);
        assert_eq!(stores.outbox.pending(10).await.unwrap().len() as i64, round);
        stores.sql.commit(soon(), &[insert("a")], &[event("e")]).await.unwrap();
        stores.documents.insert(soon(), "posts", &round.to_string(), b"{}", &[]).await.unwrap();
    }
}

#[tokio::test]
async fn what_was_handled_long_ago_is_forgotten() {
    use p2p_context::{FixedClock, Timestamp, new_uuid};
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at(Timestamp(1_790_000_000_000_000)));
    let config = p2p_storage::EmbeddedConfig::new([7; 32], clock.clone());
    let opened = p2p_storage::EmbeddedStores::new(folder.path().to_owned(), config);
    let stores = opened.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap();
    let (old, young) = (new_uuid(), new_uuid());
    stores.outbox.mark_handled(old).await.unwrap();
    clock.advance(Duration::from_secs(29 * 24 * 3600));
    stores.outbox.mark_handled(young).await.unwrap();
    assert!(stores.outbox.is_handled(old).await.unwrap());
    clock.advance(Duration::from_secs(2 * 24 * 3600));
    stores.outbox.mark_handled(new_uuid()).await.unwrap();
    assert!(!stores.outbox.is_handled(old).await.unwrap());
    assert!(stores.outbox.is_handled(young).await.unwrap());
}

#[tokio::test]
async fn a_damaged_file_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenants/acme/forums.sqlite");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "this is no database, and long enough to be seen as none".repeat(100)).unwrap();
    let outcome = stores(folder.path()).open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await;
    assert!(matches!(outcome, Err(p2p_storage::OpenError::Unavailable(_))));
}

#[tokio::test]
async fn a_trigger_cannot_speak_for_the_host() {
    let folder = tempfile::tempdir().unwrap();
    let opened = stores(folder.path());
    let stores = opened.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap();
    stores.sql.commit(soon(), &[], &[event("e")]).await.unwrap();
    // As an older host without today's checks might have let it in.
    let mut behind = sqlite(folder.path()).await;
    let smuggled = "CREATE TRIGGER smuggled AFTER DELETE ON p2p_outbox BEGIN
        INSERT INTO p2p_documents VALUES ('stolen', 'a', 1, '{}'); END";
    behind.execute(smuggled).await.unwrap();
    let reopened = super::support::stores(folder.path());
    let stores = reopened.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap();
    let ids: Vec<_> = stores.outbox.pending(10).await.unwrap().into_iter().map(|found| found.id).collect();
    assert_eq!(stores.outbox.relayed(&ids).await, Err(OutboxError::Unavailable));
    assert_eq!(stores.documents.get(soon(), "stolen", "a").await, Ok(None));
    stores.sql.commit(soon(), &[write("INSERT INTO notes (body) VALUES ('x')")], &[]).await.unwrap();
}
