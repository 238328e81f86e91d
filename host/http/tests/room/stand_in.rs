//! A feature that does what the end of its path says, so that everything in front of a feature can be tried without one.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::{HeaderName, HeaderValue};
use p2p_context::{Deadline, FeatureName, RequestContext, TenantId};
use p2p_runtime::{
    DispatchError, DispatchErrorKind, FeatureRequest, FeatureResponse, Features, Installed, Person,
    RouteMatch, RouteTable, RouteTarget,
};
use p2p_storage::{BlobStore, SqlError};
use p2p_tenants::{Ledger, Manifest};
use serde_json::json;
use uuid::Uuid;

/// Answers `/say/…` and some routes of the session protocol; remembers what it was asked last.
pub struct StandIn {
    routes: RouteTable,
    blobs: Mutex<Option<Arc<dyn BlobStore>>>,
    pub asked: Mutex<Option<(RequestContext, FeatureRequest)>>,
    /// Who everybody is in the directory.
    pub person: Mutex<Option<Person>>,
}

impl StandIn {
    pub fn new() -> Arc<Self> {
        let route = |method: &str, path: &str, access: &str| json!({"method": method, "path": path, "access": access});
        let manifest = json!({
            "contract": "0.1.0", "name": "say", "version": "1", "routes": [
                route("GET", "/say/{what}", "public"),
                {"method": "POST", "path": "/say/{what}", "access": "public", "bodyLimit": 8},
                route("GET", "/say/signed-in/{what}", "session"),
                route("POST", "/say/signed-in/{what}", "session"),
                {"method": "GET", "path": "/say/unverified/{what}", "access": "session", "unverified": true},
                route("GET", "/say/optional/{what}", "optional"),
                route("POST", "/say/optional/{what}", "optional"),
                route("GET", "/say/admin/{what}", "admin"),
                route("GET", "/say/platform/{what}", "platform-admin"),
                {"method": "POST", "path": "/say/upload/{what}", "access": "public",
                 "uploads": {"maxFiles": 1, "maxBytes": 100, "mediaTypes": ["text/plain"]}},
                {"method": "POST", "path": "/auth/{what}", "access": "public", "rate": "auth"},
                route("POST", "/fdi/signin", "public"),
                route("POST", "/fdi/problem", "public"),
                route("GET", "/fdi/emailpassword/email/exists", "public"),
                route("POST", "/fdi/user/email/verify", "optional"),
                {"method": "GET", "path": "/fdi/user/email/verify", "access": "session", "unverified": true},
                route("GET", "/fdi/mfa/info", "session"),
                route("GET", "/fdi/hello", "public"),
                route("GET", "/fdi/public/hello", "public"),
            ],
        });
        let manifest = Arc::new(Manifest::parse(manifest.to_string().as_bytes()).unwrap());
        let tenant = TenantId::new("acme").unwrap();
        let routes = RouteTable::build(&tenant, &[manifest], &Ledger::default()).unwrap();
        Arc::new(Self { routes, blobs: Mutex::default(), asked: Mutex::default(), person: Mutex::default() })
    }

    pub fn keep_files_in(&self, blobs: Arc<dyn BlobStore>) {
        *self.blobs.lock().unwrap() = Some(blobs);
    }

    /// What it was asked last.
    pub fn last(&self) -> (RequestContext, FeatureRequest) {
        self.asked.lock().unwrap().take().expect("it was asked")
    }
}

#[async_trait]
impl Features for StandIn {
    fn route(&self, tenant: &TenantId, method: &http::Method, path: &str) -> RouteMatch {
        if tenant.as_str() == "acme" { self.routes.find(method, path) } else { RouteMatch::NotFound }
    }

    async fn handle(
        &self,
        context: &RequestContext,
        target: &RouteTarget,
        request: FeatureRequest,
    ) -> Result<FeatureResponse, DispatchError> {
        let what = request.path.rsplit('/').next().unwrap_or_default().to_owned();
        *self.asked.lock().unwrap() = Some((context.clone(), request));
        let failed = |kind| DispatchError {
            tenant: context.tenant.clone(),
            feature: target.feature.clone(),
            digest: String::new(),
            kind,
        };
        match what.as_str() {
            "busy" => Err(failed(DispatchErrorKind::Busy)),
            "deadline" => Err(failed(DispatchErrorKind::Deadline)),
            "memory" => Err(failed(DispatchErrorKind::Memory)),
            "trapped" => Err(failed(DispatchErrorKind::Trapped)),
            "gone" => Err(failed(DispatchErrorKind::NotEnabled)),
            "unsupported" => Err(failed(DispatchErrorKind::Unsupported)),
            "panic" => panic!("a bug of the host"),
            "problem" => Ok(answer(409, "application/problem+json", PROBLEM)),
            "refuse" => Ok(answer(422, "application/problem+json", PROBLEM)),
            "long" => Ok(answer(200, "application/json", &format!("\"{}\"", "long ".repeat(1_000)))),
            _ => Ok(answer(200, "application/json", r#"{"said":true}"#)),
        }
    }

    fn installed(&self, _: &TenantId) -> Vec<Arc<Installed>> {
        Vec::new()
    }

    fn blobs(&self, _: &TenantId, _: &FeatureName) -> Option<Arc<dyn BlobStore>> {
        self.blobs.lock().unwrap().clone()
    }

    async fn person(&self, _: &TenantId, _: Uuid, _: Deadline) -> Result<Option<Person>, SqlError> {
        Ok(*self.person.lock().unwrap())
    }
}

const PROBLEM: &str = r#"{"message":"Zu spät","error_code":"BAD_STATE","details":{"state":"locked"}}"#;

fn answer(status: u16, media_type: &'static str, body: &str) -> FeatureResponse {
    let headers = vec![(HeaderName::from_static("content-type"), HeaderValue::from_static(media_type))];
    FeatureResponse { status, headers, body: body.to_owned().into() }
}
