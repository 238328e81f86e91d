//! From a request to its tenant, by the host it was sent to.

use http::header::HOST;
use http::request::Parts;
use p2p_context::TenantId;
use p2p_tenants::Hosts;

use crate::problem::{Code, Problem};

/// The tenant that the request's host means. An unknown host is an address at which there is nothing.
pub fn resolve<'a>(hosts: &'a Hosts, parts: &Parts) -> Result<&'a TenantId, Problem> {
    let header = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = parts.uri.authority().map(|authority| authority.as_str()).or(header);
    host.and_then(|host| hosts.resolve(host)).ok_or_else(|| Code::NotFound.into())
}
