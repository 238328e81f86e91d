//! Events and handled events in documents: they stay until they are relayed or old, also where the document has gone.

use std::sync::Arc;
use std::time::Duration;

use mongodb::bson::doc;
use p2p_context::{FixedClock, Timestamp, new_uuid};
use p2p_storage::{Change, DocumentError, FeatureStores, Operator, SqlError, StoreCall};
use serde_json::json;
use uuid::Uuid;

use super::support::{Mixed, event, soon, url};

async fn ids(stores: &FeatureStores) -> Vec<Uuid> {
    stores.outbox.pending(100).await.unwrap().into_iter().map(|pending| pending.id).collect()
}

fn touch() -> [Change; 1] {
    [Change { path: "n".to_owned(), operator: Operator::Inc, value: json!(1) }]
}

#[tokio::test]
async fn a_deleted_document_stays_until_its_events_are_relayed() {
    let mixed = Mixed::new().await;
    let stores = mixed.posts().await;
    let (documents, raw) = (&stores.documents, mixed.raw("posts").await);
    documents.insert(soon(), "posts", "a", b"{\"secret\":1}", &[event("1")]).await.unwrap();
    documents.delete(soon(), "posts", "a", None, &[event("2")]).await.unwrap();
    assert_eq!(documents.get(soon(), "posts", "a").await, Ok(None));
    assert_eq!(
        documents.update(soon(), "posts", "a", &touch(), None, &[]).await,
        Err(DocumentError::Missing)
    );
    assert_eq!(documents.delete(soon(), "posts", "a", None, &[]).await, Err(DocumentError::Missing));
    let left = raw.find_one(doc! {}).await.unwrap().unwrap();
    assert_eq!(left.keys().collect::<Vec<_>>(), ["_id", "_p2p"], "the body is gone");

    documents.insert(soon(), "posts", "a", b"{}", &[event("3")]).await.unwrap();
    assert_eq!(documents.insert(soon(), "posts", "a", b"{}", &[]).await, Err(DocumentError::Exists));
    assert_eq!(documents.get(soon(), "posts", "a").await.unwrap().unwrap().version, 1);
    documents.delete(soon(), "posts", "a", Some(1), &[]).await.unwrap();
    let events = ids(&stores).await;
    assert_eq!(events.len(), 3);
    stores.outbox.relayed(&events[..2]).await.unwrap();
    assert_eq!(ids(&stores).await, events[2..]);
    assert_eq!(raw.count_documents(doc! {}).await.unwrap(), 1);
    stores.outbox.relayed(&events).await.unwrap();
    assert_eq!(raw.count_documents(doc! {}).await.unwrap(), 0);
    mixed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relayed_event_does_not_come_back_with_a_write_that_began_before() {
    let mixed = Mixed::new().await;
    let stores = mixed.posts().await;
    stores.documents.insert(soon(), "posts", "a", b"{}", &[event("1")]).await.unwrap();
    let events = ids(&stores).await;
    mixed.gate.shut();
    let writer = {
        let documents = stores.documents.clone();
        tokio::spawn(
            async move { documents.update(soon(), "posts", "a", &touch(), None, &[event("2")]).await },
        )
    };
    mixed.gate.reached().await;
    stores.outbox.relayed(&events).await.unwrap();
    mixed.gate.open();
    writer.await.unwrap().unwrap();
    let pending = stores.outbox.pending(10).await.unwrap();
    assert_eq!(pending.iter().map(|pending| pending.event.key.as_str()).collect::<Vec<_>>(), ["2"]);
    mixed.end().await;
}

/// While nobody relays, a document fills up; then writing to it waits for the relay, and nothing is lost.
#[tokio::test]
async fn a_document_full_of_events_takes_more_when_they_are_relayed() {
    let mixed = Mixed::new().await;
    let stores = mixed.posts().await;
    stores.documents.insert(soon(), "posts", "a", b"{}", &[]).await.unwrap();
    let mut large = event("large");
    large.payload = vec![b'x'; 64 << 10];
    let many = vec![large; 60];
    let mut written = 0;
    let refused = loop {
        match stores.documents.update(soon(), "posts", "a", &touch(), None, &many).await {
            Ok(_) => written += 1,
            Err(error) => break error,
        }
        assert!(written < 10, "a document has no end");
    };
    assert!(matches!(refused, DocumentError::Unavailable(_)), "{refused:?}");
    assert!(written > 0);
    let kept = stores.documents.get(soon(), "posts", "a").await.unwrap().unwrap();
    assert_eq!(kept.version, written + 1);
    let pending = stores.outbox.pending(1000).await.unwrap();
    assert_eq!(pending.len() as u64, written * 60);
    let ids: Vec<Uuid> = pending.into_iter().map(|pending| pending.id).collect();
    stores.outbox.relayed(&ids).await.unwrap();
    stores.documents.update(soon(), "posts", "a", &touch(), None, &many).await.unwrap();
    mixed.end().await;
}

#[tokio::test]
async fn a_handled_event_is_remembered_though_its_document_goes() {
    let clock = Arc::new(FixedClock::at(Timestamp(1_790_000_000_000_000)));
    let mixed = Mixed::at(&url(), clock.clone()).await;
    let stores = mixed.posts().await;
    let handled = new_uuid();
    let handling = || StoreCall { handling: Some(handled), ..soon() };
    stores.documents.insert(handling(), "posts", "a", b"{}", &[]).await.unwrap();
    stores.documents.delete(soon(), "posts", "a", None, &[]).await.unwrap();
    assert!(stores.outbox.is_handled(handled).await.unwrap());
    let again = stores.documents.insert(handling(), "posts", "a", b"{}", &[]).await;
    assert_eq!(again, Err(DocumentError::Stale));
    assert_eq!(stores.sql.commit(handling(), &[], &[]).await, Err(SqlError::Stale(u32::MAX)));

    let other = StoreCall { handling: Some(new_uuid()), ..soon() };
    stores.sql.commit(other.clone(), &[], &[]).await.unwrap();
    let outcome = stores.documents.insert(other, "posts", "b", b"{}", &[]).await;
    assert_eq!(outcome, Err(DocumentError::Stale), "handled by a table");

    clock.advance(Duration::from_secs(31 * 24 * 3600));
    stores.outbox.relayed(&[new_uuid()]).await.unwrap();
    assert!(!stores.outbox.is_handled(handled).await.unwrap());
    assert_eq!(mixed.raw("posts").await.count_documents(doc! {}).await.unwrap(), 0);
    mixed.end().await;
}

#[tokio::test]
async fn a_document_remembers_only_so_many_handled_events() {
    let mixed = Mixed::new().await;
    let stores = mixed.posts().await;
    stores.documents.insert(soon(), "posts", "a", b"{}", &[]).await.unwrap();
    let handled: Vec<Uuid> = (0..205).map(|_| new_uuid()).collect();
    for event in &handled {
        let call = StoreCall { handling: Some(*event), ..soon() };
        stores.documents.update(call, "posts", "a", &touch(), None, &[]).await.unwrap();
    }
    assert!(!stores.outbox.is_handled(handled[4]).await.unwrap());
    assert!(stores.outbox.is_handled(handled[5]).await.unwrap());
    assert!(stores.outbox.is_handled(handled[204]).await.unwrap());
    mixed.end().await;
}

#[tokio::test]
async fn events_of_a_collection_that_another_process_began_are_found() {
    let mixed = Mixed::new().await;
    let twin = mixed.twin().await;
    let (here, there) = (mixed.posts().await, twin.posts().await);
    assert!(ids(&here).await.is_empty());
    there.documents.insert(soon(), "drafts", "a", b"{}", &[event("1")]).await.unwrap();
    assert_eq!(ids(&there).await.len(), 1, "at once where it was written");
    assert_eq!(ids(&here).await.len(), 1, "at once where it was not");
    mixed.end().await;
}

#[tokio::test]
async fn a_collection_is_written_down_before_its_first_mark() {
    let mixed = Mixed::new().await;
    let stores = mixed.posts().await;
    let marked = async || {
        let scope = mixed.scopes().await.find_one(doc! { "_id": "forums" }).await.unwrap().unwrap();
        scope
            .get_array("collections")
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for collection in ["posts", "drafts", "notes"] {
        stores.documents.insert(soon(), collection, "a", b"{}", &[]).await.unwrap();
    }
    assert!(marked().await.is_empty());
    stores.documents.update(soon(), "posts", "a", &touch(), None, &[event("1")]).await.unwrap();
    let handling = StoreCall { handling: Some(new_uuid()), ..soon() };
    stores.documents.update(handling, "drafts", "a", &touch(), None, &[]).await.unwrap();
    assert_eq!(marked().await, ["posts", "drafts"]);
    mixed.end().await;
}

#[tokio::test]
async fn marks_of_a_time_when_they_were_not_written_down_are_found() {
    let mixed = Mixed::new().await;
    let stores = mixed.posts().await;
    let handled = new_uuid();
    let handling = StoreCall { handling: Some(handled), ..soon() };
    stores.documents.insert(soon(), "posts", "a", b"{}", &[event("1")]).await.unwrap();
    stores.documents.insert(handling, "drafts", "a", b"{}", &[]).await.unwrap();
    mixed.scopes().await.delete_many(doc! {}).await.unwrap();
    let twin = mixed.twin().await;
    let opened = twin.posts().await;
    assert_eq!(ids(&opened).await.len(), 1);
    assert!(opened.outbox.is_handled(handled).await.unwrap());
    mixed.end().await;
}
