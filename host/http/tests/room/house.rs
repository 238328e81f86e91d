//! The room under test: tenants `acme` and `globex` at hosts of their names, everything below real.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use p2p_context::{Clock, SystemClock};
use p2p_http::{App, HttpOptions, Services, ServicesParts};
use p2p_identity::{EmbeddedIdentity, Identity, IdentityConfig, Sealers, Secrets};
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

impl House {
    pub fn new() -> Self {
        Self::with(HttpOptions::default())
    }

    pub fn with(options: HttpOptions) -> Self {
        Self::build(options, None)
    }

    /// Before a stand-in instead of the runtime.
    pub fn over(options: HttpOptions, features: Arc<dyn Features>) -> Self {
        Self::build(options, Some(features))
    }

    fn build(options: HttpOptions, features: Option<Arc<dyn Features>>) -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let settings = EmbeddedConfig::new([7; 32], Arc::clone(&clock));
        let stores: Arc<dyn Stores> = Arc::new(EmbeddedStores::new(data.path().to_owned(), settings));
        let secrets = Secrets::new("a secret for tests only", []).unwrap();
        let config = IdentityConfig::for_api("http://acme.example");
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
