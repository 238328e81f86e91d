//! The tenant's OpenAPI document: the fragments of its features put together, each route with who may call it and
//! every error it may answer, its feature's and the host's. Made once per set of digests.

mod components;
mod headers;
mod merge;
mod own;
mod problems;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;
use p2p_context::TenantId;
use p2p_runtime::Installed;
use p2p_tenants::Digest;

use crate::problem::{Code, Problem};
use crate::services::Services;
use crate::tenant;

/// Documents by tenant, with the digests they were made of.
#[derive(Debug, Default)]
pub struct Documents(Mutex<HashMap<TenantId, (Vec<Digest>, Bytes)>>);

impl Documents {
    fn of(&self, tenant: &TenantId, features: &[Arc<Installed>]) -> Result<Bytes, Problem> {
        let digests: Vec<Digest> = features.iter().map(|feature| feature.digest.clone()).collect();
        let mut documents = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some((_, document)) = documents.get(tenant).filter(|(made_of, _)| *made_of == digests) {
            return Ok(document.clone());
        }
        let manifests = features.iter().map(|feature| feature.manifest.as_ref());
        let document = merge::document(manifests);
        let document = Bytes::from(serde_json::to_vec(&document).map_err(|_| Code::Internal)?);
        documents.insert(tenant.clone(), (digests, document.clone()));
        Ok(document)
    }
}

/// `GET /api/v1/openapi.json`.
pub async fn show(
    State(services): State<Arc<Services>>,
    request: Request<axum::body::Body>,
) -> Result<Response, Problem> {
    let (parts, _) = request.into_parts();
    let tenant = tenant::resolve(&services.parts.hosts, &parts)?;
    let features = services.parts.runtime.installed(tenant);
    let document = services.documents.of(tenant, &features)?;
    Ok(([(CONTENT_TYPE, "application/json")], document).into_response())
}
