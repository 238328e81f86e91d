//! Finding invitations: by the token that somebody brings, and by the id that an admin names.

use p2p_sdk::{Ctx, Params, Problem, Request, Uuid, params};

use super::row::{COLUMNS, Invitation};
use super::token;

/// Whoever may no longer invite has invited nobody: an admin who is let go must not come back by a letter of their own.
const OPEN: &str = "i.token_hash = $1 AND i.expires_at > $2 AND EXISTS \
    (SELECT 1 FROM organizations o WHERE o.id = i.organization_id AND o.is_active) AND EXISTS \
    (SELECT 1 FROM users u WHERE u.id = i.invited_by AND u.is_active AND (u.role = 'admin' OR u.is_platform_admin))";
const NAMED: &str = "i.id = $1";

/// The invitation of this token, if it can still be accepted.
pub async fn find_open(ctx: &Ctx, token: &str) -> Result<Option<Invitation>, Problem> {
    find(ctx, OPEN, params![token::hash(token), ctx.now()]).await
}

/// The invitation that the request names, if the caller administers its organization, as with users.
pub async fn find_own(ctx: &Ctx, request: &Request) -> Result<Invitation, Problem> {
    let (actor, id) = (ctx.actor()?, request.id::<Uuid>("id")?);
    let found = find(ctx, NAMED, params![id]).await?;
    found.filter(|found| actor.administers(found.organization_id)).ok_or_else(Problem::not_found)
}

async fn find(ctx: &Ctx, condition: &str, params: Params) -> Result<Option<Invitation>, Problem> {
    let text = format!("SELECT {COLUMNS} FROM invitations i WHERE {condition}");
    Ok(ctx.sql().query(&text, &params).await?.first()?)
}
