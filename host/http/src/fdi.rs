//! The session protocol of the SuperTokens SDKs, below its base path: refreshing, signing out and the public documents
//! are answered here, everything else by the feature that declares it below `/fdi`. Whatever is not found is a plain
//! 404, also a known path with another method: the protocol leaves such requests to the app around it.

mod base_path;
mod documents;
mod place;
mod refresh;
mod signout;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderValue, Request};
use p2p_context::{Deadline, Origin, TenantId};
use p2p_identity::{Headers, IdentityCall, RequestTokens};
use serde_json::Value;

pub use self::base_path::{BasePath, InvalidBasePath};
pub use self::place::OWN;
use self::place::{Own, Place};
use crate::access_log::Served;
use crate::envelope::{self, Dialect};
use crate::options::HttpOptions;
use crate::problem::{Code, Problem};
use crate::rates::{self, Class};
use crate::services::Services;
use crate::visit::Visit;
use crate::{feature, keys, session, tenant};

/// A call of one of the host's own routes.
struct Call<'a> {
    services: &'a Services,
    tenant: &'a TenantId,
    parts: &'a Parts,
    tokens: RequestTokens,
    deadline: Deadline,
}

/// Whose words an error at this path is told in.
pub fn dialect(options: &HttpOptions, path: &str) -> Dialect {
    match options.auth_base_path.below(path) {
        Some(_) => Dialect::Protocol,
        None => Dialect::People,
    }
}

/// Answers a request below the base path.
pub async fn answer(State(services): State<Arc<Services>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let mut response = match tenant::resolve(&services.parts.hosts, &parts) {
        Ok(tenant) => match place::find(&services, tenant, &parts) {
            Some(Place::Own(own)) => answer_own(own, &services, tenant, &parts).await,
            Some(Place::Feature(path)) => {
                feature::answer_at(&services, path, Request::from_parts(parts, body)).await
            }
            None => Problem::from(Code::NotFound).into_response(),
        },
        Err(problem) => problem.into_response(),
    };
    name_charset(&mut response);
    response
}

async fn answer_own(own: Own, services: &Services, tenant: &TenantId, parts: &Parts) -> Response {
    let deadline = Deadline::after(services.parts.options.limits.request);
    let tokens = RequestTokens::from_headers(&parts.headers);
    let call = Call { services, tenant, parts, tokens, deadline };
    // Nothing can be guessed here, and an office behind one address refreshes often: the wide limit will do.
    let allowance = rates::count(services, parts, Class::Read, tenant, None);
    let answer = match rates::check(allowance) {
        Ok(()) => call.answer(own).await,
        Err(problem) => Err(problem),
    };
    let mut response = answer.unwrap_or_else(IntoResponse::into_response);
    Served { tenant: Some(tenant.clone()), allowance, ..Served::default() }.finish(&mut response);
    response
}

impl Call<'_> {
    async fn answer(&self, own: Own) -> Result<Response, Problem> {
        let is_of_session = matches!(own, Own::Refresh | Own::SignOut);
        if is_of_session && keys::sent(&self.parts.headers).is_some() {
            return Err(Code::Forbidden.into());
        }
        match own {
            Own::Refresh => refresh::answer(self).await,
            Own::SignOut => signout::answer(self).await,
            Own::Keys => documents::keys(self).await,
            Own::Discovery => Ok(documents::discovery(self)),
            Own::LoginMethods => Ok(documents::login_methods()),
        }
    }

    /// What identity is asked with.
    fn identity(&self) -> IdentityCall {
        let visit = self.parts.extensions.get::<Visit>();
        let origin = Origin {
            request: visit.map(|visit| visit.request_id.as_str().to_owned()),
            address: visit.map(|visit| visit.client),
            ..Origin::default()
        };
        IdentityCall::new(self.tenant.clone(), self.deadline).on_behalf_of(origin)
    }
}

/// A 200 with this body and these session headers. Nobody may keep it.
fn done(body: &Value, headers: Headers) -> Response {
    let mut response = json(body);
    let kept = response.headers_mut();
    kept.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in session::parse_headers(headers) {
        kept.append(name, value);
    }
    response
}

fn json(body: &Value) -> Response {
    ([(CONTENT_TYPE, envelope::media_type(Dialect::Protocol))], body.to_string()).into_response()
}

/// Features call JSON by its short name; the protocol's is longer.
fn name_charset(response: &mut Response) {
    if response.headers().get(CONTENT_TYPE) == Some(&envelope::media_type(Dialect::People)) {
        response.headers_mut().insert(CONTENT_TYPE, envelope::media_type(Dialect::Protocol));
    }
}
