//! From the request's tokens to the actor, and what it means when they no longer hold.

use http::request::Parts;
use http::{HeaderName, HeaderValue};
use p2p_context::{Actor, Deadline, TenantId};
use p2p_identity::{AuthenticateError, Headers, IdentityCall, RequestTokens};
use p2p_tenants::Access;

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
    /// Whether it came on a path of the session protocol.
    pub is_protocol: bool,
}

/// Who is calling; none when nobody is signed in. A call that a foreign page makes is refused before anybody looks at
/// its session.
pub async fn actor(
    services: &Services,
    caller: &Caller<'_>,
    access: Access,
) -> Result<Option<Actor>, Problem> {
    let call = IdentityCall::new(caller.tenant.clone(), caller.deadline);
    foreign::refuse(&services.parts.options, caller.parts, caller.tokens)?;
    let is_safe = caller.parts.method.is_safe();
    match services.parts.identity.authenticate(&call, caller.tokens, is_safe).await {
        Ok(actor) => Ok(actor),
        Err(error) if is_forgiven(&error, access, is_safe && !caller.is_protocol) => Ok(None),
        Err(error) => Err(problem(error)),
    }
}

/// Signing in, up, out and refreshing are public and change something: there a stale session must not stand in the
/// way. A public page is worth a refresh first, because it shows more to whoever is signed in; not so the public
/// routes of the session protocol, which look at no session. Where a session is optional, one that is there must hold.
fn is_forgiven(error: &AuthenticateError, access: Access, is_page: bool) -> bool {
    access == Access::Public && !(is_page && *error == AuthenticateError::TryRefresh)
}

fn problem(error: AuthenticateError) -> Problem {
    match error {
        AuthenticateError::TryRefresh => Code::TryRefresh.into(),
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

    #[test]
    fn a_stale_session_never_keeps_anybody_from_signing_in() {
        let ended = AuthenticateError::Unauthorised { clear: Headers::default() };
        for (error, access, is_page, forgiven) in [
            (&AuthenticateError::TryRefresh, Access::Public, false, true),
            (&AuthenticateError::TryRefresh, Access::Public, true, false),
            (&AuthenticateError::TryRefresh, Access::Session, false, false),
            (&AuthenticateError::TryRefresh, Access::Optional, false, false),
            (&ended, Access::Public, true, true),
            (&ended, Access::Optional, false, false),
            (&ended, Access::Session, true, false),
        ] {
            assert_eq!(is_forgiven(error, access, is_page), forgiven, "{error} {access:?}");
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
