//! The errors of each route: what its feature says of them, and what the host may answer before or beside it. One
//! answer per status and set of codes, shared by all routes that have it.

use std::collections::BTreeMap;

use p2p_tenants::manifest::RateClass;
use p2p_tenants::{Access, Method, Route};
use serde_json::{Map, Value, json};

use super::headers;
use crate::keys;
use crate::path::is_fdi;
use crate::problem::Code;

/// Where a feature's answer lists its codes.
const CODES: &str = "x-error-codes";
const RESPONSES: &str = "#/components/responses/";

/// Codes by status, in the order they were told.
type ByStatus = BTreeMap<u16, Vec<String>>;

/// What the host may answer at a route of a feature.
pub fn of_route(route: &Route) -> Vec<Code> {
    let mut codes =
        vec![Code::RateLimited, Code::Internal, Code::FeatureUnavailable, Code::Busy, Code::Deadline];
    codes.extend(of_caller(route));
    if route.path.contains('{') {
        codes.push(Code::Malformed);
    }
    if matches!(route.method, Method::Post | Method::Put | Method::Patch) {
        codes.extend([Code::Malformed, Code::Slow, Code::TooLarge]);
    }
    if route.uploads.is_some() {
        codes.extend([Code::FileType, Code::Validation]);
    }
    codes
}

/// What it may say to whoever calls.
fn of_caller(route: &Route) -> Vec<Code> {
    let (is_open, is_safe) =
        (matches!(route.access, Access::Public | Access::Optional), route.method == Method::Get);
    let mut codes = match route.access {
        // A key that is none.
        Access::Public if keys::may_open(route) => vec![Code::Unauthenticated],
        Access::Public => vec![],
        _ => vec![Code::Unauthenticated, Code::SessionExpired, Code::TryRefresh],
    };
    // The session it would end might be somebody's whom a foreign page abuses; see `session`.
    if route.access == Access::Public && !is_safe && route.rate != Some(RateClass::Auth) {
        codes.push(Code::TryRefresh);
    }
    // A foreign page, a key without the scope or for people alone, an admin's route.
    codes.push(Code::Forbidden);
    if !is_open && !route.unverified {
        codes.push(Code::EmailNotVerified);
    }
    codes
}

/// Puts the errors of a route into its responses, in place of what its feature said of the same statuses, and the
/// answers that they refer to into the components. What a feature describes without telling its codes stays.
pub fn put(
    responses: &mut Map<String, Value>,
    fragment: &Value,
    own: &[Code],
    shared: &mut Map<String, Value>,
) {
    let mut codes = ByStatus::new();
    let is_unknown = |status: u16| {
        let found = responses.get(&status.to_string()).and_then(|response| codes_of(response, fragment));
        found.is_none() && responses.contains_key(&status.to_string())
    };
    let untold: Vec<u16> = (400..600).filter(|status| is_unknown(*status)).collect();
    let told = responses
        .iter()
        .filter_map(|(status, response)| Some((status.parse::<u16>().ok()?, codes_of(response, fragment)?)));
    for (status, told) in told {
        told.into_iter().for_each(|code| note(&mut codes, status, code));
    }
    for code in own {
        note(&mut codes, code.status().as_u16(), code.as_str().to_owned());
    }
    for (status, codes) in codes.into_iter().filter(|(status, _)| !untold.contains(status)) {
        let name = format!("{status}.{}", codes.join("."));
        responses.insert(status.to_string(), json!({"$ref": format!("{RESPONSES}{name}")}));
        shared.entry(name).or_insert_with(|| response(status, &codes));
    }
}

fn note(codes: &mut ByStatus, status: u16, code: String) {
    let codes = codes.entry(status).or_default();
    if !codes.contains(&code) {
        codes.push(code);
    }
}

/// The codes of a response of a fragment, where it tells them.
fn codes_of(response: &Value, fragment: &Value) -> Option<Vec<String>> {
    let name = response.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix(RESPONSES));
    let response = match name {
        Some(name) => fragment.get("components")?.get("responses")?.get(name)?,
        None => response,
    };
    let codes = response.get(CODES)?.as_array()?;
    Some(codes.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// The answer of this status with one of these codes.
fn response(status: u16, codes: &[String]) -> Value {
    let said: Vec<_> = codes.iter().map(|code| format!("`{code}`")).collect();
    let mut rules = json!({"properties": {"error_code": {"enum": codes}}});
    if codes == ["VALIDATION"] {
        rules = json!({"properties": {"error_code": {"enum": codes}, "details": {"required": ["fields"]}}});
    }
    let schema = json!({"allOf": [{"$ref": "#/components/schemas/Problem"}, rules]});
    json!({
        "description": format!("{}: {}", reason(status), said.join(", ")),
        "headers": headers::of_problem(status),
        "content": {"application/json": {"schema": schema}},
    })
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be served as it is",
        401 => "Nobody is signed in, or no longer",
        403 => "It exists, but not for this caller",
        404 => "There is no such thing for this caller",
        408 => "The body came too slowly",
        409 => "It is not in the state for this",
        413 => "The request is too large",
        415 => "Not a type that is taken here",
        422 => "Some fields are not valid; `details.fields` names them",
        429 => "Too often; `Retry-After` says when again",
        500 => "A fault of ours",
        503 => "Not now; `Retry-After` says when again",
        504 => "It took too long",
        _ => "It did not work",
    }
}

/// Whether the document holds a route. The session protocol is described elsewhere, and its SDKs know it.
pub fn is_documented(route: &Route) -> bool {
    !is_fdi(&route.path)
}
