//! From the host's types to the contract's records. Drops what a guest must not see.

use http::HeaderMap;
use p2p_context::RequestContext;

use crate::bindings::p2p::feature::types::{Actor, Context, Delivery, Request, Upload};
use crate::call::{self, FeatureEvent, FeatureRequest};
use crate::capabilities::pack;

/// Request headers that stay with the host: they carry sessions, or say what only the host may say.
const WITHHELD: [&str; 10] = [
    "cookie",
    "x-api-key",
    "authorization",
    "proxy-authorization",
    "anti-csrf",
    "st-access-token",
    "st-refresh-token",
    "front-token",
    "connection",
    "x-request-id",
];

/// A request as the guest sees it.
pub fn request(about: &RequestContext, request: FeatureRequest) -> Request {
    Request {
        context: context(about),
        method: request.method,
        path: request.path,
        query: request.query,
        headers: headers(&request.headers),
        body: request.body.into(),
        uploads: request.uploads.into_iter().map(upload).collect(),
    }
}

/// What the guest may know of the call.
pub fn context(about: &RequestContext) -> Context {
    Context {
        request_id: about.request_id.as_str().to_owned(),
        token: String::new(),
        actor: about.actor.as_ref().map(actor),
        language: about.language.as_str().to_owned(),
        deadline_ms: u32::try_from(about.deadline.remaining().as_millis()).unwrap_or(u32::MAX),
    }
}

/// An event as the guest sees it.
pub fn delivery(event: FeatureEvent) -> Delivery {
    Delivery {
        id: event.id.to_string(),
        topic: event.topic,
        key: event.key,
        payload: event.payload,
        committed_at: event.committed_at.0,
        attempt: event.attempt,
    }
}

fn actor(actor: &p2p_context::Actor) -> Actor {
    Actor {
        user_id: actor.user_id.as_bytes().to_vec(),
        organization_id: actor.organization_id.map(|id| id.as_bytes().to_vec()),
        role: actor.role.as_str().to_owned(),
        platform_admin: actor.platform_admin,
        verified: actor.verified,
    }
}

fn headers(headers: &HeaderMap) -> Vec<u8> {
    let mut packed = Vec::with_capacity(256);
    for (name, value) in headers {
        if !WITHHELD.contains(&name.as_str()) {
            pack(&mut packed, name.as_str(), value.as_bytes());
        }
    }
    packed
}

fn upload(upload: call::Upload) -> Upload {
    Upload {
        field: upload.field,
        filename: upload.filename,
        media_type: upload.media_type,
        size: upload.size,
        sha256: upload.sha256,
        head: upload.head,
        staged_id: upload.staged_id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::unpack;

    #[test]
    fn session_headers_stay_with_the_host() {
        let mut map = HeaderMap::new();
        for name in ["cookie", "authorization", "x-api-key", "st-access-token", "accept-language"] {
            map.insert(name, "x".parse().unwrap());
        }
        let packed = headers(&map);
        let names: Vec<_> = unpack(&packed).unwrap().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["accept-language"]);
    }
}
