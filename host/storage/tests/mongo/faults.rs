//! A server that goes away, freezes and comes back: callers hear of it in time, what was acknowledged is there, and
//! nothing of ours is started again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use p2p_context::SystemClock;
use p2p_storage::{Change, DocumentError, FeatureStores, Operator, OutboxError, Search, Stores};
use serde_json::json;

use super::server::Server;
use super::support::{Mixed, event, soon, within};

/// How late an answer may be on a busy machine.
const LATE: Duration = Duration::from_secs(1);

fn touch() -> [Change; 1] {
    [Change { path: "n".to_owned(), operator: Operator::Inc, value: json!(1) }]
}

/// Every operation with this much time; each ends in it, without success.
async fn all_fail_in(time: Duration, stores: &FeatureStores) {
    let documents = &stores.documents;
    let search = Search { limit: 10, ..Search::default() };
    let refused = |outcome: Result<(), DocumentError>, what: &str| {
        assert!(
            matches!(outcome, Err(DocumentError::Unavailable(_) | DocumentError::Timeout)),
            "{what}: {outcome:?}"
        );
    };
    let (touch, lost, began) = (touch(), [event("lost")], Instant::now());
    let (get, find, insert, update, delete) = tokio::join!(
        documents.get(within(time), "posts", "a"),
        documents.find(within(time), "posts", &search),
        documents.insert(within(time), "posts", "lost", b"{}", &lost),
        documents.update(within(time), "posts", "a", &touch, None, &[]),
        documents.delete(within(time), "posts", "b", None, &[]),
    );
    refused(get.map(drop), "get");
    refused(find.map(drop), "find");
    refused(insert, "insert");
    refused(update.map(drop), "update");
    refused(delete, "delete");
    assert!(began.elapsed() < time + LATE, "{:?} for operations with {time:?}", began.elapsed());
}

/// As a client would: again until it works.
async fn recovers(stores: &FeatureStores) {
    let recovered = async {
        while stores.documents.get(within(Duration::from_secs(5)), "posts", "a").await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), recovered).await.expect("it does not come back");
}

async fn fill(stores: &FeatureStores) {
    for id in ["a", "b"] {
        stores.documents.insert(soon(), "posts", id, b"{}", &[event(id)]).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_gone_is_unavailable_and_comes_back() {
    let mut server = Server::start();
    let mixed = Mixed::at(&server.url(), Arc::new(SystemClock)).await;
    let stores = mixed.posts().await;
    fill(&stores).await;
    mixed.check().await.unwrap();
    server.kill();
    all_fail_in(Duration::from_secs(4), &stores).await;
    all_fail_in(Duration::from_millis(300), &stores).await;
    assert_eq!(stores.outbox.pending(10).await, Err(OutboxError::Unavailable));
    assert!(mixed.check().await.is_err(), "readiness tells");
    server.begin();
    recovers(&stores).await;
    mixed.check().await.unwrap();
    assert_eq!(stores.outbox.pending(10).await.unwrap().len(), 2);
    assert_eq!(stores.documents.update(soon(), "posts", "a", &touch(), Some(1), &[]).await, Ok(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stands_still_keeps_nobody_past_the_deadline() {
    let server = Server::start();
    let mixed = Mixed::at(&server.url(), Arc::new(SystemClock)).await;
    let stores = mixed.posts().await;
    fill(&stores).await;
    server.freeze();
    for _ in 0..3 {
        all_fail_in(Duration::from_secs(1), &stores).await;
    }
    server.thaw();
    recovers(&stores).await;
    // A write whose answer never came may have been done, but whole or not at all.
    let lost = stores.documents.get(soon(), "posts", "lost").await.unwrap();
    let told = stores.outbox.pending(10).await.unwrap().iter().any(|pending| pending.event.key == "lost");
    assert_eq!(lost.is_some(), told);
}

/// Killed again and again under writers: what was acknowledged is there afterwards, with its event.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_in_a_crash() {
    let mut server = Server::start();
    let mixed = Mixed::at(&server.url(), Arc::new(SystemClock)).await;
    let stores = mixed.posts().await;
    fill(&stores).await;
    let mut acknowledged = vec!["a".to_owned(), "b".to_owned()];
    for round in 0..3 {
        let writers: Vec<_> = (0..4)
            .map(|writer| tokio::spawn(write_on(stores.clone(), format!("{round}-{writer}"))))
            .collect();
        // Not before everybody has begun to succeed.
        let begun = async {
            while stores.outbox.pending(1000).await.unwrap().len() < acknowledged.len() + 8 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), begun).await.unwrap();
        server.kill();
        for writer in writers {
            acknowledged.extend(writer.await.unwrap());
        }
        server.begin();
        recovers(&stores).await;
    }
    let told: Vec<_> =
        stores.outbox.pending(10_000).await.unwrap().into_iter().map(|pending| pending.event.key).collect();
    for id in &acknowledged {
        assert!(stores.documents.get(soon(), "posts", id).await.unwrap().is_some(), "{id} is gone");
        assert!(told.contains(id), "the event of {id} is gone");
    }
    println!("{} acknowledged, {} there", acknowledged.len(), told.len());
}

/// Inserts until the first failure; answers what was acknowledged.
async fn write_on(stores: FeatureStores, name: String) -> Vec<String> {
    let mut acknowledged = Vec::new();
    loop {
        let id = format!("{name}-{}", acknowledged.len());
        let written = stores.documents.insert(soon(), "posts", &id, b"{}", &[event(&id)]).await;
        match written {
            Ok(()) => acknowledged.push(id),
            Err(_) => return acknowledged,
        }
    }
}
