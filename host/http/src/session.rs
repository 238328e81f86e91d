//! From the request's tokens to the actor, and what it means when they no longer hold.

use http::request::Parts;
use http::{HeaderName, HeaderValue};
use p2p_context::{Actor, Deadline, TenantId};
use p2p_identity::{AuthenticateError, Headers, IdentityCall, RequestTokens};
use p2p_tenants::manifest::RateClass;
use p2p_tenants::{Access, Route};

use crate::foreign;
use crate::problem::{Code, Problem};
use crate::services::Services;

/// A request as far as its session is concerned.
pub struct Caller<'a> {
    /// Whose people.
    pub tenant: &'a TenantId,
    /// When the request must be over.
    pub deadline: Deadline,
    /// What it brought along.
    pub tokens: &'a RequestTokens,
    /// Its method and headers: reading needs no protection against foreign pages.
    pub parts: &'a Parts,
}

/// Who is calling; none when nobody is signed in. A session that does not hold is an error.
pub async fn actor(services: &Services, caller: &Caller<'_>) -> Result<Option<Actor>, Problem> {
    look(services, caller).await?.map_err(problem)
}

/// Who is calling a route; nobody, too, where a session that does not hold is no hindrance.
pub async fn actor_of_route(
    services: &Services,
    caller: &Caller<'_>,
    route: &Route,
) -> Result<Option<Actor>, Problem> {
    match look(services, caller).await? {
        Err(error) if is_forgiven(&error, route) => Ok(None),
        found => found.map_err(problem),
    }
}

/// A call that a foreign page makes is refused before anybody looks at its session.
async fn look(
    services: &Services,
    caller: &Caller<'_>,
) -> Result<Result<Option<Actor>, AuthenticateError>, Problem> {
    let call = IdentityCall::new(caller.tenant.clone(), caller.deadline);
    foreign::refuse(&services.parts.options, caller.parts, caller.tokens)?;
    let is_safe = caller.parts.method.is_safe();
    Ok(services.parts.identity.authenticate(&call, caller.tokens, is_safe).await)
}

/// A public route looks at no session, so that a stale one must not stand in the way: not of signing in, not of a
/// picture. Where a session is optional, one that is there must hold. Signing out looks at no actor and yet ends a
/// session, so that a foreign page's call is refused also on a public route, unless the route opens sessions itself.
fn is_forgiven(error: &AuthenticateError, route: &Route) -> bool {
    let opens_sessions = route.rate == Some(RateClass::Auth);
    route.access == Access::Public && (*error != AuthenticateError::AntiCsrf || opens_sessions)
}

fn problem(error: AuthenticateError) -> Problem {
    match error {
        AuthenticateError::TryRefresh | AuthenticateError::AntiCsrf => Code::TryRefresh.into(),
        AuthenticateError::Unauthorised { clear } => ended(Code::SessionExpired, clear),
        AuthenticateError::Unavailable(reason) => unavailable(&reason),
    }
}

/// There is no session any more, and the browser is told to forget it.
pub fn ended(code: Code, clear: Headers) -> Problem {
    Problem { headers: parse_headers(clear).collect(), ..code.into() }
}

/// Nobody can tell: never a 401, which would sign people out.
pub fn unavailable(reason: &str) -> Problem {
    tracing::error!(reason, "nobody can tell who is calling");
    Problem::from(Code::FeatureUnavailable).retry_after(1)
}

/// Session headers as a response carries them.
pub fn parse_headers(headers: Headers) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    let parse = |(name, value)| Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?));
    headers.into_iter().filter_map(parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(access: &str, rate: Option<&str>) -> Route {
        let json = serde_json::json!({"method": "POST", "path": "/x", "access": access, "rate": rate});
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_stale_session_stands_in_the_way_only_where_it_counts() {
        let ended = AuthenticateError::Unauthorised { clear: Headers::default() };
        let (stale, foreign) = (AuthenticateError::TryRefresh, AuthenticateError::AntiCsrf);
        for (error, access, rate, forgiven) in [
            (&stale, "public", None, true),
            (&stale, "session", None, false),
            (&stale, "optional", None, false),
            (&ended, "public", None, true),
            (&ended, "optional", None, false),
            (&ended, "session", None, false),
            (&foreign, "public", Some("auth"), true),
            (&foreign, "public", None, false),
            (&foreign, "optional", Some("auth"), false),
        ] {
            assert_eq!(is_forgiven(error, &route(access, rate)), forgiven, "{error} {access}");
        }
    }

    #[test]
    fn an_ended_session_is_cleared_from_the_browser() {
        let clear = vec![("front-token".into(), "remove".into())];
        let problem = problem(AuthenticateError::Unauthorised { clear });
        assert_eq!(problem.headers, [(HeaderName::from_static("front-token"), "remove".parse().unwrap())]);
        assert_eq!(problem.status, 401);
    }
}
