//! What happens around a store: a server that crashes, stands still and comes back, callers that go away.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use p2p_storage::packed::{Params, RowReader};
use p2p_storage::{
    DocumentError, Event, FeatureStores, OutboxError, ProductionStores, SqlError, Statement, StoreLimits,
    Stores,
};

use super::own_server::OwnServer;
use super::support::{config, migrations, number, scope, soon, within, world};

const TABLE: &str = "CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL);";

/// Longest a store may need to serve again once its server does.
const RECOVERY: Duration = Duration::from_secs(20);

fn insert(id: i64, body: &str) -> Statement {
    Statement {
        text: "INSERT INTO notes (id, body) VALUES ($1, $2)".to_owned(),
        params: Params::new().s64(id).text(body).finish(),
        expect: Some(1),
    }
}

fn event(key: &str) -> Event {
    Event { topic: "forums.x.y".to_owned(), key: key.to_owned(), payload: b"{}".to_vec() }
}

async fn count(stores: &FeatureStores) -> i64 {
    number(&stores.sql.query(soon(), "SELECT count(*) FROM notes", &[]).await.unwrap())
}

async fn recovered(stores: &ProductionStores) {
    let until = Instant::now() + RECOVERY;
    while let Err(error) = stores.check().await {
        assert!(Instant::now() < until, "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_away_is_unavailable_and_comes_back() {
    let server = OwnServer::start();
    let files = tempfile::tempdir().unwrap();
    let stores = ProductionStores::new(config(&server.url(), &files));
    let opened = stores.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap();
    opened.sql.commit(soon(), &[insert(1, "a")], &[event("1")]).await.unwrap();
    opened.documents.insert(soon(), "posts", "a", b"{}", &[]).await.unwrap();
    for round in 2..5 {
        server.crash();
        let outcome = opened.sql.query(within(2_000), "SELECT 1", &[]).await;
        assert!(matches!(outcome, Err(SqlError::Unavailable(_))), "{outcome:?}");
        let outcome = opened.sql.commit(within(2_000), &[insert(99, "x")], &[event("lost")]).await;
        assert!(matches!(outcome, Err(SqlError::Unavailable(_))), "{outcome:?}");
        let outcome = opened.documents.get(within(2_000), "posts", "a").await;
        assert!(matches!(outcome, Err(DocumentError::Unavailable(_))), "{outcome:?}");
        let outcome = opened.outbox.emit(within(2_000), &[event("lost")]).await;
        assert_eq!(outcome, Err(OutboxError::Unavailable));
        assert!(stores.check().await.is_err(), "readiness tells");
        server.up();
        // At once: no caller sees the connections that died.
        assert_eq!(count(&opened).await, round - 1);
        opened.sql.commit(soon(), &[insert(round, "a")], &[event("e")]).await.unwrap();
        stores.check().await.unwrap();
    }
    assert_eq!(opened.outbox.pending(100).await.unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stands_still_keeps_nobody_past_their_deadline() {
    let server = OwnServer::start();
    let files = tempfile::tempdir().unwrap();
    let stores = ProductionStores::new(config(&server.url(), &files));
    let opened = stores.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap();
    opened.sql.commit(soon(), &[insert(1, "a")], &[]).await.unwrap();
    server.signal("STOP");
    let began = Instant::now();
    let callers = (0..40).map(|n| {
        let sql = Arc::clone(&opened.sql);
        async move {
            match n % 2 {
                0 => sql.query(within(300), "SELECT 1", &[]).await.map(drop),
                _ => sql.commit(within(300), &[insert(n + 10, "x")], &[]).await.map(drop),
            }
        }
    });
    for outcome in futures::future::join_all(callers).await {
        let away = matches!(outcome, Err(SqlError::Timeout | SqlError::Unavailable(_) | SqlError::Busy));
        assert!(away, "{outcome:?}");
    }
    let took = began.elapsed();
    assert!(took < Duration::from_millis(600), "{took:?}");
    server.signal("CONT");
    recovered(&stores).await;
    opened.sql.commit(soon(), &[insert(2, "a")], &[]).await.unwrap();
    // A write that was told to have run out of time is whole or absent; those that never began are absent.
    assert!(count(&opened).await >= 2);
}

/// Writers go on while the server crashes again and again. What was acknowledged is there afterwards, with its event.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost() {
    let server = OwnServer::start();
    let files = tempfile::tempdir().unwrap();
    let stores = ProductionStores::new(config(&server.url(), &files));
    let opened = stores.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap();
    let (next, stop) = (Arc::new(AtomicI64::new(1)), Arc::new(AtomicBool::new(false)));
    let writers: Vec<_> = (0..6)
        .map(|_| {
            let (next, stop, sql) = (Arc::clone(&next), Arc::clone(&stop), Arc::clone(&opened.sql));
            tokio::spawn(async move {
                let (mut kept, mut refused) = (Vec::new(), 0_u64);
                while !stop.load(Ordering::Relaxed) {
                    let id = next.fetch_add(1, Ordering::Relaxed);
                    match sql.commit(within(5_000), &[insert(id, "a")], &[event(&id.to_string())]).await {
                        Ok(_) => kept.push(id),
                        Err(SqlError::Unavailable(_) | SqlError::Timeout | SqlError::Busy) => refused += 1,
                        Err(other) => panic!("{other:?}"),
                    }
                    tokio::task::yield_now().await;
                }
                (kept, refused)
            })
        })
        .collect();
    for _ in 0..3 {
        wait_for_more(&next).await;
        server.crash();
        wait_for_more(&next).await;
        server.up();
        recovered(&stores).await;
    }
    wait_for_more(&next).await;
    stop.store(true, Ordering::Relaxed);
    let (mut kept, mut refused) = (HashSet::new(), 0);
    for writer in writers {
        let (own, lost) = writer.await.unwrap();
        kept.extend(own);
        refused += lost;
    }
    println!("{} acknowledged, {refused} refused", kept.len());
    assert!(refused > 0 && !kept.is_empty());
    let limits = StoreLimits { rows: u32::MAX, bytes: 64 << 20 };
    let all = stores.open(&scope(), &migrations(&[TABLE]), limits).await.unwrap();
    let rows = all.sql.query(soon(), "SELECT id FROM notes", &[]).await.unwrap();
    let mut reader = RowReader::new(&rows).unwrap();
    let mut found = HashSet::new();
    while reader.advance() {
        found.insert(reader.s64().unwrap());
    }
    assert!(kept.is_subset(&found), "lost: {:?}", kept.difference(&found).collect::<Vec<_>>());
    let pending = all.outbox.pending(u32::MAX).await.unwrap();
    let events: HashSet<i64> = pending.iter().map(|pending| pending.event.key.parse().unwrap()).collect();
    assert_eq!(events, found, "a write and its event share their fate");
}

/// A hundred more tries than now.
async fn wait_for_more(next: &AtomicI64) {
    let (goal, until) = (next.load(Ordering::Relaxed) + 100, Instant::now() + RECOVERY);
    while next.load(Ordering::Relaxed) < goal {
        assert!(Instant::now() < until, "writers hang");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Aborted at any moment of its life, a commit is whole or absent, and the next caller finds the store well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_aborted_commit_is_whole_or_absent() {
    let world = world().await;
    let stores = world.stores.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap();
    let commit = |id: i64| {
        let sql = Arc::clone(&stores.sql);
        let batch = [insert(id * 2, "a"), insert(id * 2 + 1, "a")];
        async move { sql.commit(soon(), &batch, &[event(&id.to_string())]).await }
    };
    commit(1).await.unwrap();
    let began = Instant::now();
    commit(2).await.unwrap();
    let usual = began.elapsed();
    for round in 0..100_u32 {
        let under_way = tokio::spawn(commit(i64::from(round) + 10));
        let began = Instant::now();
        while began.elapsed() < usual * round / 50 {
            tokio::task::yield_now().await;
        }
        under_way.abort();
        let _ = under_way.await;
    }
    commit(3).await.unwrap();
    // Those that were given up are over when nobody holds their rows.
    let until = Instant::now() + RECOVERY;
    let whole = loop {
        let (rows, events) = (count(&stores).await, stores.outbox.pending(1_000).await.unwrap().len() as i64);
        if rows == events * 2 && events >= 3 {
            break events;
        }
        assert!(Instant::now() < until, "{rows} rows, {events} events");
    };
    println!("{whole} of 103 commits came through");
}
