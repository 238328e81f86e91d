//! The pages that show a tenant's OpenAPI document to people: Swagger UI at `/docs`, Redoc at `/redoc`. Everything they
//! need is in the binary; they fetch nothing from elsewhere. The document itself is made by `openapi`.

mod files;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};

use self::files::{Content, File};
use crate::problem::{Code, Problem};
use crate::services::Services;
use crate::tenant;

/// A page may have changed with the server.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// What a page is made of changes with a release, and then for everybody within the hour.
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// Scripts and calls of this server alone. Pictures in the style sheets are written into them.
const SWAGGER_UI: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);
/// Redoc searches in a worker that it writes itself, and makes two style sheets as it starts: one that is empty, which its
/// rules are put into, and one for scroll bars. Both are told by their hash.
const REDOC: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' \
     'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='; img-src 'self' data:; connect-src 'self'; worker-src blob:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// `GET /docs`.
pub async fn swagger_ui(
    State(services): State<Arc<Services>>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    page(&services, request, &files::SWAGGER_UI, SWAGGER_UI)
}

/// `GET /redoc`.
pub async fn redoc(
    State(services): State<Arc<Services>>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    page(&services, request, &files::REDOC, REDOC)
}

/// `GET /docs/{file}`: what the pages are made of. The same for every tenant.
pub async fn file(Path(name): Path<String>, request: Request<Body>) -> Result<Response, Problem> {
    let file = files::PARTS.iter().find(|file| file.name == name).ok_or(Code::NotFound)?;
    let (parts, _) = request.into_parts();
    answer(&parts, file, [(CACHE_CONTROL, AN_HOUR)])
}

/// A page, at the addresses of tenants only: at others there is no document to show.
fn page(
    services: &Services,
    request: Request<Body>,
    page: &File,
    policy: HeaderValue,
) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    tenant::resolve(&services.parts.hosts, &parts)?;
    answer(&parts, page, [(CACHE_CONTROL, ASK_AGAIN), (CONTENT_SECURITY_POLICY, policy)])
}

fn answer(
    parts: &Parts,
    file: &File,
    own: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
) -> Result<Response, Problem> {
    let mut headers: HeaderMap = own.into_iter().collect();
    headers.insert(ETAG, file.etag());
    if parts.headers.get_all(IF_NONE_MATCH).iter().any(|known| names(known, &file.etag())) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    match file.content {
        Content::Plain(text) => Ok((headers, text).into_response()),
        Content::Gzip(bytes) => {
            headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
            if !takes_gzip(&parts.headers) {
                return Ok((headers, file.unpacked().map_err(|_| Code::Internal)?).into_response());
            }
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Ok((headers, bytes).into_response())
        }
    }
}

/// Whether one of the tags that somebody knows is this one.
fn names(known: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(known), Ok(etag)) = (known.to_str(), etag.to_str()) else { return false };
    known.split(',').any(|tag| matches!(tag.trim(), "*") || tag.trim() == etag)
}

/// Whether gzip is among what the reader takes. One that is named with `q=0` is refused.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|coding| {
        let (name, rest) = coding.split_once(';').unwrap_or((coding, ""));
        let quality = rest.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
        matches!(name.trim(), "gzip" | "*") && quality.is_ok_and(|quality| quality > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_whoever_takes_it() {
        for (sent, takes) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, gzip;q=0.5", true),
            ("*", true),
            ("gzip;q=0", false),
            ("identity", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(sent))]);
            assert_eq!(takes_gzip(&headers), takes, "{sent}");
        }
    }
}
