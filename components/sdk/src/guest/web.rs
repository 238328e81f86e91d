//! `wasi:http/handler` over the same router, for hosts that are not ours (Spin, `wasmtime serve`). Such a host verifies no
//! session before it calls and stages no file: who is calling is asked by `callers`, if the feature lists it, else
//! everybody is nobody; bodies come whole.

use std::rc::Rc;

use super::bindings::web::wasi::http::types::{
    ErrorCode, Fields, HeaderError, Method as WebMethod, Request as WebRequest,
};
use super::bindings::web::{wit_future, wit_stream};
use super::calls::{Component, instance};
use crate::host::Refusal;
use crate::{
    Actor, Call, Code, Ctx, Headers, Host, Language, Method, Problem, Request, RequestTarget, Response,
};

pub use super::bindings::web::wasi::http::types::Response as WebResponse;

/// Most a request may carry, bytes: as on our own host.
const BODY_MAX: usize = 1 << 20;
/// What a call may take when nobody says.
const DEADLINE_MS: u32 = 30_000;
/// Ours to read on our host only; here nobody has verified them.
const NOT_FOR_FEATURES: [&str; 2] = ["cookie", "authorization"];
const READ_AT_ONCE: usize = 16 * 1024;

/// Answers a request of a foreign host.
pub async fn handle<C: Component>(request: WebRequest) -> Result<WebResponse, ErrorCode> {
    let target = request.get_path_with_query().unwrap_or_default();
    let method = request.get_method();
    let headers = headers_of(&request);
    let request_id = request_id(&headers);
    let language = language(&headers);
    let instance = instance::<C>();
    let method = method_of(&method);
    let actor = match actor_of(&instance.host, &request, method == Some(Method::Get)).await {
        Ok(actor) => actor,
        Err(problem) => return answer(problem.into_response(language).enveloped(&request_id)),
    };
    let call = Call { request_id, actor, language, deadline_ms: DEADLINE_MS, ..Call::default() };
    let ctx = Ctx::new(Rc::clone(&instance.host), call);
    let RequestTarget { path, query } = RequestTarget::parse(&target);
    let response = match body_of(request).await? {
        Some(body) => {
            let request = Request { method, path, query, headers, body, ..Request::default() };
            instance.feature.handle(&ctx, request).await
        }
        None => Problem::new(Code::TooLarge).into_response(language),
    };
    answer(response.enveloped(&ctx.call().request_id))
}

fn method_of(method: &WebMethod) -> Option<Method> {
    match method {
        WebMethod::Get => Some(Method::Get),
        WebMethod::Post => Some(Method::Post),
        WebMethod::Put => Some(Method::Put),
        WebMethod::Patch => Some(Method::Patch),
        WebMethod::Delete => Some(Method::Delete),
        _ => None,
    }
}

/// What a feature may see of them.
fn headers_of(request: &WebRequest) -> Headers {
    read(request, |name| !NOT_FOR_FEATURES.contains(&name))
}

fn read(request: &WebRequest, wanted: impl Fn(&str) -> bool) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in request.get_headers().copy_all() {
        let name = name.to_ascii_lowercase();
        if let (true, Ok(value)) = (wanted(&name), std::str::from_utf8(&value)) {
            headers.push(&name, value);
        }
    }
    headers
}

/// Who is calling. Headers that clear a browser are not the guest's to pass on there: a stale session asks to sign in.
async fn actor_of(host: &Host, request: &WebRequest, safe: bool) -> Result<Option<Actor>, Problem> {
    let Some(callers) = &host.callers else { return Ok(None) };
    match callers.verify(read(request, |_| true).into_packed(), safe).await {
        Ok(identified) => Ok(identified.and_then(super::calls::identified)),
        Err(Refusal::TryRefresh) => Err(Problem::new(Code::TryRefresh)),
        Err(Refusal::Ended(_)) => Err(Problem::new(Code::SessionExpired)),
        Err(Refusal::Timeout | Refusal::Unavailable) => Err(Problem::new(Code::FeatureUnavailable)),
    }
}

fn request_id(headers: &Headers) -> String {
    let given = headers.get("x-request-id").unwrap_or_default();
    let plain = given.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain && given.len() <= 64 { given.to_owned() } else { String::new() }
}

fn language(headers: &Headers) -> Language {
    let accepted = headers.get("accept-language").unwrap_or_default().split(',');
    let known = accepted.map(|part| part.trim().get(..2).unwrap_or_default().to_ascii_lowercase());
    known
        .into_iter()
        .find(|part| part == "ar" || part == "en")
        .map(|part| Language::parse(&part))
        .unwrap_or_default()
}

/// The whole body; none when it is larger than any route takes.
async fn body_of(request: WebRequest) -> Result<Option<Vec<u8>>, ErrorCode> {
    let (done, is_done) = wit_future::new(|| Ok(()));
    let (mut stream, _trailers) = WebRequest::consume_body(request, is_done);
    drop(done);
    let mut body = Vec::new();
    loop {
        let (status, part) = stream.read(Vec::with_capacity(READ_AT_ONCE)).await;
        body.extend_from_slice(&part);
        if body.len() > BODY_MAX {
            return Ok(None);
        }
        if matches!(status, wit_bindgen::StreamResult::Dropped) {
            return Ok(Some(body));
        }
    }
}

fn answer(response: Response) -> Result<WebResponse, ErrorCode> {
    let broken = |_: HeaderError| ErrorCode::InternalError(None);
    let headers = response.headers.iter().filter_map(|(name, value)| {
        let name = std::str::from_utf8(name).ok()?;
        Some((name.to_owned(), value.to_vec()))
    });
    let headers = Fields::from_list(&headers.collect::<Vec<_>>()).map_err(broken)?;
    let (mut sender, receiver) = wit_stream::new();
    let (no_trailers, trailers) = wit_future::new(|| Ok(None));
    drop(no_trailers);
    let (answer, _sent) = WebResponse::new(headers, Some(receiver), trailers);
    answer.set_status_code(response.status).map_err(|()| ErrorCode::InternalError(None))?;
    wit_bindgen::spawn_local(async move {
        // Whoever went away does not read the rest.
        let _unread = sender.write_all(response.body).await;
    });
    Ok(answer)
}
