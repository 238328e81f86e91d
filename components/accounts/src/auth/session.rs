//! What a session knows of its user, whose session a request brings, and what signing up and in answer.

use p2p_sdk::host::Issued;
use p2p_sdk::{Code, Ctx, Problem, Response, Uuid};
use serde::Serialize;
use serde_json::json;

use crate::organizations::Organization;
use crate::users::{Account, User, account_by_id};

/// The answer of signing up and in.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct SignedIn {
    user: User,
    organization: Organization,
}

impl SignedIn {
    /// What is told of this account to itself.
    pub async fn of(ctx: &Ctx, account: Account) -> Self {
        Self { user: User::of(ctx, &account.user).await, organization: account.organization }
    }
}

/// What goes into an access token, so that the host can tell who calls without asking a store.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Claims<'a> {
    organization_id: Uuid,
    role: &'a str,
    platform_admin: bool,
    verified: bool,
}

/// The claims of an account's sessions, as JSON.
pub fn claims(account: &Account) -> Vec<u8> {
    let user = &account.user;
    let claims = Claims {
        organization_id: user.organization_id,
        role: &user.role,
        platform_admin: user.is_platform_admin,
        verified: user.is_verified,
    };
    serde_json::to_vec(&claims).unwrap_or_default()
}

/// Opens a session.
pub async fn open(ctx: &Ctx, account: &Account) -> Result<Issued, Problem> {
    let (id, told) = (account.user.id, claims(account));
    let issued = ctx.sessions().create(&id.to_string(), told.clone()).await?;
    if settle(ctx, id, told).await? { Ok(issued) } else { Err(Problem::new(Code::WrongCredentials)) }
}

/// Makes the sessions of a user what their account says now; `told` is what they were told just before. Whoever tells
/// sessions what an account said some time ago looks at it again behind that: a change in between may have told them
/// already, and must not be undone. False when the user may not sign in: then none is left.
pub async fn settle(ctx: &Ctx, user: Uuid, mut told: Vec<u8>) -> Result<bool, Problem> {
    let (sessions, id) = (ctx.sessions(), user.to_string());
    loop {
        let account = account_by_id(ctx, user).await?;
        let Some(account) = account.filter(Account::may_sign_in) else {
            sessions.revoke_user(&id).await?;
            return Ok(false);
        };
        let present = claims(&account);
        if present == told {
            return Ok(true);
        }
        sessions.update_claims(&id, present.clone()).await?;
        told = present;
    }
}

/// The same right after a commit. A failure is no reason to refuse what stands: an event of that commit tries again.
pub async fn settle_at_once(ctx: &Ctx, user: Uuid) {
    if let Err(problem) = settle(ctx, user, Vec::new()).await {
        ctx.warn("sessions wait for an event", &json!({ "code": problem.code().as_str() }));
    }
}

/// States the claims of an account in the request's session; answers headers with its new access token.
pub async fn restate(ctx: &Ctx, account: &Account) -> Result<Vec<u8>, Problem> {
    let told = claims(account);
    let headers = ctx.sessions().restate(told.clone()).await?;
    settle(ctx, account.user.id, told).await?;
    Ok(headers)
}

/// Opens a session for somebody who has just signed up; answers its headers. The account stands whether or not one can
/// be opened right now: without one the caller signs in.
pub async fn open_if_possible(ctx: &Ctx, account: &Account) -> Vec<u8> {
    match open(ctx, account).await {
        Ok(issued) => issued.headers,
        Err(problem) => {
            ctx.warn("signed up without a session", &json!({ "code": problem.code().as_str() }));
            Vec::new()
        }
    }
}

/// The answer, with the account's present claims in a new access token if the request's session is theirs. If they
/// cannot be stated now, the next refresh does it.
pub async fn restated(ctx: &Ctx, account: &Account, response: Response) -> Response {
    let is_own = ctx.call().actor.as_ref().is_some_and(|actor| actor.user_id == account.user.id);
    if !is_own {
        return response;
    }
    match restate(ctx, account).await {
        Ok(headers) => response.session_headers(&headers),
        Err(problem) => {
            ctx.warn("a session keeps its old claims", &json!({ "code": problem.code().as_str() }));
            response
        }
    }
}

/// The caller's account. A token may outlive it for some minutes: then the session ends, and the browser is cleared.
pub async fn caller(ctx: &Ctx) -> Result<Account, Problem> {
    let account = account_by_id(ctx, ctx.actor()?.user_id).await?;
    match account.filter(Account::may_sign_in) {
        Some(account) => Ok(account),
        None => {
            let cleared = ctx.sessions().revoke().await?;
            Err(Problem::new(Code::Unauthenticated).session_headers(&cleared))
        }
    }
}

/// The account of a credential, if there is one.
pub async fn account_of(ctx: &Ctx, user_id: &str) -> Result<Option<Account>, Problem> {
    let id = user_id.parse().map_err(|_| Problem::internal("the user id of a credential is no UUID"))?;
    account_by_id(ctx, id).await
}
