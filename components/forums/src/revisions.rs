//! Edits of posts and replies. The new text is kept as a document of its own before a commit makes it the present one, and
//! is copied to where readers look first after that. So no reader meets a text that was not acknowledged, and a call that
//! ends between two steps loses none that was.

use p2p_sdk::host::{Change, DocumentError};
use p2p_sdk::{Batch, Ctx, Problem, Timestamp, Uuid, Version, params};
use serde::Serialize;
use serde_json::json;

use crate::posts::{self, PostRow, Stored, Wanted};
use crate::replies::ReplyRow;

/// One document for each text that something had.
pub const REVISIONS: &str = "revisions";
const COPY_TRIES: usize = 3;

const KEEP: &str = "INSERT INTO post_revisions (revision, post_id, reply_id, version, edited_by, edited_at) \
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (revision) DO NOTHING";
const EDIT_POST: &str = "UPDATE posts SET revision = $3, version = version + 1, edited_at = $4 \
    WHERE id = $1 AND version = $2 AND status = 'open'";
const EDIT_REPLY: &str = "UPDATE replies SET revision = $3, version = version + 1, edited_at = $4 \
    WHERE id = $1 AND version = $2 AND status = 'open'";

/// The body of a revision's document.
#[derive(Debug, Serialize)]
pub struct Revision<'a> {
    pub post_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_id: Option<Uuid>,
    pub content: &'a str,
    pub author_id: Uuid,
    pub created_at: Timestamp,
}

/// A text that is being replaced.
#[derive(Debug, Clone, Copy)]
pub struct Edit {
    /// The text it has, and where that stands.
    old: Wanted,
    version: Version,
    author_id: Uuid,
    written_at: Timestamp,
    is_edited: bool,
    /// The text it gets.
    pub revision: Uuid,
    by: Uuid,
    pub at: Timestamp,
}

impl Edit {
    /// Of a post.
    pub fn post(ctx: &Ctx, row: &PostRow) -> Result<Self, Problem> {
        let written = (row.author_id, row.created_at, row.edited_at);
        Self::of(ctx, row.wanted(), row.version, written)
    }

    /// Of a reply.
    pub fn reply(ctx: &Ctx, row: &ReplyRow) -> Result<Self, Problem> {
        let wanted = row.wanted().ok_or_else(Problem::not_found)?;
        Self::of(ctx, wanted, row.version, (row.author_id, row.created_at, row.edited_at))
    }

    fn of(
        ctx: &Ctx,
        old: Wanted,
        version: Version,
        (author_id, created_at, edited_at): (Uuid, Timestamp, Option<Timestamp>),
    ) -> Result<Self, Problem> {
        Ok(Self {
            old,
            version,
            author_id,
            written_at: edited_at.unwrap_or(created_at),
            is_edited: edited_at.is_some(),
            revision: ctx.new_id(),
            by: ctx.actor()?.user_id,
            at: ctx.now(),
        })
    }

    fn reply_id(&self) -> Option<Uuid> {
        (self.old.id != self.old.post).then_some(self.old.id)
    }

    /// Keeps the text, commits what makes it the present one, and puts it where readers look first.
    pub async fn finish(&self, ctx: &Ctx, batch: Batch, content: &str) -> Result<(), Problem> {
        self.keep(ctx, content).await?;
        batch.commit(ctx).await?;
        self.copy(ctx, content).await;
        Ok(())
    }

    /// Keeps the new text, and the first one before it goes.
    async fn keep(&self, ctx: &Ctx, content: &str) -> Result<(), Problem> {
        if !self.is_edited {
            let first = posts::text(ctx, self.old).await?;
            self.insert(ctx, self.old.revision, &first.content, self.author_id, self.written_at).await?;
        }
        self.insert(ctx, self.revision, content, self.by, self.at).await
    }

    async fn insert(
        &self,
        ctx: &Ctx,
        revision: Uuid,
        content: &str,
        author_id: Uuid,
        created_at: Timestamp,
    ) -> Result<(), Problem> {
        let (post_id, reply_id) = (self.old.post, self.reply_id());
        let body = Revision { post_id, reply_id, content, author_id, created_at };
        let body = serde_json::to_vec(&body).map_err(Problem::internal)?;
        match ctx.documents().insert(REVISIONS, &revision.to_string(), body, Vec::new()).await {
            // The first text, kept by another edit.
            Ok(()) | Err(DocumentError::Exists) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes it the present text, if it is still the version that was looked at.
    pub fn write(&self, batch: Batch) -> Batch {
        let statement = if self.reply_id().is_some() { EDIT_REPLY } else { EDIT_POST };
        let row = |revision: Uuid, version: Version, by: Uuid, at: Timestamp| {
            params![revision, self.old.post, self.reply_id(), version, by, at]
        };
        batch
            .run_one(statement, params![self.old.id, self.version, self.revision, self.at])
            .run(KEEP, row(self.old.revision, self.version, self.author_id, self.written_at))
            .run(KEEP, row(self.revision, self.version + 1, self.by, self.at))
    }

    /// When that fails readers find it among the revisions.
    async fn copy(&self, ctx: &Ctx, content: &str) {
        for _ in 0..COPY_TRIES {
            match self.try_copy(ctx, content).await {
                Ok(()) => return,
                Err(DocumentError::Stale) => {}
                Err(error) => {
                    let fields = json!({ "id": self.old.id, "cause": error.to_string() });
                    return ctx.warn("an edit was not copied into its document", &fields);
                }
            }
        }
    }

    async fn try_copy(&self, ctx: &Ctx, content: &str) -> Result<(), DocumentError> {
        let (collection, id) = posts::place(self.old.post, self.old.chunk);
        let found = ctx.documents().get(collection, &id).await?.ok_or(DocumentError::Missing)?;
        let prefix = match self.reply_id() {
            None => String::new(),
            Some(reply) => {
                let body = found.read::<Stored<'_>>().map_err(|_| DocumentError::Rejected)?;
                let at = body.replies.iter().position(|part| part.id == reply);
                format!("replies.{}.", at.ok_or(DocumentError::Missing)?)
            }
        };
        let changes = vec![
            Change::set(&format!("{prefix}content"), &content),
            Change::set(&format!("{prefix}revision"), &self.revision),
            Change::set("updated_at", &self.at),
            posts::touched(self.at),
        ];
        ctx.documents().update(collection, &id, changes, Some(found.version), Vec::new()).await?;
        Ok(())
    }
}

/// The text of a revision; none is told to the log.
pub async fn content(ctx: &Ctx, revision: Uuid) -> Result<Option<String>, Problem> {
    match ctx.documents().get(REVISIONS, &revision.to_string()).await? {
        Some(found) => Ok(Some(found.read::<Stored<'_>>()?.content.into_owned())),
        None => {
            ctx.warn("a revision was lost", &json!({ "revision": revision }));
            Ok(None)
        }
    }
}
