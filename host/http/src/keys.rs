//! Requests of programs, which bring a key instead of a session. A key acts for its owner as the directory knows them
//! now, within its scopes, and never as a platform admin.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName};
use p2p_context::Actor;
use p2p_identity::{ApiKey, IdentityCall, KeyError, Right, is_key};
use p2p_runtime::{Person, RouteTarget};
use p2p_tenants::manifest::RateClass;
use p2p_tenants::{Access, Route};

use crate::problem::{Code, Problem};
use crate::services::Services;
use crate::session::{self, Caller};

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// Routes by which people sign in and out and change what proves who they are. No key opens them, nor those by which
/// somebody could be let in: whoever steals one shall not make a session of it, or a new password, or a new admin.
const FOR_PEOPLE: [&str; 2] = ["/auth/", "/fdi/"];

/// The key that a request brings, whatever it is worth.
pub fn sent(headers: &HeaderMap) -> Option<&str> {
    if let Some(key) = headers.get(X_API_KEY) {
        return Some(key.to_str().unwrap_or_default());
    }
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    Some(token.trim()).filter(|token| scheme.eq_ignore_ascii_case("bearer") && is_key(token))
}

/// Whether there can be a key that opens a route.
pub fn may_open(route: &Route) -> bool {
    let is_for_people = FOR_PEOPLE.iter().any(|begin| route.path.starts_with(begin));
    !is_for_people && route.access != Access::PlatformAdmin && route.rate != Some(RateClass::Auth)
}

/// Who is calling by this key, if it opens the route.
pub async fn actor(
    services: &Services,
    caller: &Caller<'_>,
    key: &str,
    target: &RouteTarget,
) -> Result<Actor, Problem> {
    if !may_open(&target.route) {
        return Err(Code::Forbidden.into());
    }
    let key = verify(services, caller, key).await?;
    let right = if caller.parts.method.is_safe() { Right::Read } else { Right::Write };
    if !key.scopes.allow(&target.feature, right) {
        let wanted = format!("{}:{}", target.feature, right.as_str());
        return Err(Problem::from(Code::Forbidden).with_detail("scope", wanted));
    }
    let runtime = &services.parts.runtime;
    let person = runtime.person(caller.tenant, key.user, caller.deadline).await;
    let person = person.map_err(|error| session::unavailable(&error.to_string()))?;
    let person = person.filter(|person| person.active).ok_or(Code::Unauthenticated)?;
    Ok(act(&key, person))
}

/// The key of this text, if it is one of the tenant that is still good.
pub async fn verify(services: &Services, caller: &Caller<'_>, key: &str) -> Result<ApiKey, Problem> {
    let call = IdentityCall::new(caller.tenant.clone(), caller.deadline);
    services.keys.verify(&call, key).await.map_err(|error| match error {
        KeyError::Unknown => Code::Unauthenticated.into(),
        KeyError::Unavailable(reason) => session::unavailable(&reason),
    })
}

fn act(key: &ApiKey, person: Person) -> Actor {
    let Person { organization, role, verified, .. } = person;
    Actor {
        user_id: key.user,
        organization_id: organization,
        role,
        platform_admin: false,
        verified,
        // A key is no session.
        session: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_key_comes_in_its_own_header_or_as_a_bearer() {
        for (sent_headers, key) in [
            (headers(&[(X_API_KEY, "p2pk_a_b")]), Some("p2pk_a_b")),
            (headers(&[(X_API_KEY, "nonsense")]), Some("nonsense")),
            (headers(&[(AUTHORIZATION, "bearer  p2pk_a_b")]), Some("p2pk_a_b")),
            (headers(&[(AUTHORIZATION, "Basic p2pk_a_b")]), None),
            (headers(&[(AUTHORIZATION, "Bearer eyJhbGciOi")]), None),
            (headers(&[(X_API_KEY, "p2pk_a_b"), (AUTHORIZATION, "Bearer eyJhbGciOi")]), Some("p2pk_a_b")),
            (headers(&[]), None),
        ] {
            assert_eq!(sent(&sent_headers), key, "{sent_headers:?}");
        }
    }
}
