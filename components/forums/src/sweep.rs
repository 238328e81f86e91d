//! Documents that a call left behind when it ended between a document and its commit: nobody sees them, and after an hour
//! nobody is still writing to them. One step looks at a few, behind those that were looked at before.

use std::time::Duration;

use p2p_sdk::host::{Comparison, DocumentError};
use p2p_sdk::{Batch, Change, Ctx, Document, Heard, Problem, Search, Timestamp, Uuid, params};
use serde::Serialize;
use serde_json::json;

use crate::attachments;
use crate::posts::{CHUNKS, POSTS, Stored, Written, held};
use crate::revisions::REVISIONS;

/// Documents of one collection in one step.
const STEP: u32 = 100;
/// No call takes that long.
const AGE: Duration = Duration::from_secs(60 * 60);
const PAUSE: &str = "sweep";
const PAUSE_MS: u64 = 10 * 60 * 1000;

const FROM: &str = "SELECT up_to FROM sweeps WHERE name = $1";
const UP_TO: &str = "INSERT INTO sweeps (name, up_to) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET up_to = excluded.up_to";
const POST: &str = "SELECT id FROM posts WHERE id = $1";
const REVISION: &str = "SELECT revision FROM post_revisions WHERE revision = $1";
const REPLIES: &str = "SELECT id FROM replies WHERE post_id = $1 AND chunk = $2";

/// A step by the clock.
pub async fn run(ctx: &Ctx, _: Timestamp) -> Heard {
    // Whoever writes before the next one need not. Where nothing remembers that, they do a step of their own.
    let _counted = ctx.cache().increment(PAUSE, 1, PAUSE_MS).await;
    Ok(step(ctx).await?)
}

/// A step every ten minutes at most, by whoever writes: not every host has a clock that runs jobs. What goes wrong is told to the log and to nobody else.
pub async fn now_and_then(ctx: &Ctx) {
    match ctx.cache().increment(PAUSE, 1, PAUSE_MS).await {
        Ok(1) => {}
        _ => return,
    }
    if let Err(problem) = step(ctx).await {
        ctx.warn("a sweep failed", &json!({ "cause": problem.to_string() }));
    }
}

/// Clears what is orphaned among the next documents, and files that nobody named.
pub async fn step(ctx: &Ctx) -> Result<(), Problem> {
    for (collection, age) in [(POSTS, "touched_at"), (CHUNKS, "touched_at"), (REVISIONS, "created_at")] {
        documents(ctx, collection, age).await?;
    }
    attachments::sweep(ctx).await
}

async fn documents(ctx: &Ctx, collection: &str, age: &str) -> Result<(), Problem> {
    let from = ctx.sql().query(FROM, &params![collection]).await?.value::<Timestamp>()?;
    let search = Search::new(STEP)
        .filter(age, Comparison::Greater, &from.unwrap_or_default())
        .filter(age, Comparison::Less, &(ctx.now() - AGE))
        .ascending(age);
    let found = ctx.documents().find(collection, search).await?;
    let mut up_to = Timestamp::default();
    for document in &found {
        let written = document.read::<Written>()?;
        up_to = if collection == REVISIONS { written.created_at } else { written.touched_at };
        let done = if is_known(ctx, collection, document).await? {
            replies(ctx, collection, document).await?
        } else {
            ctx.documents().delete(collection, &document.id, Some(document.version), Vec::new()).await
        };
        match done {
            // Somebody who was faster is fine.
            Ok(()) | Err(DocumentError::Stale | DocumentError::Missing) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if !found.is_empty() {
        Batch::new().run(UP_TO, params![collection, up_to]).commit(ctx).await?;
    }
    Ok(())
}

/// Whether the owner has a row.
async fn is_known(ctx: &Ctx, collection: &str, document: &Document) -> Result<bool, Problem> {
    let Some((owner, _)) = held(&document.id) else { return Ok(false) };
    let text = if collection == REVISIONS { REVISION } else { POST };
    Ok(!ctx.sql().query(text, &params![owner]).await?.is_empty())
}

/// Takes out replies that have no row.
async fn replies(
    ctx: &Ctx,
    collection: &str,
    document: &Document,
) -> Result<Result<(), DocumentError>, Problem> {
    let body = document.read::<Stored<'_>>()?;
    let Some((post, chunk)) = held(&document.id).filter(|_| !body.replies.is_empty()) else {
        return Ok(Ok(()));
    };
    let rows = ctx.sql().query(REPLIES, &params![post, chunk]).await?;
    let known: Vec<Uuid> = rows.read(|row| row.get())?;
    let orphans = body.replies.iter().map(|reply| reply.id).filter(|id| !known.contains(id));
    let changes: Vec<_> = orphans.map(|id| Change::pull("replies", &ReplyId { id })).collect();
    if changes.is_empty() {
        return Ok(Ok(()));
    }
    let expected = Some(document.version);
    let done = ctx.documents().update(collection, &document.id, changes, expected, Vec::new()).await;
    Ok(done.map(drop))
}

#[derive(Serialize)]
struct ReplyId {
    id: Uuid,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::{Uuid, params};
    use serde_json::json;

    use crate::fixture::Forum;

    const LONG: Duration = Duration::from_secs(2 * 60 * 60);

    fn stored(forum: &Forum, collection: &str, id: impl ToString) -> Option<String> {
        let find = "SELECT body FROM p2p_documents WHERE collection = $1 AND id = $2";
        let found = forum.host.query(find, &params![collection, id.to_string()]).value::<Vec<u8>>().unwrap();
        found.map(|body| String::from_utf8(body).unwrap())
    }

    fn put(forum: &Forum, collection: &str, id: String, body: &serde_json::Value) {
        let put =
            "INSERT OR REPLACE INTO p2p_documents (collection, id, version, body) VALUES ($1, $2, 1, $3)";
        forum.host.execute(put, params![collection, id, body.to_string().into_bytes()]);
    }

    /// Opens a topic long after, which is what a sweep comes after.
    fn later(forum: &Forum) {
        forum.host.advance(LONG);
        forum.open(&forum.huda, "Something new");
    }

    #[test]
    fn documents_without_a_row_go_after_a_while() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let reply = forum.reply(topic, &forum.omar, "Kept");
        let orphan = forum.orphan(topic, &forum.omar, "Never committed");
        let (now, revision) = (forum.host.now(), forum.host.new_id());
        put(&forum, "revisions", revision.to_string(), &json!({ "content": "x", "created_at": now }));
        put(&forum, "reply_chunks", format!("{orphan}:1"), &json!({ "replies": [], "touched_at": now }));
        let mut post: serde_json::Value =
            serde_json::from_str(&stored(&forum, "posts", topic).unwrap()).unwrap();
        let lost = forum.host.new_id();
        post["replies"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "id": lost, "content": "Lost", "revision": lost }));
        put(&forum, "posts", topic.to_string(), &post);
        later(&forum);
        assert!(stored(&forum, "posts", orphan).is_none());
        assert!(stored(&forum, "revisions", revision).is_none());
        assert!(stored(&forum, "reply_chunks", format!("{orphan}:1")).is_none());
        let left = stored(&forum, "posts", topic).unwrap();
        assert!(left.contains(&reply.to_string()) && !left.contains(&lost.to_string()), "{left}");
        assert_eq!(forum.read_post(&forum.huda, topic, "").json()["replies"][0]["content"], "Kept");
    }

    #[test]
    fn what_is_young_stays_and_is_looked_at_later() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        forum.host.advance(LONG);
        let orphan = forum.orphan(topic, &forum.omar, "Perhaps on its way");
        forum.open(&forum.huda, "Something new");
        assert!(stored(&forum, "posts", orphan).is_some());
        later(&forum);
        assert!(stored(&forum, "posts", orphan).is_none());
    }

    #[test]
    fn the_clock_sweeps_and_spares_whoever_writes() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let orphan = forum.orphan(topic, &forum.omar, "Never committed");
        forum.host.advance(LONG);
        assert_eq!(forum.host.run_job("sweep", forum.host.now()), Ok(()));
        assert!(stored(&forum, "posts", orphan).is_none());
        let (early, chunk) = (forum.host.now().before(LONG * 3 / 4), format!("{}:1", forum.host.new_id()));
        put(&forum, "reply_chunks", chunk.clone(), &json!({ "replies": [], "touched_at": early }));
        forum.open(&forum.huda, "Something new");
        assert!(stored(&forum, "reply_chunks", &chunk).is_some(), "the job has just looked");
        forum.host.advance(LONG);
        assert_eq!(forum.host.run_job("sweep", forum.host.now()), Ok(()));
        assert!(stored(&forum, "reply_chunks", &chunk).is_none());
    }

    #[test]
    fn edits_and_their_history_stay() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let post = forum.answer(topic, &forum.huda, "First");
        let path = format!("/forums/posts/{post}");
        let edit = forum.host.patch(&path).by(&forum.huda).json(&json!({ "content": "Second" })).send();
        assert_eq!(edit.status, 200);
        later(&forum);
        later(&forum);
        let history = forum.host.get(&format!("{path}/history")).by(&forum.huda).send().json();
        assert_eq!(
            (&history["items"][0]["content"], &history["items"][1]["content"]),
            (&json!("Second"), &json!("First"))
        );
    }

    #[test]
    fn a_sweep_that_fails_fails_nothing_else() {
        let forum = Forum::new();
        forum.host.advance(LONG);
        put(
            &forum,
            "posts",
            Uuid::NIL.to_string(),
            &json!({ "touched_at": "2026-01-01T00:00:00.000001Z, or so" }),
        );
        let id = forum.open(&forum.huda, "Why does it vibrate?");
        assert_eq!(forum.read(&forum.huda, id).status, 200);
        assert!(forum.host.logs().iter().any(|line| line.message == "a sweep failed"));
    }
}
