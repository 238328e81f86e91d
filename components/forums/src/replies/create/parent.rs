//! The reply that a reply answers.

use p2p_sdk::{Ctx, Problem, Rule, Uuid, params};

use super::NewReply;

const UNKNOWN: Rule = Rule::Own("UNKNOWN", "is no reply to this post", "ليس رداً على هذه المشاركة");

const PARENT: &str = "SELECT author_id FROM replies WHERE id = $1 AND post_id = $2 AND status = 'open'";

/// Who wrote the reply that is answered; 422 when there is no such reply.
pub async fn parent_author(ctx: &Ctx, new: &NewReply, post: Uuid) -> Result<Option<Uuid>, Problem> {
    let Some(parent) = new.parent_reply_id else { return Ok(None) };
    let found = ctx.sql().query(PARENT, &params![parent, post]).await?.value()?;
    found.map(Some).ok_or_else(|| Problem::invalid("parentReplyId", UNKNOWN))
}
