//! `GET /api/v1/audit`: who did what in a tenant, newest first, for its platform admins.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Json, extract::Query};
use http::Request;
use http::header::CACHE_CONTROL;
use http::request::Parts;
use p2p_context::{Actor, Deadline, TenantId};
use p2p_identity::RequestTokens;
use p2p_identity::audit::{AuditEntry, AuditFilter};
use p2p_tenants::Access;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::access_log::Served;
use crate::problem::{Code, Problem, Rule};
use crate::rates::{self, Class};
use crate::services::Services;
use crate::{access, keys, session, tenant};

/// Entries of a page when nobody says, and at most.
const PAGE: u32 = 20;
const LONGEST_PAGE: i64 = 100;

/// What may stand behind `?`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    limit: Option<String>,
    cursor: Option<String>,
    actor: Option<String>,
    action: Option<String>,
}

/// Answers the route.
pub async fn show(State(services): State<Arc<Services>>, request: Request<Body>) -> Response {
    let (parts, _) = request.into_parts();
    let mut served = Served::default();
    let answer = list(&services, &parts, &mut served).await;
    let mut response = answer.unwrap_or_else(IntoResponse::into_response);
    served.finish(&mut response);
    response
}

async fn list(services: &Services, parts: &Parts, served: &mut Served) -> Result<Response, Problem> {
    let tenant = tenant::resolve(&services.parts.hosts, parts)?;
    served.tenant = Some(tenant.clone());
    let deadline = Deadline::after(services.parts.options.limits.request);
    let actor = actor(services, parts, tenant, deadline).await;
    let user = actor.as_ref().ok().and_then(Option::as_ref).map(|actor| actor.user_id);
    served.user = user;
    served.allowance = rates::count(services, parts, Class::Read, tenant, user);
    rates::check(served.allowance)?;
    check(services, actor?.as_ref())?;
    let (filter, limit) = read(parts)?;
    let found = services.audit.list(tenant, &filter, limit + 1).await.map_err(|error| {
        tracing::error!(%tenant, %error, "the audit log was not shown");
        Problem::from(Code::FeatureUnavailable).retry_after(5)
    })?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(page(found, limit))).into_response())
}

/// Who is calling. A key is refused: it never acts as a platform admin.
async fn actor(
    services: &Services,
    parts: &Parts,
    tenant: &TenantId,
    deadline: Deadline,
) -> Result<Option<Actor>, Problem> {
    let tokens = RequestTokens::from_headers(&parts.headers);
    let caller = session::Caller { tenant, deadline, tokens: &tokens, parts };
    match keys::sent(&parts.headers) {
        Some(key) => match keys::verify(services, &caller, key).await {
            Ok(_) => Err(Code::Forbidden.into()),
            Err(problem) => Err(problem),
        },
        None => session::actor(services, &caller).await,
    }
}

fn check(services: &Services, actor: Option<&Actor>) -> Result<(), Problem> {
    access::check(Access::PlatformAdmin, actor)?;
    let is_wanted = services.parts.options.require_verified;
    if is_wanted && actor.is_some_and(|actor| !actor.verified) {
        return Err(Code::EmailNotVerified.into());
    }
    Ok(())
}

fn read(parts: &Parts) -> Result<(AuditFilter, u32), Problem> {
    let Query(wanted) = Query::<Wanted>::try_from_uri(&parts.uri).map_err(|_| Code::Malformed)?;
    let limit = match &wanted.limit {
        Some(limit) => clamped(limit.parse().map_err(|_| wrong("limit"))?),
        None => PAGE,
    };
    let actor = wanted.actor.map(|actor| Uuid::try_parse(&actor).map_err(|_| wrong("actor")));
    // No action has such a name, and not every store can be asked for it.
    if wanted.action.as_ref().is_some_and(|action| action.contains(char::is_control)) {
        return Err(wrong("action"));
    }
    let before = wanted.cursor.map(|cursor| Uuid::try_parse(&cursor).map_err(|_| Code::CursorInvalid));
    let filter =
        AuditFilter { actor: actor.transpose()?, action: wanted.action, before: before.transpose()? };
    Ok((filter, limit))
}

fn clamped(limit: i64) -> u32 {
    u32::try_from(limit.clamp(1, LONGEST_PAGE)).unwrap_or(PAGE)
}

fn wrong(field: &str) -> Problem {
    Problem::wrong_field(field, Rule::Form)
}

/// One entry more than fits says that there is another page.
fn page(mut found: Vec<AuditEntry>, limit: u32) -> Value {
    let has_next = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| has_next).map(|entry| entry.id.simple().to_string());
    let items: Vec<Value> = found.into_iter().map(item).collect();
    json!({"items": items, "limit": limit, "hasNext": has_next, "nextCursor": next})
}

fn item(entry: AuditEntry) -> Value {
    let AuditEntry { id, at, actor, action, subject, request, address, details } = entry;
    json!({
        "id": id, "at": at.to_rfc3339(), "actor": actor, "action": action, "subject": subject,
        "requestId": request, "address": address, "details": details,
    })
}
