//! Which route of the protocol a path means. A path is taken as it is first; then, if it begins with `public` or with
//! the tenant's own name, without that segment.

use http::Method;
use http::request::Parts;
use p2p_context::TenantId;
use p2p_runtime::RouteMatch;

use crate::path;
use crate::services::Services;

/// What the SDKs call a tenant that has no other name for them.
const PUBLIC: &str = "public";

/// A route that was found.
#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    /// One of the host's own.
    Own(Own),
    /// The path of a feature's.
    Feature(String),
}

/// The host's own routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// A new pair of tokens for a refresh token.
    Refresh,
    /// The end of a session.
    SignOut,
    /// The keys by which access tokens are verified.
    Keys,
    /// Where those are, as OpenID Connect tells it.
    Discovery,
    /// How people can sign in.
    LoginMethods,
}

/// Method and path below the base path of each. HEAD is GET without the body.
pub const OWN: [(&str, &str, Own); 5] = [
    ("POST", "/session/refresh", Own::Refresh),
    ("POST", "/signout", Own::SignOut),
    ("GET", "/jwt/jwks.json", Own::Keys),
    ("GET", "/.well-known/openid-configuration", Own::Discovery),
    ("GET", "/loginmethods", Own::LoginMethods),
];

/// The route that a request means, if there is one.
pub fn find(services: &Services, tenant: &TenantId, parts: &Parts) -> Option<Place> {
    let below = services.parts.options.auth_base_path.below(parts.uri.path())?;
    let at = |below: &str| {
        let own = Own::at(&parts.method, below).map(Place::Own);
        own.or_else(|| of_feature(services, tenant, &parts.method, below))
    };
    at(below).or_else(|| at(within_tenant(below, tenant)?))
}

fn of_feature(services: &Services, tenant: &TenantId, method: &Method, below: &str) -> Option<Place> {
    let path = path::fdi(below);
    match services.parts.runtime.route(tenant, method, &path) {
        RouteMatch::Found(_) => Some(Place::Feature(path)),
        RouteMatch::MethodNotAllowed(_) | RouteMatch::NotFound => None,
    }
}

/// The path without the tenant's name.
fn within_tenant<'a>(below: &'a str, tenant: &TenantId) -> Option<&'a str> {
    let (name, rest) = below.strip_prefix('/')?.split_once('/')?;
    let is_theirs = name.eq_ignore_ascii_case(PUBLIC) || name.eq_ignore_ascii_case(tenant.as_str());
    if is_theirs { below.get(below.len() - rest.len() - 1..) } else { None }
}

impl Own {
    fn at(method: &Method, below: &str) -> Option<Self> {
        let asked = if *method == Method::HEAD { "GET" } else { method.as_str() };
        OWN.iter().find(|(method, path, _)| (*method, *path) == (asked, below)).map(|(_, _, own)| *own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_named_by_its_own_name_or_as_public() {
        let acme = TenantId::new("acme").unwrap();
        for (path, rest) in [
            ("/public/signin", Some("/signin")),
            ("/acme/user/email/verify", Some("/user/email/verify")),
            ("/ACME/signin", Some("/signin")),
            ("/globex/signin", None),
            ("/public", None),
            ("/signin", None),
        ] {
            assert_eq!(within_tenant(path, &acme), rest, "{path}");
        }
    }

    #[test]
    fn a_route_has_its_method_alone() {
        assert_eq!(Own::at(&Method::POST, "/signout"), Some(Own::SignOut));
        assert_eq!(Own::at(&Method::GET, "/signout"), None);
        assert_eq!(Own::at(&Method::HEAD, "/jwt/jwks.json"), Some(Own::Keys));
        assert_eq!(Own::at(&Method::POST, "/jwt/jwks.json"), None);
    }
}
