//! Many writers to one document, in one process and in two.

use mongodb::bson::doc;
use p2p_storage::{Change, DocumentError, Operator};
use serde_json::{Value, json};

use super::support::{Mixed, event, soon};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_replies_at_once_none_is_lost() {
    let mixed = Mixed::new().await;
    let twin = mixed.twin().await;
    let both = [mixed.posts().await, twin.posts().await];
    both[0].documents.insert(soon(), "posts", "a", b"{}", &[]).await.unwrap();
    let replies = (0..64).map(|n: usize| {
        let documents = both[n % 2].documents.clone();
        tokio::spawn(async move {
            let reply = Change {
                path: "replies".to_owned(),
                operator: Operator::Push,
                value: json!({"n": n, "text": "سلام"}),
            };
            documents.update(soon(), "posts", "a", &[reply], None, &[event(&n.to_string())]).await
        })
    });
    let replies: Vec<_> = replies.collect();
    let mut versions = Vec::new();
    for reply in replies {
        versions.push(reply.await.unwrap().unwrap());
    }
    versions.sort_unstable();
    assert_eq!(versions, (2..=65).collect::<Vec<u64>>());

    let kept = both[1].documents.get(soon(), "posts", "a").await.unwrap().unwrap();
    let body: Value = serde_json::from_slice(&kept.body).unwrap();
    let order: Vec<String> =
        body["replies"].as_array().unwrap().iter().map(|reply| reply["n"].to_string()).collect();
    assert_eq!(order.len(), 64);
    let pending = both[0].outbox.pending(100).await.unwrap();
    let told: Vec<String> = pending.into_iter().map(|pending| pending.event.key).collect();
    assert_eq!(told, order, "events come in the order of the writes that left them");
    mixed.end().await;
}

/// What is set or appended goes to the server as it is: the mark of its length grows by what was sent. A write that reads
/// puts it right.
#[tokio::test]
async fn a_reply_reads_nothing_back() {
    let mixed = Mixed::new().await;
    let (documents, raw) = (mixed.posts().await.documents, mixed.raw("posts").await);
    documents.insert(soon(), "posts", "a", b"{}", &[]).await.unwrap();
    let reply = Change { path: "replies".to_owned(), operator: Operator::Push, value: json!(1) };
    let set = Change { path: "at".to_owned(), operator: Operator::Set, value: json!(2) };
    let both = [reply, set];
    let sent = r#"{"at":2,"replies":[1]}"#.len() as i64;
    for (version, bytes) in [(2, 2 + sent), (3, 2 + 2 * sent)] {
        assert_eq!(documents.update(soon(), "posts", "a", &both, None, &[]).await, Ok(version));
        let marks = raw.find_one(doc! {}).await.unwrap().unwrap();
        assert_eq!(marks.get_document("_p2p").unwrap().get_i64("bytes").unwrap(), bytes);
    }
    documents.update(soon(), "posts", "a", &[touch()], None, &[]).await.unwrap();
    let marks = raw.find_one(doc! {}).await.unwrap().unwrap();
    let whole = r#"{"at":2,"replies":[1,1],"touched":1}"#.len() as i64;
    assert_eq!(marks.get_document("_p2p").unwrap().get_i64("bytes").unwrap(), whole);
    mixed.end().await;
}

fn touch() -> Change {
    Change { path: "touched".to_owned(), operator: Operator::Inc, value: json!(1) }
}

/// Deleted and made again with the same version between a writer's reading and writing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_made_again_is_another_one() {
    let mixed = Mixed::new().await;
    let twin = mixed.twin().await;
    let (here, there) = (mixed.posts().await.documents, twin.posts().await.documents);
    here.insert(soon(), "posts", "a", b"{\"life\":1,\"touched\":10}", &[]).await.unwrap();
    mixed.gate.shut();
    let writer =
        tokio::spawn(async move { here.update(soon(), "posts", "a", &[touch()], None, &[event("x")]).await });
    mixed.gate.reached().await;
    there.delete(soon(), "posts", "a", None, &[]).await.unwrap();
    there.insert(soon(), "posts", "a", b"{\"life\":2,\"touched\":20}", &[]).await.unwrap();
    mixed.gate.open();
    assert_eq!(writer.await.unwrap(), Ok(2));
    let kept = there.get(soon(), "posts", "a").await.unwrap().unwrap();
    let body: Value = serde_json::from_slice(&kept.body).unwrap();
    assert_eq!(body, json!({"life": 2, "touched": 21}));
    mixed.end().await;
}

/// Whoever expects a version hears that it is another one now; whoever expects none tries again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_was_overtaken_does_not_undo_the_other() {
    let mixed = Mixed::new().await;
    let twin = mixed.twin().await;
    let (here, there) = (mixed.posts().await.documents, twin.posts().await.documents);
    here.insert(soon(), "posts", "a", b"{}", &[]).await.unwrap();
    for (expected, version) in [(Some(1), 2), (None, 4)] {
        mixed.gate.shut();
        let here = here.clone();
        let writer = tokio::spawn(async move {
            here.update(soon(), "posts", "a", &[touch()], expected, &[event("x")]).await
        });
        mixed.gate.reached().await;
        there.update(soon(), "posts", "a", &[touch()], None, &[]).await.unwrap();
        mixed.gate.open();
        let answer = if expected.is_some() { Err(DocumentError::Stale) } else { Ok(version) };
        assert_eq!(writer.await.unwrap(), answer);
        let kept = there.get(soon(), "posts", "a").await.unwrap().unwrap();
        let touched = json!({"touched": version - 1}).to_string();
        assert_eq!((kept.version, kept.body), (version, touched.into_bytes()));
    }
    mixed.end().await;
}
