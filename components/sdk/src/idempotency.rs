//! `Idempotency-Key`: a creating request that is sent twice is done once. The first answer is kept in the very
//! transaction that made the thing, so there is no moment at which one exists without the other.
//!
//! Only hashes are kept. The row's id is a hash of actor, route and key; the request's hash is made with the key, which a
//! client keeps to itself, so that a stolen table tells nothing about a body that holds a password.

use std::time::Duration;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::feature::Route;
use crate::host::{SqlError, Statement};
use crate::packed::{FromRow, Headers, Row, RowError};
use crate::problem::{Problem, Rule};
use crate::{Batch, Ctx, Request, Response, params};

const HEADER: &str = "idempotency-key";
const KEY_MAX: usize = 200;
/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// One write in so many also clears what is older.
const SWEEP_ONE_IN: i64 = 64;

/// Headers that only a session operation of the very call may set.
const OF_SESSIONS: [&str; 6] = [
    "set-cookie",
    "st-access-token",
    "st-refresh-token",
    "front-token",
    "anti-csrf",
    "access-control-expose-headers",
];

const FIND: &str =
    "SELECT request, status, headers, body FROM sdk_idempotency WHERE id = $1 AND created_at > $2";
/// Takes over a row that has outlived its day; a younger one stays, and no row changes.
const KEEP: &str = "INSERT INTO sdk_idempotency (id, request, status, headers, body, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6) \
    ON CONFLICT (id) DO UPDATE SET request = excluded.request, status = excluded.status, \
    headers = excluded.headers, body = excluded.body, created_at = excluded.created_at \
    WHERE sdk_idempotency.created_at <= $7";
const SWEEP: &str = "DELETE FROM sdk_idempotency WHERE created_at <= $1";

/// A keyed request whose answer is not kept yet.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    id: [u8; 32],
    request: [u8; 32],
    /// The body of the answer is kept sealed.
    sealed: bool,
}

/// An answer that was kept.
struct Kept {
    request: Vec<u8>,
    response: Response,
}

impl<'a> FromRow<'a> for Kept {
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        let request = row.get()?;
        let status = u16::try_from(row.get::<i64>()?).map_err(|_| RowError { column: 1 })?;
        let headers = Headers::from_packed(row.get()?);
        Ok(Self { request, response: Response { status, headers, body: row.get()? } })
    }
}

/// Runs a handler under the request's key, if it has one.
pub(crate) async fn once(ctx: &Ctx, route: &Route, request: Request) -> Result<Response, Problem> {
    let Some(claim) = Claim::of(ctx, route, &request)? else {
        return route.call(ctx, request).await;
    };
    if let Some(response) = claim.find(ctx).await? {
        return Ok(response);
    }
    ctx.claim().replace(Some(claim));
    let response = route.call(ctx, request).await?;
    if ctx.claim().borrow().is_none() || !(200..300).contains(&response.status) {
        return Ok(response);
    }
    // The handler wrote elsewhere than in SQL. A repeat from now on finds the answer; one that runs at this very moment
    // does not, which the handler's own rules have to bear.
    // An answer that cannot be kept is given all the same: what it tells of is done.
    Ok(commit(ctx, Batch::new(), response.clone()).await.unwrap_or_else(|problem| {
        ctx.warn("an idempotent answer was not kept", &json!({ "code": problem.code().as_str() }));
        response
    }))
}

/// Commits a batch together with the answer of the claim that stands open, if one does.
pub(crate) async fn commit(ctx: &Ctx, batch: Batch, response: Response) -> Result<Response, Problem> {
    let claim = ctx.claim().borrow().clone();
    let Some(claim) = claim else {
        batch.commit(ctx).await?;
        return Ok(response);
    };
    let Batch { statements, events } = batch;
    let own = claim.statements(ctx, &response);
    let shift = u32::try_from(own.len()).unwrap_or(u32::MAX);
    let all = own.into_iter().chain(statements).collect();
    let outcome = ctx.sql().commit(all, events).await;
    // A batch that failed kept nothing, the answer neither: the handler may try again under the same key.
    if matches!(outcome, Ok(_) | Err(SqlError::Stale(0))) {
        ctx.claim().replace(None);
    }
    match outcome {
        Ok(_) => Ok(response),
        // Another request with this key was faster; its answer is there now.
        Err(SqlError::Stale(0)) => {
            let winner = claim.find(ctx).await?;
            winner.ok_or_else(|| Problem::internal("the answer of an idempotent request went missing"))
        }
        Err(SqlError::Stale(index)) => Err(SqlError::Stale(index.saturating_sub(shift)).into()),
        Err(error) => Err(error.into()),
    }
}

impl Claim {
    fn of(ctx: &Ctx, route: &Route, request: &Request) -> Result<Option<Self>, Problem> {
        let Some(key) = request.header(HEADER) else { return Ok(None) };
        if key.is_empty() || key.len() > KEY_MAX || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Problem::invalid("Idempotency-Key", Rule::Form));
        }
        let actor = ctx.call().actor.as_ref().map(|actor| *actor.user_id.as_bytes()).unwrap_or_default();
        let id = hash(&[&actor, route.method().as_str().as_bytes(), request.path.as_bytes(), key.as_bytes()]);
        let uploads =
            request.uploads.iter().flat_map(|upload| [upload.field.as_bytes(), upload.sha256.as_bytes()]);
        let content = [key.as_bytes(), request.query.as_bytes(), &request.body];
        let request = hash(&content.into_iter().chain(uploads).collect::<Vec<_>>());
        Ok(Some(Self { id, request, sealed: route.sealed }))
    }

    async fn find(&self, ctx: &Ctx) -> Result<Option<Response>, Problem> {
        let oldest = ctx.now() - KEPT;
        let rows = ctx.sql().query(FIND, &params![self.id, oldest]).await?;
        match rows.first::<Kept>()? {
            None => Ok(None),
            Some(kept) if kept.request == self.request => self.opened(ctx, kept.response).map(Some),
            Some(_) => Err(Problem::invalid(
                "Idempotency-Key",
                Rule::Own("KEY_REUSED", "was used for another request", "استُخدم لطلب آخر"),
            )),
        }
    }

    fn opened(&self, ctx: &Ctx, mut response: Response) -> Result<Response, Problem> {
        if self.sealed {
            response.body = ctx.secrets().open(&response.body).map_err(Problem::internal)?;
        }
        Ok(response)
    }

    /// The statement that keeps the answer comes first, so that a duplicate loses before it does anything.
    fn statements(&self, ctx: &Ctx, response: &Response) -> Vec<Statement> {
        let Response { status, headers, body } = response;
        let (now, kept) = (ctx.now(), lasting(headers));
        let sealed = self.sealed.then(|| ctx.secrets().seal(body));
        let body = sealed.as_ref().unwrap_or(body);
        let kept = params![self.id, self.request, *status, kept.as_packed(), body, now, now - KEPT];
        let mut batch = Batch::new().run_one(KEEP, kept);
        if now.0 % SWEEP_ONE_IN == 0 {
            batch = batch.run(SWEEP, params![now - KEPT]);
        }
        batch.statements
    }
}

/// The headers without those of a session: they belong to one call, and tokens are not for keeping.
fn lasting(headers: &Headers) -> Headers {
    let mut kept = Headers::new();
    for (name, value) in headers.iter() {
        if let (Ok(name), Ok(value)) = (std::str::from_utf8(name), std::str::from_utf8(value))
            && !OF_SESSIONS.contains(&name)
        {
            kept.push(name, value);
        }
    }
    kept
}

/// SHA-256 over parts, each led by its length, so that no two lists of parts read alike.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_not_kept() {
        let mut headers = Headers::new();
        for name in ["etag", "set-cookie", "st-access-token", "content-type"] {
            headers.push(name, "x");
        }
        let names: Vec<_> = lasting(&headers).iter().map(|(name, _)| name.to_vec()).collect();
        assert_eq!(names, [b"etag".to_vec(), b"content-type".to_vec()]);
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
        assert_eq!(hash(&[b"a"]), hash(&[b"a"]));
    }
}
