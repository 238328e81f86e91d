//! The room under test: tenants `acme` and `globex` at hosts of their names, everything below real.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use p2p_context::{Clock, Deadline, SystemClock, TenantId, new_uuid};
use p2p_http::{App, HttpOptions, Services, ServicesParts};
use p2p_identity::{
    EmbeddedIdentity, Identity, IdentityCall, IdentityConfig, RequestTokens, Sealers, Secrets, SessionConfig,
};
use p2p_runtime::{EngineConfig, Features, Runtime};
use p2p_storage::Stores;
use p2p_storage::embedded::{EmbeddedConfig, EmbeddedStores};
use p2p_tenants::{Hosts, Ledger};
use serde_json::Value;
use tempfile::TempDir;

const TENANTS: &str = "[[tenant]]\nid = \"acme\"\nhosts = [\"acme.example\"]\n\
    [[tenant]]\nid = \"globex\"\nhosts = [\"globex.example\"]\n";

/// The room and the folder it stands on.
pub struct House {
    pub app: App,
    pub identity: Arc<dyn Identity>,
    pub stores: Arc<dyn Stores>,
    pub data: TempDir,
}

/// What is special about a house.
pub struct Plan {
    pub options: HttpOptions,
    /// Stand before the real runtime, which has no features.
    pub features: Option<Arc<dyn Features>>,
    pub clock: Arc<dyn Clock>,
    pub sessions: SessionConfig,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            options: HttpOptions::default(),
            features: None,
            clock: Arc::new(SystemClock),
            sessions: SessionConfig::for_api("http://acme.example"),
        }
    }
}

impl House {
    pub fn new() -> Self {
        Self::with(HttpOptions::default())
    }

    pub fn with(options: HttpOptions) -> Self {
        Self::of(Plan { options, ..Plan::default() })
    }

    /// Before a stand-in instead of the runtime.
    pub fn over(options: HttpOptions, features: Arc<dyn Features>) -> Self {
        Self::of(Plan { options, features: Some(features), ..Plan::default() })
    }

    pub fn of(plan: Plan) -> Self {
        let Plan { options, features, clock, sessions } = plan;
        let data = tempfile::tempdir().unwrap();
        let settings = EmbeddedConfig::new([7; 32], Arc::clone(&clock));
        let stores: Arc<dyn Stores> = Arc::new(EmbeddedStores::new(data.path().to_owned(), settings));
        let secrets = Secrets::new("a secret for tests only", []).unwrap();
        let config = IdentityConfig { sessions, ..IdentityConfig::for_api("http://acme.example") };
        let identity =
            EmbeddedIdentity::new(Arc::clone(&stores), secrets.clone(), Arc::clone(&clock), config);
        let identity: Arc<dyn Identity> = Arc::new(identity.unwrap());
        let ledger = Arc::new(Ledger::default());
        let services = p2p_runtime::Services {
            stores: Arc::clone(&stores),
            identity: Arc::clone(&identity),
            sealers: Sealers::new(secrets),
            ledger: Arc::clone(&ledger),
            clock: Arc::clone(&clock),
            artefacts: data.path().join("cache"),
        };
        let runtime =
            features.unwrap_or_else(|| Arc::new(Runtime::new(&EngineConfig::default(), services).unwrap()));
        let hosts = Hosts::of(&p2p_tenants::file::parse(TENANTS, Path::new("tenants.toml")).unwrap());
        let (identity_too, stores_too) = (Arc::clone(&identity), Arc::clone(&stores));
        let parts = ServicesParts { runtime, identity, stores, hosts, ledger, clock, options };
        Self { app: App::new(Services::new(parts)), identity: identity_too, stores: stores_too, data }
    }

    /// From now on nothing can be read or written. A tenant that was in use stays open.
    pub fn lose_data(&self) {
        // A file where the folder was: nobody can write below it, not even root.
        let folder = self.data.path().join("tenants");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::write(folder, b"").unwrap();
    }

    /// The access token of somebody new of `acme` with these claims.
    pub async fn token(&self, claims: Value) -> String {
        let tenant = TenantId::new("acme").unwrap();
        let call = IdentityCall::new(tenant, Deadline::after(Duration::from_secs(60)));
        let Value::Object(claims) = claims else { panic!("claims are an object") };
        let (tokens, user) = (RequestTokens::default(), new_uuid());
        let headers = self.identity.session_create(&call, &tokens, user, claims).await.unwrap().headers;
        headers.into_iter().find(|(name, _)| name == "st-access-token").unwrap().1
    }

    /// Sends a request from another machine.
    pub async fn send(&self, request: Request<&'static str>) -> Answer {
        self.send_from([203, 0, 113, 9], request).await
    }

    pub async fn send_from(&self, ip: [u8; 4], request: Request<&'static str>) -> Answer {
        let peer = SocketAddr::from((ip, 40_000));
        let (parts, body) = self.app.answer(request.map(Into::into), peer).await.into_parts();
        Answer(Response::from_parts(parts, body.collect().await.unwrap().to_bytes()))
    }
}

/// What came back.
pub struct Answer(pub Response<Bytes>);

impl Answer {
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers().get(name).map(|value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(self.0.body()).unwrap()
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }

    /// Status and message of an error below the base path of the session protocol, after checking its form.
    pub fn protocol_error(&self) -> (u16, String) {
        let envelope = self.json();
        assert_eq!(self.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!(envelope["request_id"].as_str(), self.header("x-request-id"));
        assert!(envelope["error_code"].is_string() && envelope["details"].is_object());
        (self.status(), envelope["message"].as_str().unwrap().to_owned())
    }

    /// Whether a browser that obeys has nothing of a session left, in either mode.
    pub fn clears_everything(&self) -> bool {
        let cookies = self.all("set-cookie");
        let gone = |cookie: &&str| {
            cookie.contains("Token=;") && cookie.contains("Expires=Thu, 01 Jan 1970 00:00:00 GMT")
        };
        let headers = ["front-token", "st-access-token", "st-refresh-token"].map(|name| self.header(name));
        headers == [Some("remove"), Some(""), Some("")] && cookies.len() == 3 && cookies.iter().all(gone)
    }

    /// Whether it says nothing about sessions.
    pub fn clears_nothing(&self) -> bool {
        ["front-token", "st-access-token", "st-refresh-token", "set-cookie", "anti-csrf"]
            .iter()
            .all(|name| self.header(name).is_none())
    }

    /// Status and code, after checking that the whole envelope is there.
    pub fn error(&self) -> (u16, String) {
        let Value::Object(envelope) = self.json() else { panic!("an envelope is an object") };
        let mut names: Vec<_> = envelope.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["details", "error_code", "message", "request_id"]);
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert_eq!(envelope["request_id"].as_str(), self.header("x-request-id"));
        assert!(envelope["details"].is_object());
        (self.status(), envelope["error_code"].as_str().unwrap().to_owned())
    }
}

/// A request of a browser to the tenant.
pub fn request(method: &str, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path).header("host", "acme.example")
}
