//! A post as it stands in its row: that it is there, its counters and its version. What was written stands elsewhere.

use p2p_sdk::{Ctx, FromRow, Problem, Row, RowError, Timestamp, Uuid, Version, params};

use super::texts::Wanted;
use crate::topics::{SEEN, Seen};

/// What `PostRow` reads, of the table `posts` by the name `p`. `$1` is who looks.
pub const COLUMNS: &str = "p.id, p.topic_id, p.is_root, p.author_id, p.organization_id, p.revision, p.version, p.likes, \
    p.reply_count, p.open_chunk, p.chunk_replies, p.chunk_bytes, p.created_at, p.edited_at, \
    EXISTS (SELECT 1 FROM post_likes l WHERE l.post_id = p.id AND l.user_id = $1)";

/// A post that is there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PostRow {
    pub id: Uuid,
    pub topic_id: Uuid,
    pub is_root: bool,
    pub author_id: Uuid,
    pub organization_id: Option<Uuid>,
    pub revision: Uuid,
    pub version: Version,
    pub likes: i64,
    pub reply_count: i64,
    pub open_chunk: u32,
    pub chunk_replies: i64,
    pub chunk_bytes: i64,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub is_liked: bool,
}

impl<'a> FromRow<'a> for PostRow {
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        Ok(Self {
            id: row.get()?,
            topic_id: row.get()?,
            is_root: row.get()?,
            author_id: row.get()?,
            organization_id: row.get()?,
            revision: row.get()?,
            version: row.get()?,
            likes: row.get()?,
            reply_count: row.get()?,
            open_chunk: row.get()?,
            chunk_replies: row.get()?,
            chunk_bytes: row.get()?,
            created_at: row.get()?,
            edited_at: row.get()?,
            is_liked: row.get()?,
        })
    }
}

impl PostRow {
    /// A new post of this person.
    pub fn new(ctx: &Ctx, id: Uuid, topic_id: Uuid) -> Result<Self, Problem> {
        let actor = ctx.actor()?;
        Ok(Self {
            id,
            topic_id,
            is_root: id == topic_id,
            author_id: actor.user_id,
            organization_id: actor.organization_id,
            revision: id,
            version: 1,
            likes: 0,
            reply_count: 0,
            open_chunk: 0,
            chunk_replies: 0,
            chunk_bytes: 0,
            created_at: ctx.now(),
            edited_at: None,
            is_liked: false,
        })
    }

    /// The post of this id and its topic, if the caller may see them.
    pub async fn find(ctx: &Ctx, id: Uuid) -> Result<(Seen, Self), Problem> {
        let actor = ctx.actor()?;
        let text = format!(
            "SELECT {SEEN}, {COLUMNS} FROM posts p JOIN topics t ON t.id = p.topic_id \
            WHERE p.id = $2 AND p.status = 'open'"
        );
        let rows = ctx.sql().query(&text, &params![actor.user_id, id]).await?;
        let found = rows.read(|row| Ok((Seen::from_row(row)?, Self::from_row(row)?)))?.pop();
        let (topic, post) = found.ok_or_else(Problem::not_found)?;
        Ok((topic.by(actor)?, post))
    }

    /// The text that belongs to it.
    pub fn wanted(&self) -> Wanted {
        Wanted { id: self.id, revision: self.revision, post: self.id, chunk: 0 }
    }
}
