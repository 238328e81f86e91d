//! Files by signed link: streamed with the type that was found in their bytes, never sniffed, never run. Whoever has
//! the link may read; nobody is asked to sign in.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use p2p_context::{FeatureName, Scope, TenantId};
use p2p_storage::{BlobError, BlobInfo};
use serde::Deserialize;

use crate::problem::{Code, Problem};
use crate::services::Services;
use crate::tenant;

/// A file that is opened as a page can do nothing.
const HARMLESS: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
);

/// The path behind `/files`.
#[derive(Deserialize)]
pub struct Named {
    tenant: String,
    feature: String,
    name: String,
}

/// The query of a link.
#[derive(Deserialize)]
pub struct Signed {
    expires: i64,
    signature: String,
}

/// `GET /files/{tenant}/{feature}/{*name}?expires&signature`. Whatever is wrong with a link, there is nothing there.
pub async fn show(
    State(services): State<Arc<Services>>,
    named: Result<Path<Named>, PathRejection>,
    signed: Result<Query<Signed>, QueryRejection>,
    parts: Parts,
) -> Result<Response, Problem> {
    let (Ok(Path(named)), Ok(Query(signed))) = (named, signed) else { return Err(Code::NotFound.into()) };
    let scope = scope(&named).filter(|scope| is_host_of(&services, &parts, scope)).ok_or(Code::NotFound)?;
    let now = services.parts.clock.now();
    let Signed { expires, signature } = &signed;
    let blobs = services.parts.runtime.blobs(&scope.tenant, &scope.feature).ok_or(Code::NotFound)?;
    if !blobs.admits(&named.name, *expires, signature, now) {
        return Err(Code::NotFound.into());
    }
    let (info, bytes) = blobs.open(&named.name).await.map_err(problem)?;
    let headers = headers(&info, expires - now.as_secs())?;
    if is_known(&parts.headers, &headers) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, Body::from_stream(bytes)).into_response())
}

fn scope(named: &Named) -> Option<Scope> {
    let (tenant, feature) = (TenantId::new(&named.tenant).ok()?, FeatureName::new(&named.feature).ok()?);
    Some(Scope { tenant, feature })
}

/// A tenant's files are served from its own hosts only, so that a file of one never runs beside the pages of another.
fn is_host_of(services: &Services, parts: &Parts, scope: &Scope) -> bool {
    tenant::resolve(&services.parts.hosts, parts).is_ok_and(|tenant| *tenant == scope.tenant)
}

fn headers(info: &BlobInfo, seconds_left: i64) -> Result<HeaderMap, Problem> {
    let value = |text: String| HeaderValue::try_from(text).map_err(|_| Problem::from(Code::Internal));
    let file = info.name.rsplit('/').next().unwrap_or_default();
    let disposition = if is_shown(&info.media_type) { "inline" } else { "attachment" };
    let mut headers = HeaderMap::with_capacity(16);
    headers.insert(CONTENT_TYPE, value(info.media_type.clone())?);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(info.size));
    headers.insert(CONTENT_DISPOSITION, value(format!("{disposition}; filename=\"{file}\""))?);
    headers.insert(CACHE_CONTROL, value(format!("private, max-age={seconds_left}"))?);
    headers.insert(ETAG, value(format!("\"{}\"", info.sha256))?);
    headers.insert(CONTENT_SECURITY_POLICY, HARMLESS);
    Ok(headers)
}

/// Types that a browser shows without running anything of theirs.
fn is_shown(media_type: &str) -> bool {
    let is_picture = media_type.starts_with("image/") && !media_type.contains("svg");
    is_picture || media_type.starts_with("video/") || matches!(media_type, "application/pdf" | "text/plain")
}

fn is_known(sent: &HeaderMap, headers: &HeaderMap) -> bool {
    sent.get(IF_NONE_MATCH).is_some_and(|known| headers.get(ETAG) == Some(known))
}

fn problem(error: BlobError) -> Problem {
    match error {
        BlobError::Missing | BlobError::Rejected => Code::NotFound.into(),
        error => {
            tracing::error!(%error, "a file cannot be read");
            Problem::from(Code::FeatureUnavailable).retry_after(5)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_types_are_shown_and_names_stay_short() {
        for (media_type, disposition) in [
            ("image/png", "inline; filename=\"b.bin\""),
            ("application/pdf", "inline; filename=\"b.bin\""),
            ("image/svg+xml", "attachment; filename=\"b.bin\""),
            ("text/html", "attachment; filename=\"b.bin\""),
        ] {
            let info = BlobInfo {
                name: "a/b.bin".into(),
                media_type: media_type.into(),
                size: 1,
                sha256: "00".into(),
            };
            let headers = headers(&info, 60).unwrap();
            assert_eq!(headers[CONTENT_DISPOSITION], disposition);
            assert_eq!(
                (&headers[CACHE_CONTROL], &headers[ETAG]),
                (&"private, max-age=60".parse().unwrap(), &"\"00\"".parse().unwrap())
            );
        }
    }
}
