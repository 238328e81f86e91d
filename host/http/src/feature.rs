//! The one handler of every feature's routes: tenant, route, session, access, body, the call, the answer.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, Request, StatusCode};
use p2p_context::{Actor, Deadline, RequestContext};
use p2p_identity::RequestTokens;
use p2p_runtime::{FeatureRequest, RouteMatch, RouteTarget, Upload};
use p2p_tenants::Route;

use crate::access_log::Served;
use crate::problem::{Code, Problem};
use crate::rates::{self, Class};
use crate::services::Services;
use crate::upload::Staging;
use crate::visit::Visit;
use crate::{access, body, keys, path, reply, session, tenant, upload};

/// What came behind the headers.
#[derive(Default)]
struct Content {
    body: Bytes,
    uploads: Vec<Upload>,
    staging: Option<Staging>,
}

/// A request whose rules were kept.
struct Asked {
    below: String,
    parts: Parts,
    tokens: RequestTokens,
    content: Content,
}

/// Answers a request that no other address took.
pub async fn answer(State(services): State<Arc<Services>>, request: Request<Body>) -> Response {
    match path::below_api(request.uri().path()).map(str::to_owned) {
        Some(below) => answer_at(&services, below, request).await,
        None => Problem::from(Code::NotFound).into_response(),
    }
}

/// Answers a request for this path of a feature, wherever it was sent.
pub async fn answer_at(services: &Services, below: String, request: Request<Body>) -> Response {
    let mut served = Served::default();
    let mut response = match dispatch(services, below, request, &mut served).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    served.finish(&mut response);
    response
}

async fn dispatch(
    services: &Services,
    below: String,
    request: Request<Body>,
    served: &mut Served,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let Visit { request_id, language, client, .. } = parts.extensions.get().cloned().ok_or(Code::Internal)?;
    let tenant = tenant::resolve(&services.parts.hosts, &parts)?;
    served.tenant = Some(tenant.clone());
    let target = match services.parts.runtime.route(tenant, &parts.method, &below) {
        RouteMatch::Found(target) => target,
        RouteMatch::MethodNotAllowed(methods) => return other_methods(&parts.method, methods),
        RouteMatch::NotFound => return Err(Code::NotFound.into()),
    };
    served.target = Some(target.clone());
    let deadline = Deadline::after(longest(services, &target.route));
    let tokens = read_tokens(&parts.headers);
    let caller = session::Caller { tenant, deadline, tokens: &tokens, parts: &parts };
    let actor = admit(services, &caller, &target, served).await?;
    let content = take_content(services, &target, tenant, &parts, body, deadline).await?;
    let (tenant, address) = (tenant.clone(), Some(client));
    let context = RequestContext { request_id, tenant, actor, deadline, language, address };
    call(services, &context, &target, Asked { below, parts, tokens, content }).await
}

/// Who is calling, if they may call this route, and may call now.
async fn admit(
    services: &Services,
    caller: &session::Caller<'_>,
    target: &RouteTarget,
    served: &mut Served,
) -> Result<Option<Actor>, Problem> {
    let route = &target.route;
    let actor = match keys::sent(&caller.parts.headers) {
        Some(key) => {
            // Before it is looked up: whoever tries keys is counted by address.
            rates::check(rates::count(services, caller.parts, Class::Read, caller.tenant, None))?;
            keys::actor(services, caller, key, target).await.map(Some)
        }
        None => session::actor_of_route(services, caller, route).await,
    };
    served.user = actor.as_ref().ok().and_then(Option::as_ref).map(|actor| actor.user_id);
    served.allowance = rates::count(services, caller.parts, Class::of(route), caller.tenant, served.user);
    rates::check(served.allowance)?;
    let actor = actor?;
    access::check(route.access, actor.as_ref())?;
    access::check_verified(services.parts.options.require_verified, route, actor.as_ref())?;
    Ok(actor)
}

/// The session tokens of a request. One that brings a key has none, whatever else it brings.
fn read_tokens(headers: &HeaderMap) -> RequestTokens {
    match keys::sent(headers) {
        Some(_) => RequestTokens::default(),
        None => RequestTokens::from_headers(headers),
    }
}

async fn call(
    services: &Services,
    context: &RequestContext,
    target: &RouteTarget,
    asked: Asked,
) -> Result<Response, Problem> {
    let Asked { below, parts, tokens, content } = asked;
    let request = FeatureRequest {
        method: target.route.method.as_str().to_owned(),
        path: below,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: content.body,
        uploads: content.uploads,
        tokens,
    };
    let answer = services.parts.runtime.handle(context, target, request).await;
    let has_failed = answer.as_ref().map_or(true, |answer| answer.status >= 400);
    match content.staging {
        Some(staging) if has_failed => staging.abandon().await,
        Some(staging) => staging.hand_over(),
        None => {}
    }
    match answer {
        Ok(answer) => reply::respond(answer),
        Err(error) => {
            tracing::warn!(%error, "a call gave no answer");
            Err(Problem::from(&error))
        }
    }
}

async fn take_content(
    services: &Services,
    target: &RouteTarget,
    tenant: &p2p_context::TenantId,
    parts: &Parts,
    body: Body,
    deadline: Deadline,
) -> Result<Content, Problem> {
    let Some(rules) = &target.route.uploads else {
        let limits = &services.parts.options.limits;
        let body = body::read(&parts.headers, body, target.route.body_limit(), limits.body).await?;
        return Ok(Content { body, ..Content::default() });
    };
    let blobs = services.parts.runtime.blobs(tenant, &target.feature).ok_or(Code::FeatureUnavailable)?;
    let limits = upload::Limits { rules, fields: target.route.body_limit(), deadline };
    let mut staging = Staging::new(blobs);
    match upload::read(&parts.headers, body, &limits, &mut staging).await {
        Ok(form) => Ok(Content { body: form.fields.into(), uploads: form.uploads, staging: Some(staging) }),
        Err(problem) => {
            staging.abandon().await;
            Err(problem)
        }
    }
}

/// A route exists, but not for this method. OPTIONS is everybody's way to ask which ones there are.
fn other_methods(method: &Method, mut methods: Vec<&'static str>) -> Result<Response, Problem> {
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    let problem = Problem::method_not_allowed(&methods);
    if method != Method::OPTIONS {
        return Err(problem);
    }
    Ok((StatusCode::NO_CONTENT, HeaderMap::from_iter(problem.headers)).into_response())
}

fn longest(services: &Services, route: &Route) -> Duration {
    let limits = &services.parts.options.limits;
    if route.uploads.is_some() { limits.upload } else { limits.request }
}
