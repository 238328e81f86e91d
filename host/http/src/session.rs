//! From the request's tokens to the actor, and what it means when they no longer hold.

use http::{HeaderName, HeaderValue, Method};
use p2p_context::{Actor, Deadline, TenantId};
use p2p_identity::{AuthenticateError, Headers, IdentityCall, RequestTokens};
use p2p_tenants::Access;

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
    /// Reading needs no protection against foreign pages.
    pub method: &'a Method,
}

/// Who is calling; none when nobody is signed in.
pub async fn actor(
    services: &Services,
    caller: &Caller<'_>,
    access: Access,
) -> Result<Option<Actor>, Problem> {
    let call = IdentityCall { tenant: caller.tenant.clone(), deadline: caller.deadline };
    let is_safe = caller.method.is_safe();
    match services.parts.identity.authenticate(&call, caller.tokens, is_safe).await {
        Ok(actor) => Ok(actor),
        Err(error) if is_forgiven(&error, access, is_safe) => Ok(None),
        Err(error) => Err(problem(error)),
    }
}

/// Signing in, up, out and refreshing are public and change something: there a stale session must not stand in the
/// way. A public page is worth a refresh first, because it shows more to whoever is signed in.
fn is_forgiven(error: &AuthenticateError, access: Access, is_safe: bool) -> bool {
    access == Access::Public && !(is_safe && *error == AuthenticateError::TryRefresh)
}

fn problem(error: AuthenticateError) -> Problem {
    match error {
        AuthenticateError::TryRefresh => Code::TryRefresh.into(),
        AuthenticateError::Unauthorised { clear } => ended(clear),
        AuthenticateError::Unavailable(reason) => {
            tracing::error!(reason, "nobody can tell who is calling");
            Problem::from(Code::FeatureUnavailable).retry_after(1)
        }
    }
}

fn ended(clear: Headers) -> Problem {
    let parse = |(name, value)| Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?));
    let headers = clear.into_iter().filter_map(parse).collect();
    Problem { headers, ..Code::SessionExpired.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_session_never_keeps_anybody_from_signing_in() {
        let ended = AuthenticateError::Unauthorised { clear: Headers::default() };
        for (error, access, is_safe, forgiven) in [
            (&AuthenticateError::TryRefresh, Access::Public, false, true),
            (&AuthenticateError::TryRefresh, Access::Public, true, false),
            (&AuthenticateError::TryRefresh, Access::Session, false, false),
            (&ended, Access::Public, true, true),
            (&ended, Access::Session, true, false),
        ] {
            assert_eq!(is_forgiven(error, access, is_safe), forgiven, "{error} {access:?}");
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
