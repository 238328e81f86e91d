//! `GET /notifications/preferences`: every kind, also those the caller never chose for.

use p2p_sdk::{Ctx, Problem, Request, Response};

use super::kept;

/// Answers the caller's preferences.
pub async fn show(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    let found = kept::of(ctx, ctx.actor()?.user_id).await?;
    Ok(Response::ok(&found.preferences).etag(found.version))
}
