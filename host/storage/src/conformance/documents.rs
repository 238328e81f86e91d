//! Rules of the document port: what a write keeps, what an update does, what a search finds and in which order.

use p2p_context::new_uuid;
use serde_json::{Value, json};

use super::documents_found as found;
use super::{Candidate, Verdict, event, open, rules, scope, soon, tables};
use crate::ports::documents::{Change, Document, DocumentError, DocumentStore, Operator};
use crate::ports::stores::{StoreCall, StoreLimits};

/// All rules.
pub async fn all(candidate: &Candidate) -> Verdict {
    let writing: Verdict = rules!(
        candidate,
        [
            an_inserted_document_is_read,
            names_ids_and_bodies_have_bounds,
            each_operator_does_its_work,
            what_is_set_and_appended_counts_like_any_change,
            an_update_is_whole_or_not_at_all,
            versions_guard_writes,
            deleting_needs_a_document,
            events_share_the_fate_of_their_write,
            an_event_is_handled_once,
            concurrent_updates_all_count,
            one_of_two_rivals_wins,
            numbers_stay_what_they_were,
            answers_are_capped,
            collections_and_scopes_are_apart,
        ]
    );
    writing?;
    found::all(candidate).await
}

fn change(path: &str, operator: Operator, value: Value) -> Change {
    Change { path: path.to_owned(), operator, value }
}

pub(super) fn value(document: &Document) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(&document.body)
}

async fn read(
    documents: &dyn DocumentStore,
    id: &str,
) -> Result<(u64, Value), Box<dyn std::error::Error + Send + Sync>> {
    let document = documents.get(soon(), "posts", id).await?.ok_or("the document is gone")?;
    assert_eq!(document.id, id);
    Ok((document.version, value(&document)?))
}

async fn an_inserted_document_is_read(candidate: &Candidate) -> Verdict {
    let documents = open(candidate, "doc-insert").await?.documents;
    assert_eq!(documents.get(soon(), "posts", "a").await?, None);
    let body = json!({"title": "سلام", "n": 1, "nested": {"list": [1, null, true]}});
    documents.insert(soon(), "posts", "a", body.to_string().as_bytes(), &[]).await?;
    assert_eq!(read(documents.as_ref(), "a").await?, (1, body));
    let again = documents.insert(soon(), "posts", "a", b"{}", &[]).await;
    assert_eq!(again, Err(DocumentError::Exists));
    Ok(())
}

async fn names_ids_and_bodies_have_bounds(candidate: &Candidate) -> Verdict {
    let documents = open(candidate, "doc-bounds").await?.documents;
    let long = "a".repeat(49);
    for name in ["", "Posts", "9a", "a-b", "a b", "a'", "p2p.x", &long] {
        assert_eq!(documents.get(soon(), name, "a").await, Err(DocumentError::Denied), "{name}");
        assert_eq!(
            documents.insert(soon(), name, "a", b"{}", &[]).await,
            Err(DocumentError::Denied),
            "{name}"
        );
        assert_eq!(
            documents.find(soon(), name, &found::search(1)).await,
            Err(DocumentError::Denied),
            "{name}"
        );
    }
    let long = "a".repeat(257);
    for id in ["", &long] {
        let outcome = documents.insert(soon(), "posts", id, b"{}", &[]).await;
        assert!(matches!(outcome, Err(DocumentError::Rejected(_))), "{outcome:?}");
    }
    for body in [b"".as_slice(), b"[]", b"1", b"{", b"{\"a\":\xff}", b"{} {}"] {
        let outcome = documents.insert(soon(), "posts", "a", body, &[]).await;
        assert!(matches!(outcome, Err(DocumentError::Rejected(_))), "{outcome:?}");
    }
    let large = json!({"a": "x".repeat(1 << 20)}).to_string();
    let outcome = documents.insert(soon(), "posts", "a", large.as_bytes(), &[]).await;
    assert_eq!(outcome, Err(DocumentError::TooLarge));
    documents.insert(soon(), "posts", "a", b"{}", &[]).await?;
    let grow = change("a", Operator::Set, json!("x".repeat(1 << 20)));
    assert_eq!(
        documents.update(soon(), "posts", "a", &[grow], None, &[]).await,
        Err(DocumentError::TooLarge)
    );
    assert_eq!(read(documents.as_ref(), "a").await?, (1, json!({})));
    Ok(())
}

async fn each_operator_does_its_work(candidate: &Candidate) -> Verdict {
    let documents = open(candidate, "doc-operators").await?.documents;
    let body =
        json!({"old": 1, "n": 40, "tags": ["a", "b", "a"], "replies": [{"id": 1, "by": "x"}, {"id": 2}]});
    documents.insert(soon(), "posts", "a", body.to_string().as_bytes(), &[]).await?;
    let changes = [
        change("author.name", Operator::Set, json!("Ada")),
        change("replies.1.text", Operator::Set, json!("hi")),
        change("old", Operator::Unset, Value::Null),
        change("never", Operator::Unset, Value::Null),
        change("n", Operator::Inc, json!(2)),
        change("fresh", Operator::Inc, json!(-1)),
        change("tags", Operator::Pull, json!("a")),
        change("tags", Operator::Push, json!("c")),
        change("made.list", Operator::Push, json!({"x": 1})),
        change("replies", Operator::Pull, json!({"id": 1})),
    ];
    assert_eq!(documents.update(soon(), "posts", "a", &changes, None, &[]).await?, 2);
    let expected = json!({
        "author": {"name": "Ada"}, "n": 42, "fresh": -1, "tags": ["b", "c"], "made": {"list": [{"x": 1}]},
        "replies": [{"id": 2, "text": "hi"}],
    });
    assert_eq!(read(documents.as_ref(), "a").await?, (2, expected));
    Ok(())
}

/// The plainest changes alone, which a store may hand on without reading.
async fn what_is_set_and_appended_counts_like_any_change(candidate: &Candidate) -> Verdict {
    let documents = open(candidate, "doc-pushing").await?.documents;
    let push = |path: &str, value: Value| [change(path, Operator::Push, value)];
    let set = |value: Value| [change("n", Operator::Set, value)];
    let missing = documents.update(soon(), "posts", "a", &set(json!(1)), None, &[]).await;
    assert_eq!(missing, Err(DocumentError::Missing));
    documents.insert(soon(), "posts", "a", br#"{"n":1,"none":null,"list":[]}"#, &[]).await?;
    for bad in [
        push("n", json!(2)),
        push("none", json!(2)),
        push("list", json!({"$where": 1})),
        push("_id", json!(1)),
    ] {
        let outcome = documents.update(soon(), "posts", "a", &bad, None, &[]).await;
        assert!(matches!(outcome, Err(DocumentError::Rejected(_))), "{bad:?} answered {outcome:?}");
    }
    let both =
        [change("list", Operator::Push, json!([[1]])), change("n", Operator::Set, json!({"a": "سلام"}))];
    assert_eq!(documents.update(soon(), "posts", "a", &both, None, &[]).await?, 2);
    let made = [change("made", Operator::Push, json!("$x")), change("made", Operator::Push, json!(null))];
    assert_eq!(documents.update(soon(), "posts", "a", &made, None, &[]).await?, 3);
    assert_eq!(documents.update(soon(), "posts", "a", &push("fresh", json!(1)), Some(3), &[]).await?, 4);
    let stale = documents.update(soon(), "posts", "a", &push("fresh", json!(1)), Some(3), &[]).await;
    assert_eq!(stale, Err(DocumentError::Stale));
    let handling = StoreCall { handling: Some(new_uuid()), ..soon() };
    assert_eq!(
        documents.update(handling.clone(), "posts", "a", &push("fresh", json!(2)), None, &[]).await?,
        5
    );
    let again = documents.update(handling, "posts", "a", &push("fresh", json!(2)), None, &[]).await;
    assert_eq!(again, Err(DocumentError::Stale));
    let expected =
        json!({"n": {"a": "سلام"}, "none": null, "list": [[[1]]], "made": ["$x", null], "fresh": [1, 2]});
    assert_eq!(read(documents.as_ref(), "a").await?, (5, expected));
    documents.delete(soon(), "posts", "a", None, &[]).await?;
    let gone = documents.update(soon(), "posts", "a", &push("fresh", json!(1)), None, &[]).await;
    assert_eq!(gone, Err(DocumentError::Missing));
    a_body_that_is_appended_to_stays_within_its_bounds(documents.as_ref()).await
}

async fn a_body_that_is_appended_to_stays_within_its_bounds(documents: &dyn DocumentStore) -> Verdict {
    documents.insert(soon(), "posts", "b", b"{}", &[]).await?;
    let third = [change("list", Operator::Push, json!("x".repeat(1 << 18)))];
    for _ in 0..3 {
        documents.update(soon(), "posts", "b", &third, None, &[]).await?;
    }
    // Setting the same again does not make it longer, however often.
    let set = [change("kept", Operator::Set, json!("x".repeat(1 << 17)))];
    for _ in 0..6 {
        documents.update(soon(), "posts", "b", &set, None, &[]).await?;
    }
    let outcome = documents.update(soon(), "posts", "b", &third, None, &[]).await;
    assert_eq!(outcome, Err(DocumentError::TooLarge));
    assert_eq!(read(documents, "b").await?.0, 10);
    Ok(())
}

async fn an_update_is_whole_or_not_at_all(candidate: &Candidate) -> Verdict {
    let documents = open(candidate, "doc-whole").await?.documents;
    documents.insert(soon(), "posts", "a", br#"{"n":1,"text":"x","list":[]}"#, &[]).await?;
    for bad in [
        change("text", Operator::Inc, json!(1)),
        change("n", Operator::Inc, json!(0.5)),
        change("n", Operator::Push, json!(1)),
        change("text", Operator::Pull, json!(1)),
        change("n.deeper", Operator::Set, json!(1)),
        change("list.5", Operator::Set, json!(1)),
        change("", Operator::Set, json!(1)),
        change("a'b", Operator::Set, json!(1)),
        change("a..b", Operator::Unset, Value::Null),
    ] {
        let changes = [change("n", Operator::Set, json!(9)), bad.clone()];
        let outcome = documents.update(soon(), "posts", "a", &changes, None, &[event("x")]).await;
        assert!(matches!(outcome, Err(DocumentError::Rejected(_))), "{bad:?} answered {outcome:?}");
    }
    assert_eq!(read(documents.as_ref(), "a").await?, (1, json!({"n": 1, "text": "x", "list": []})));
    Ok(())
}

async fn versions_guard_writes(candidate: &Candidate) -> Verdict {
    let documents = open(candidate, "doc-versions").await?.documents;
    let inc = [change("n", Operator::Inc, json!(1))];
    assert_eq!(documents.update(soon(), "posts", "a", &inc, None, &[]).await, Err(DocumentError::Missing));
    assert_eq!(documents.update(soon(), "posts", "a", &inc, Some(1), &[]).await, Err(DocumentError::Missing));
    documents.insert(soon(), "posts", "a", b"{}", &[]).await?;
    assert_eq!(documents.update(soon(), "posts", "a", &inc, Some(2), &[]).await, Err(DocumentError::Stale));
    assert_eq!(documents.update(soon(), "posts", "a", &inc, Some(1), &[]).await, Ok(2));
    assert_eq!(documents.update(soon(), "posts", "a", &inc, Some(1), &[]).await, Err(DocumentError::Stale));
    assert_eq!(documents.delete(soon(), "posts", "a", Some(1), &[]).await, Err(DocumentError::Stale));
    assert_eq!(documents.delete(soon(), "posts", "a", Some(2), &[]).await, Ok(()));
    Ok(())
}

async fn deleting_needs_a_document(candidate: &Candidate) -> Verdict {
    let documents = open(candidate, "doc-delete").await?.documents;
    documents.insert(soon(), "posts", "a", b"{}", &[]).await?;
    documents.delete(soon(), "posts", "a", None, &[]).await?;
    assert_eq!(documents.get(soon(), "posts", "a").await?, None);
    assert_eq!(
        documents.delete(soon(), "posts", "a", None, &[event("x")]).await,
        Err(DocumentError::Missing)
    );
    documents.insert(soon(), "posts", "a", b"{}", &[]).await?;
    assert_eq!(read(documents.as_ref(), "a").await?.0, 1);
    Ok(())
}

async fn events_share_the_fate_of_their_write(candidate: &Candidate) -> Verdict {
    let stores = open(candidate, "doc-events").await?;
    let documents = &stores.documents;
    let inc = [change("n", Operator::Inc, json!(1))];
    documents.insert(soon(), "posts", "a", b"{}", &[event("1"), event("2")]).await?;
    documents.update(soon(), "posts", "a", &inc, None, &[event("3")]).await?;
    assert!(documents.insert(soon(), "posts", "a", b"{}", &[event("lost")]).await.is_err());
    assert!(documents.update(soon(), "posts", "a", &inc, Some(9), &[event("lost")]).await.is_err());
    documents.delete(soon(), "posts", "a", None, &[event("4")]).await?;
    let keys: Vec<_> = stores.outbox.pending(10).await?.into_iter().map(|found| found.event.key).collect();
    assert_eq!(keys, ["1", "2", "3", "4"]);
    let mut large = event("5");
    large.payload = vec![b' '; (64 << 10) + 1];
    assert_eq!(documents.insert(soon(), "posts", "b", b"{}", &[large]).await, Err(DocumentError::Denied));
    Ok(())
}

async fn an_event_is_handled_once(candidate: &Candidate) -> Verdict {
    let stores = open(candidate, "doc-handling").await?;
    let handled = new_uuid();
    let handling = StoreCall { handling: Some(handled), ..soon() };
    let documents = &stores.documents;
    let inc = [change("n", Operator::Inc, json!(1))];
    assert_eq!(
        documents.update(handling.clone(), "posts", "a", &inc, None, &[]).await,
        Err(DocumentError::Missing)
    );
    assert!(!stores.outbox.is_handled(handled).await?, "a failed write handles nothing");
    documents.insert(handling.clone(), "posts", "a", b"{}", &[]).await?;
    assert!(stores.outbox.is_handled(handled).await?);
    assert_eq!(
        documents.update(handling.clone(), "posts", "a", &inc, None, &[]).await,
        Err(DocumentError::Stale)
    );
    assert_eq!(documents.insert(handling, "posts", "b", b"{}", &[]).await, Err(DocumentError::Stale));
    assert_eq!(read(documents.as_ref(), "a").await?, (1, json!({})));
    Ok(())
}

async fn concurrent_updates_all_count(candidate: &Candidate) -> Verdict {
    let documents = open(candidate, "doc-concurrent").await?.documents;
    documents.insert(soon(), "posts", "a", b"{}", &[]).await?;
    let raise = |n: i64| {
        let documents = documents.clone();
        let changes = [change("n", Operator::Inc, json!(1)), change("all", Operator::Push, json!(n))];
        tokio::spawn(async move { documents.update(soon(), "posts", "a", &changes, None, &[]).await })
    };
    let writers: Vec<_> = (0..40).map(raise).collect();
    for writer in writers {
        writer.await??;
    }
    let (version, body) = read(documents.as_ref(), "a").await?;
    assert_eq!((version, body.get("n")), (41, Some(&json!(40))));
    assert_eq!(body.get("all").and_then(Value::as_array).map(Vec::len), Some(40));
    Ok(())
}

async fn one_of_two_rivals_wins(candidate: &Candidate) -> Verdict {
    let documents = open(candidate, "doc-rivals").await?.documents;
    documents.insert(soon(), "posts", "a", b"{}", &[]).await?;
    for version in 1..20 {
        let rival = || {
            let documents = documents.clone();
            let changes = [change("n", Operator::Inc, json!(1))];
            tokio::spawn(
                async move { documents.update(soon(), "posts", "a", &changes, Some(version), &[]).await },
            )
        };
        let (one, other) = (rival(), rival());
        let outcomes = [one.await?, other.await?];
        assert!(
            outcomes.contains(&Ok(version + 1)) && outcomes.contains(&Err(DocumentError::Stale)),
            "{outcomes:?}"
        );
    }
    Ok(())
}

async fn numbers_stay_what_they_were(candidate: &Candidate) -> Verdict {
    let documents = open(candidate, "doc-numbers").await?.documents;
    let body =
        json!({"lat": 24.713_552, "lng": 46.675_296_000_000_01, "big": i64::MAX, "tiny": 5e-324, "t": 0.1});
    documents.insert(soon(), "posts", "a", body.to_string().as_bytes(), &[]).await?;
    for round in 0..3 {
        let touch = [change("touched", Operator::Set, json!(round))];
        documents.update(soon(), "posts", "a", &touch, None, &[]).await?;
    }
    let (_, after) = read(documents.as_ref(), "a").await?;
    for name in ["lat", "lng", "big", "tiny", "t"] {
        assert_eq!(after.get(name), body.get(name), "{name}");
    }
    Ok(())
}

async fn answers_are_capped(candidate: &Candidate) -> Verdict {
    let limits = StoreLimits { rows: 500, bytes: 10_000 };
    let documents = candidate.open(&scope("doc-caps")?, &tables::migrations(), limits).await?.documents;
    let body = json!({"a": "x".repeat(4_000)}).to_string();
    for id in ["a", "b", "c"] {
        documents.insert(soon(), "posts", id, body.as_bytes(), &[]).await?;
    }
    assert_eq!(documents.find(soon(), "posts", &found::search(2)).await?.len(), 2);
    assert_eq!(documents.find(soon(), "posts", &found::search(3)).await, Err(DocumentError::TooLarge));
    assert!(documents.get(soon(), "posts", "a").await?.is_some(), "the store is well afterwards");
    Ok(())
}

async fn collections_and_scopes_are_apart(candidate: &Candidate) -> Verdict {
    let one = open(candidate, "doc-apart-one").await?.documents;
    let other = open(candidate, "doc-apart-other").await?.documents;
    one.insert(soon(), "posts", "a", b"{}", &[]).await?;
    assert_eq!(one.get(soon(), "drafts", "a").await?, None);
    assert!(one.find(soon(), "drafts", &found::search(9)).await?.is_empty());
    assert_eq!(other.get(soon(), "posts", "a").await?, None);
    one.insert(soon(), "drafts", "a", b"{}", &[]).await?;
    one.delete(soon(), "drafts", "a", None, &[]).await?;
    assert!(one.get(soon(), "posts", "a").await?.is_some());
    Ok(())
}
