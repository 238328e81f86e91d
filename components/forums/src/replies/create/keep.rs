//! How a reply is kept: its text in a document, its row and what it counts for in one commit.

use p2p_sdk::host::{Change, DocumentError};
use p2p_sdk::{Batch, Ctx, Problem, Timestamp, Uuid, params};
use serde_json::value::RawValue;

use crate::contributors::{self, Deed};
use crate::posts::{self, Chunk, PostRow, ReplyPart};
use crate::replies::room::Room;
use crate::replies::row::ReplyRow;
use crate::topics::activity;

/// The row of the post is held from here on, so that positions have no gaps and no repeats.
const COUNT: &str = "UPDATE posts SET reply_count = reply_count + 1, total_replies = total_replies + 1, \
    chunk_replies = CASE WHEN open_chunk < $2 THEN 1 WHEN open_chunk = $2 THEN chunk_replies + 1 \
        ELSE chunk_replies END, \
    chunk_bytes = CASE WHEN open_chunk < $2 THEN $3 WHEN open_chunk = $2 THEN chunk_bytes + $3 \
        ELSE chunk_bytes END, \
    open_chunk = CASE WHEN open_chunk < $2 THEN $2 ELSE open_chunk END \
    WHERE id = $1 AND status = 'open'";
const INSERT: &str = "INSERT INTO replies (id, post_id, topic_id, parent_id, author_id, organization_id, chunk, position, \
    revision, created_at) SELECT $1, id, topic_id, $3, $4, $5, $6, total_replies - 1, $1, $7 FROM posts WHERE id = $2";
const ANSWERED: &str = "UPDATE replies SET children = children + 1 \
    WHERE id = $1 AND post_id = $2 AND status = 'open'";

/// The reply as its row will say it, but for the document it stands in.
pub fn row(ctx: &Ctx, post: &PostRow, parent_id: Option<Uuid>) -> Result<ReplyRow, Problem> {
    let (actor, id) = (ctx.actor()?, ctx.new_id());
    Ok(ReplyRow {
        id,
        post_id: post.id,
        parent_id,
        author_id: actor.user_id,
        organization_id: actor.organization_id,
        chunk: 0,
        position: 0,
        is_open: true,
        revision: id,
        version: 1,
        likes: 0,
        created_at: ctx.now(),
        edited_at: None,
        is_liked: false,
    })
}

/// The reply as it stands in a document.
pub fn part(reply: &ReplyRow, content: &str) -> Result<Box<RawValue>, Problem> {
    let part = ReplyPart {
        id: reply.id,
        parent_reply_id: reply.parent_id,
        content,
        revision: reply.revision,
        author_id: reply.author_id,
        created_at: reply.created_at,
    };
    serde_json::value::to_raw_value(&part).map_err(Problem::internal)
}

/// Puts the reply into the document that has room for it, and makes that document when it is the first in it.
pub async fn write(
    ctx: &Ctx,
    post: Uuid,
    room: Room,
    part: &RawValue,
    now: Timestamp,
) -> Result<(), Problem> {
    let (collection, id) = posts::place(post, room.chunk);
    if room.is_new {
        let chunk = Chunk { post_id: post, replies: [], created_at: now, touched_at: now };
        let body = serde_json::to_vec(&chunk).map_err(Problem::internal)?;
        match ctx.documents().insert(collection, &id, body, Vec::new()).await {
            // Somebody else replied at the same moment.
            Ok(()) | Err(DocumentError::Exists) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let changes = vec![Change::push("replies", &part), posts::touched(now)];
    ctx.documents().update(collection, &id, changes, None, Vec::new()).await?;
    Ok(())
}

/// The commit that gives the reply its place.
pub fn batch(reply: &ReplyRow, topic: Uuid, bytes: i64) -> Batch {
    let ReplyRow { id, post_id, parent_id, author_id, organization_id, chunk, created_at, .. } = *reply;
    let row = params![id, post_id, parent_id, author_id, organization_id, chunk, created_at];
    let batch = Batch::new().run_one(COUNT, params![post_id, chunk, bytes]).run_one(INSERT, row);
    let batch = match parent_id {
        Some(parent) => batch.run_one(ANSWERED, params![parent, post_id]),
        None => batch,
    };
    let batch = activity::more(batch, topic, created_at);
    contributors::credit(batch, author_id, organization_id, Deed::Reply, 1)
}
