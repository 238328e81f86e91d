//! Writing the list of a use case's files: a new document, and the commit that makes it the present one.

use p2p_sdk::{Batch, Code, Ctx, Problem, Uuid, params};

use crate::cases::{Card, Detail, cover, forget, insert};

const UPDATE: &str = "UPDATE use_cases SET version = version + 1, updated_at = $3, revision = $4, cover = $5 \
    WHERE id = $1 AND version = $2";

/// A list of files on its way into a use case.
pub struct Written {
    old: Uuid,
    new: Uuid,
}

impl Written {
    /// Keeps the document that nobody sees yet; answers what makes it the present one.
    pub async fn begin(ctx: &Ctx, card: &Card<'_>, detail: &Detail) -> Result<(Self, Batch), Problem> {
        let written = Self { old: card.revision, new: ctx.new_id() };
        insert(ctx, written.new, detail).await?;
        let row = params![card.id, card.version, detail.updated_at, written.new, cover(detail)];
        Ok((written, Batch::new().run_one(UPDATE, row)))
    }

    /// Lets the document go that is not needed any more. Of some failures it is not known whether the batch was kept: then
    /// both stay until the next sweep.
    pub async fn end<T>(self, ctx: &Ctx, outcome: Result<T, Problem>) -> Result<T, Problem> {
        match &outcome {
            Ok(_) => forget(ctx, self.old).await,
            Err(problem) if problem.code() == Code::VersionConflict => self.abandon(ctx).await,
            Err(_) => {}
        }
        outcome
    }

    /// Nothing of it was kept: the document that was looked at may still be the present one.
    pub async fn abandon(&self, ctx: &Ctx) {
        forget(ctx, self.new).await;
    }
}
