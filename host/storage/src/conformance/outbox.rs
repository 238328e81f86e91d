//! Rules of the outbox and inbox: events live and die with the write that made them, in the order of commits.

use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Origin, new_uuid};

use super::tables::book;
use super::{Candidate, Verdict, event, open, rules, soon};
use crate::packed::RowReader;
use crate::ports::sql::SqlError;
use crate::ports::stores::{FeatureStores, StoreCall};

/// All rules.
pub async fn all(candidate: &Candidate) -> Verdict {
    rules!(
        candidate,
        [
            events_are_committed_with_their_write,
            events_of_a_failed_write_are_gone,
            events_keep_the_order_of_commits,
            relayed_events_are_gone_and_stay_gone,
            emitted_events_are_kept,
            events_say_who_brought_them_about,
            waiting_ends_when_events_are_written,
            an_event_is_handled_once,
            a_failed_write_handles_nothing,
            oversized_events_are_denied,
        ]
    )
}

async fn keys(stores: &FeatureStores) -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>> {
    Ok(stores.outbox.pending(100).await?.into_iter().map(|pending| pending.event.key).collect())
}

async fn count_books(stores: &FeatureStores) -> Result<i64, Box<dyn std::error::Error + Send + Sync>> {
    let rows = stores.sql.query(soon(), "SELECT count(*) FROM books", &[]).await?;
    let mut reader = RowReader::new(&rows)?;
    reader.advance();
    Ok(reader.s64()?)
}

async fn events_are_committed_with_their_write(candidate: &Candidate) -> Verdict {
    let stores = open(candidate, "outbox-commit").await?;
    stores.sql.commit(soon(), &[book(1, "a")], &[event("1"), event("2")]).await?;
    let pending = stores.outbox.pending(100).await?;
    assert_eq!(pending.len(), 2);
    for (found, key) in pending.iter().zip(["1", "2"]) {
        assert_eq!(found.event, event(key));
        assert!(found.committed_at.0 > 0);
    }
    assert_eq!(stores.outbox.pending(1).await?.len(), 1, "a limit is kept");
    Ok(())
}

async fn events_of_a_failed_write_are_gone(candidate: &Candidate) -> Verdict {
    let stores = open(candidate, "outbox-abort").await?;
    stores.sql.commit(soon(), &[book(1, "a")], &[]).await?;
    let mut stale = book(2, "b");
    stale.expect = Some(2);
    assert_eq!(stores.sql.commit(soon(), &[stale], &[event("x")]).await, Err(SqlError::Stale(0)));
    let clash = stores.sql.commit(soon(), &[book(3, "c"), book(4, "a")], &[event("y")]).await;
    assert!(matches!(clash, Err(SqlError::UniqueViolation(_))), "{clash:?}");
    assert!(keys(&stores).await?.is_empty());
    assert_eq!(count_books(&stores).await?, 1);
    Ok(())
}

async fn events_keep_the_order_of_commits(candidate: &Candidate) -> Verdict {
    let stores = open(candidate, "outbox-order").await?;
    let writes = (0..40).map(|id| {
        let sql = stores.sql.clone();
        async move { sql.commit(soon(), &[book(id, &id.to_string())], &[event(&id.to_string())]).await }
    });
    for outcome in futures::future::join_all(writes).await {
        outcome?;
    }
    let pending = stores.outbox.pending(100).await?;
    assert_eq!(pending.len(), 40);
    assert!(pending.is_sorted_by(|a, b| a.position < b.position), "positions ascend");
    assert!(pending.is_sorted_by_key(|found| found.committed_at), "in the order of time");
    stores.sql.commit(soon(), &[book(99, "last")], &[event("last")]).await?;
    assert_eq!(keys(&stores).await?.last().map(String::as_str), Some("last"));
    Ok(())
}

async fn relayed_events_are_gone_and_stay_gone(candidate: &Candidate) -> Verdict {
    let stores = open(candidate, "outbox-relayed").await?;
    stores.sql.commit(soon(), &[], &[event("1"), event("2"), event("3")]).await?;
    let before = stores.outbox.pending(100).await?;
    let ids: Vec<_> = before.iter().take(2).map(|found| found.id).collect();
    stores.outbox.relayed(&ids).await?;
    stores.outbox.relayed(&ids).await?;
    stores.outbox.relayed(&[]).await?;
    assert_eq!(keys(&stores).await?, ["3"]);
    stores.outbox.relayed(&before.iter().map(|found| found.id).collect::<Vec<_>>()).await?;
    stores.sql.commit(soon(), &[], &[event("4")]).await?;
    let after = stores.outbox.pending(100).await?;
    let newest = before.iter().map(|found| found.position).max();
    assert!(after.iter().all(|found| Some(found.position) > newest), "a position is never used again");
    Ok(())
}

async fn emitted_events_are_kept(candidate: &Candidate) -> Verdict {
    let stores = open(candidate, "outbox-emit").await?;
    stores.outbox.emit(soon(), &[event("1"), event("2")]).await?;
    assert_eq!(keys(&stores).await?, ["1", "2"]);
    Ok(())
}

async fn events_say_who_brought_them_about(candidate: &Candidate) -> Verdict {
    let stores = open(candidate, "outbox-origin").await?;
    let origin = Origin {
        request: Some("a-request".to_owned()),
        address: Some([203, 0, 113, 9].into()),
        user: Some(new_uuid()),
    };
    let call = StoreCall { origin: Arc::new(origin.clone()), ..soon() };
    stores.sql.commit(call.clone(), &[book(1, "a")], &[event("1")]).await?;
    stores.documents.insert(call.clone(), "posts", "a", b"{}", &[event("2")]).await?;
    stores.outbox.emit(call, &[event("3")]).await?;
    stores.outbox.emit(soon(), &[event("4")]).await?;
    let origins: Vec<_> = stores.outbox.pending(100).await?.into_iter().map(|found| found.origin).collect();
    assert_eq!(origins, [origin.clone(), origin.clone(), origin, Origin::default()]);
    Ok(())
}

async fn waiting_ends_when_events_are_written(candidate: &Candidate) -> Verdict {
    let stores = open(candidate, "outbox-wait").await?;
    let patience = Duration::from_secs(20);
    stores.sql.commit(soon(), &[], &[event("1")]).await?;
    tokio::time::timeout(patience, stores.outbox.written()).await?;
    let waiting = {
        let outbox = stores.outbox.clone();
        tokio::spawn(async move { outbox.written().await })
    };
    stores.sql.commit(soon(), &[], &[event("2")]).await?;
    tokio::time::timeout(patience, waiting).await??;
    Ok(())
}

async fn an_event_is_handled_once(candidate: &Candidate) -> Verdict {
    let stores = open(candidate, "inbox-once").await?;
    let (handled, marked) = (new_uuid(), new_uuid());
    let handling = StoreCall { handling: Some(handled), ..soon() };
    assert!(!stores.outbox.is_handled(handled).await?);
    stores.sql.commit(handling.clone(), &[book(1, "a")], &[event("1")]).await?;
    assert!(stores.outbox.is_handled(handled).await?);
    let again = stores.sql.commit(handling, &[book(2, "b")], &[event("2")]).await;
    assert_eq!(again, Err(SqlError::Stale(u32::MAX)), "a redelivery changes nothing");
    assert_eq!(count_books(&stores).await?, 1);
    assert_eq!(keys(&stores).await?, ["1"]);
    stores.outbox.mark_handled(marked).await?;
    stores.outbox.mark_handled(marked).await?;
    assert!(stores.outbox.is_handled(marked).await?);
    Ok(())
}

async fn a_failed_write_handles_nothing(candidate: &Candidate) -> Verdict {
    let stores = open(candidate, "inbox-abort").await?;
    let handled = new_uuid();
    let handling = StoreCall { handling: Some(handled), ..soon() };
    let mut stale = book(1, "a");
    stale.expect = Some(7);
    assert_eq!(stores.sql.commit(handling.clone(), &[stale], &[]).await, Err(SqlError::Stale(0)));
    assert!(!stores.outbox.is_handled(handled).await?);
    stores.sql.commit(handling, &[book(1, "a")], &[]).await?;
    assert!(stores.outbox.is_handled(handled).await?);
    Ok(())
}

async fn oversized_events_are_denied(candidate: &Candidate) -> Verdict {
    let stores = open(candidate, "outbox-size").await?;
    let mut large = event("1");
    large.payload = vec![b' '; (64 << 10) + 1];
    assert_eq!(stores.sql.commit(soon(), &[book(1, "a")], &[large]).await, Err(SqlError::Denied));
    assert_eq!(count_books(&stores).await?, 0);
    Ok(())
}
