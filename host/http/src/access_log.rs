//! The one line that each request leaves in the log. Never holds a query, a cookie, a token or a body.

use std::time::Duration;

use axum::body::HttpBody as _;
use axum::response::Response;
use http::Method;
use p2p_context::TenantId;
use p2p_runtime::RouteTarget;
use uuid::Uuid;

use crate::rates::Allowance;
use crate::visit::Visit;

/// Characters of a UUID as text.
const ID_LENGTH: usize = 36;

/// What the edge knows of a request.
pub struct Line<'a> {
    /// Id, client, language.
    pub visit: &'a Visit,
    /// As sent.
    pub method: &'a Method,
    /// Without the query: it may hold tokens.
    pub path: &'a str,
    /// From the first header to the first byte of the answer.
    pub took: Duration,
    /// The envelope's code, when the answer is an error.
    pub error_code: Option<String>,
}

/// What the feature handler found out; travels beside the response.
#[derive(Debug, Clone, Default)]
pub struct Served {
    /// Whose request it was.
    pub tenant: Option<TenantId>,
    /// Which route answered.
    pub target: Option<RouteTarget>,
    /// Who called.
    pub user: Option<Uuid>,
    /// What the caller has left of their limit.
    pub allowance: Option<Allowance>,
}

impl Served {
    /// Goes along with the answer, which says what the caller has left.
    pub fn finish(self, response: &mut Response) {
        if let Some(allowance) = self.allowance {
            allowance.apply(response.headers_mut());
        }
        response.extensions_mut().insert(self);
    }
}

/// Writes the line.
pub fn write(line: &Line<'_>, response: &Response) {
    if !tracing::enabled!(target: "access", tracing::Level::INFO) {
        return;
    }
    let served = response.extensions().get::<Served>();
    let target = served.and_then(|served| served.target.as_ref());
    tracing::info!(
        target: "access",
        request_id = line.visit.request_id.as_str(),
        method = line.method.as_str(),
        path = plain(line.path),
        status = response.status().as_u16(),
        took_us = u64::try_from(line.took.as_micros()).unwrap_or(u64::MAX),
        bytes = response.body().size_hint().exact(),
        client = %line.visit.client,
        tenant = served.and_then(|served| served.tenant.as_ref()).map(TenantId::as_str),
        feature = target.map(|target| target.feature.as_str()),
        route = target.map(|target| target.route.path.as_str()),
        user = served.and_then(|served| served.user).map(tracing::field::display),
        error_code = line.error_code.as_deref(),
        "request"
    );
}

/// Segments longer than an id may be tokens: an invitation, a signature. They are not written down.
fn plain(path: &str) -> String {
    let shown = |segment: &str| if segment.len() > ID_LENGTH { "…".to_owned() } else { segment.to_owned() };
    path.split('/').map(shown).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_shown_and_tokens_are_not() {
        let id = "0197f0c1-2f6b-7a55-9c1d-3d7f0f5a1b2c";
        assert_eq!(plain(&format!("/api/v1/users/{id}")), format!("/api/v1/users/{id}"));
        assert_eq!(plain(&format!("/api/v1/invitations/{}", "a1".repeat(32))), "/api/v1/invitations/…");
        assert_eq!(plain("/"), "/");
    }
}
