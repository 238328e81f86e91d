//! A reply as it stands in its row, and the pages they come in: by their position under their post.

use p2p_sdk::{Actor, Ctx, FromRow, Problem, Row, RowError, Timestamp, Uuid, Version, params};

use crate::posts::{PostRow, Wanted};
use crate::topics::{SEEN, Seen};

/// What `ReplyRow` reads, of the table `replies` by the name `r`. `$1` is who looks.
pub const COLUMNS: &str = "r.id, r.post_id, r.parent_id, r.author_id, r.organization_id, r.chunk, r.position, \
    r.status = 'open', r.revision, r.version, r.likes, r.created_at, r.edited_at, \
    EXISTS (SELECT 1 FROM reply_likes l WHERE l.reply_id = r.id AND l.user_id = $1)";
/// What is shown: replies, and the places of deleted ones that others answer to. The words of an index.
const SHOWN: &str = "(r.status = 'open' OR r.children > 0)";
/// The replies of posts from one place in a topic's list to another, the first ten of each.
const FIRST_OF: &str = "FROM (SELECT q.id, COALESCE((SELECT r.position FROM replies r \
    WHERE r.post_id = q.id AND (r.status = 'open' OR r.children > 0) ORDER BY r.position LIMIT 1 OFFSET 9), \
    9223372036854775807) AS tenth FROM posts q WHERE q.topic_id = $2 AND q.status = 'open' \
    AND (q.created_at, q.id) >= ($3, $4) AND (q.created_at, q.id) <= ($5, $6) LIMIT 100) p \
    JOIN replies r ON r.post_id = p.id AND r.position <= p.tenth";

/// A reply that is there, or its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReplyRow {
    pub id: Uuid,
    pub post_id: Uuid,
    pub parent_id: Option<Uuid>,
    pub author_id: Uuid,
    pub organization_id: Option<Uuid>,
    pub chunk: u32,
    pub position: i64,
    /// It was not deleted.
    pub is_open: bool,
    pub revision: Uuid,
    pub version: Version,
    pub likes: i64,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub is_liked: bool,
}

impl<'a> FromRow<'a> for ReplyRow {
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        Ok(Self {
            id: row.get()?,
            post_id: row.get()?,
            parent_id: row.get()?,
            author_id: row.get()?,
            organization_id: row.get()?,
            chunk: row.get()?,
            position: row.get()?,
            is_open: row.get()?,
            revision: row.get()?,
            version: row.get()?,
            likes: row.get()?,
            created_at: row.get()?,
            edited_at: row.get()?,
            is_liked: row.get()?,
        })
    }
}

impl ReplyRow {
    /// The reply of this id and its topic, if the caller may see them and it was not deleted.
    pub async fn find(ctx: &Ctx, id: Uuid) -> Result<(Seen, Self), Problem> {
        let actor = ctx.actor()?;
        let text = format!(
            "SELECT {SEEN}, {COLUMNS} FROM replies r JOIN posts p ON p.id = r.post_id AND p.status = 'open' \
            JOIN topics t ON t.id = r.topic_id WHERE r.id = $2 AND r.status = 'open'"
        );
        let rows = ctx.sql().query(&text, &params![actor.user_id, id]).await?;
        let found = rows.read(|row| Ok((Seen::from_row(row)?, Self::from_row(row)?)))?.pop();
        let (topic, reply) = found.ok_or_else(Problem::not_found)?;
        Ok((topic.by(actor)?, reply))
    }

    /// The text that belongs to it; none to the place of a deleted one.
    pub fn wanted(&self) -> Option<Wanted> {
        let wanted = Wanted { id: self.id, revision: self.revision, post: self.post_id, chunk: self.chunk };
        self.is_open.then_some(wanted)
    }
}

/// The first replies of these posts, which stand one behind the other in their topic.
pub async fn first_of(ctx: &Ctx, actor: &Actor, posts: &[PostRow]) -> Result<Vec<ReplyRow>, Problem> {
    let (Some(first), Some(last)) = (posts.first(), posts.last()) else { return Ok(Vec::new()) };
    if posts.iter().all(|post| post.reply_count == 0) {
        return Ok(Vec::new());
    }
    let text = format!("SELECT {COLUMNS} {FIRST_OF} WHERE {SHOWN} ORDER BY r.post_id, r.position");
    let values = params![actor.user_id, first.topic_id, first.created_at, first.id, last.created_at, last.id];
    Ok(ctx.sql().query(&text, &values).await?.all()?)
}

/// Replies of a post behind a position.
pub async fn page_of(
    ctx: &Ctx,
    actor: &Actor,
    post: Uuid,
    behind: i64,
    limit: i64,
    offset: u32,
) -> Result<Vec<ReplyRow>, Problem> {
    let text = format!(
        "SELECT {COLUMNS} FROM replies r WHERE r.post_id = $2 AND r.position > $3 AND {SHOWN} \
        ORDER BY r.position LIMIT $4 OFFSET $5"
    );
    Ok(ctx.sql().query(&text, &params![actor.user_id, post, behind, limit, offset]).await?.all()?)
}
