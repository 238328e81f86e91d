//! Calls to the core over HTTP. Knows addresses, versions, keys, retries and deadlines; what a call means is the
//! caller's. Whatever is not a proper answer of a core is a fault of the infrastructure and says nothing about a person.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use p2p_context::TenantId;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::CoreConfig;
use super::answer::{Answer, Reply};
use super::connection::Connection;
use super::connector::{Connector, connector};
use super::version::Version;
use super::{CoreFault, Fault};
use crate::identity::IdentityCall;

/// A call that the core refuses because there are too many is repeated so often.
const REPEATS: u32 = 5;
/// The first repeat waits for this long.
const FIRST_WAIT: Duration = Duration::from_millis(10);
/// Each further one for this much longer.
const LONGER_WAIT: Duration = Duration::from_millis(250);
/// A connection that nobody used for so long is closed.
const IDLE: Duration = Duration::from_secs(30);
/// No answer of a core is longer.
const LONGEST_ANSWER: usize = 4 << 20;

/// See the module.
pub struct CoreClient {
    connection: Connection,
    api_key: Option<HeaderValue>,
    http: Client<Connector, Full<Bytes>>,
    next: AtomicUsize,
    version: RwLock<Option<Version>>,
}

/// A call on its way, to whichever address.
struct Outgoing {
    method: Method,
    path: String,
    body: Bytes,
    version: Option<Version>,
}

/// Why an address gave no answer.
enum Miss {
    /// Nobody listens there: nothing was done, another address may be asked.
    Refused,
    Fault(Fault),
}

impl CoreClient {
    /// Connects to nothing yet.
    pub fn new(config: &CoreConfig) -> Result<Self, CoreFault> {
        let connector = connector(config.connection.wants_tls())?;
        let mut http = Client::builder(TokioExecutor::new());
        http.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE);
        let api_key = config.api_key.as_deref().map(secret_value).transpose()?;
        Ok(Self {
            connection: config.connection.clone(),
            api_key,
            http: http.build(connector),
            next: AtomicUsize::new(0),
            version: RwLock::default(),
        })
    }

    /// Asks. `query` is encoded here.
    pub async fn get(
        &self,
        call: &IdentityCall,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Answer, Fault> {
        self.call(call, Method::GET, with_query(path, query), None).await
    }

    /// Has something done.
    pub async fn post(&self, call: &IdentityCall, path: &str, body: Value) -> Result<Answer, Fault> {
        self.call(call, Method::POST, path.to_owned(), Some(body)).await
    }

    /// Has something changed.
    pub async fn put(&self, call: &IdentityCall, path: &str, body: Value) -> Result<Answer, Fault> {
        self.call(call, Method::PUT, path.to_owned(), Some(body)).await
    }

    /// The body of a page that is open to everybody, and its `Cache-Control`.
    pub async fn open_page(&self, call: &IdentityCall, path: &str) -> Result<Reply, Fault> {
        let outgoing =
            Outgoing { method: Method::GET, path: path.to_owned(), body: Bytes::new(), version: None };
        self.exchange(call, &outgoing).await?.ok(path)
    }

    /// The version that both sides speak. Asked for once.
    pub async fn version(&self, call: &IdentityCall) -> Result<Version, Fault> {
        if let Some(version) = *self.version.read().unwrap_or_else(PoisonError::into_inner) {
            return Ok(version);
        }
        let offered: Value = self.open_page(call, "/apiversion").await?.json("/apiversion")?;
        let versions =
            offered.get("versions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let agreed = Version::agreed(versions.iter().filter_map(Value::as_str));
        let agreed = agreed.ok_or_else(|| {
            Fault::because(format!("the core speaks none of the versions 5.0 to 5.4, but {offered}"))
        })?;
        self.know_version(Some(agreed));
        Ok(agreed)
    }

    async fn call(
        &self,
        call: &IdentityCall,
        method: Method,
        path: String,
        body: Option<Value>,
    ) -> Result<Answer, Fault> {
        let version = Some(self.version(call).await?);
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let outgoing = Outgoing { method, path, body, version };
        let reply = self.exchange(call, &outgoing).await?;
        if reply.denies_version() {
            // Another core stands there by now.
            self.know_version(None);
        }
        Answer::of(reply, outgoing.route())
    }

    fn know_version(&self, version: Option<Version>) {
        *self.version.write().unwrap_or_else(PoisonError::into_inner) = version;
    }

    async fn exchange(&self, call: &IdentityCall, outgoing: &Outgoing) -> Result<Reply, Fault> {
        let patiently = self.exchange_patiently(&call.tenant, outgoing);
        tokio::time::timeout(call.deadline.remaining(), patiently).await.map_err(|_| Fault::Timeout)?
    }

    async fn exchange_patiently(&self, tenant: &TenantId, outgoing: &Outgoing) -> Result<Reply, Fault> {
        let mut repeats = 0;
        loop {
            let reply = self.exchange_somewhere(tenant, outgoing).await?;
            if reply.status != StatusCode::TOO_MANY_REQUESTS || repeats == REPEATS {
                return Ok(reply);
            }
            tokio::time::sleep(FIRST_WAIT + LONGER_WAIT * repeats).await;
            repeats += 1;
        }
    }

    /// The addresses take turns. One where nobody listens passes its turn on; any other failure may come after the work
    /// was done and is not tried elsewhere.
    async fn exchange_somewhere(&self, tenant: &TenantId, outgoing: &Outgoing) -> Result<Reply, Fault> {
        let bases = self.connection.bases(tenant);
        let first = self.next.fetch_add(1, Ordering::Relaxed) % bases.len().max(1);
        for base in bases.iter().cycle().skip(first).take(bases.len()) {
            match self.exchange_with(base, outgoing).await {
                Ok(reply) => return Ok(reply),
                Err(Miss::Refused) => {}
                Err(Miss::Fault(fault)) => return Err(fault),
            }
        }
        Err(Fault::because("nobody listens at any address of the core"))
    }

    async fn exchange_with(&self, base: &str, outgoing: &Outgoing) -> Result<Reply, Miss> {
        let request = self.request(base, outgoing).map_err(|fault| Miss::Fault(Fault::because(fault)))?;
        let response = self.http.request(request).await.map_err(|error| {
            if is_refused(&error) { Miss::Refused } else { Miss::Fault(Fault::because(chain(&error))) }
        })?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LONGEST_ANSWER).collect().await;
        let body = body.map_err(|error| Miss::Fault(Fault::because(chain(error.as_ref()))))?;
        let cache_control = head.headers.get(CACHE_CONTROL).and_then(|value| value.to_str().ok());
        Ok(Reply {
            status: head.status,
            cache_control: cache_control.unwrap_or_default().to_owned(),
            body: body.to_bytes(),
        })
    }

    fn request(&self, base: &str, outgoing: &Outgoing) -> Result<Request<Full<Bytes>>, http::Error> {
        let mut request = Request::builder().method(&outgoing.method).uri(format!("{base}{}", outgoing.path));
        if !outgoing.body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json; charset=utf-8");
        }
        if let Some(version) = outgoing.version {
            request = request.header("cdi-version", version.to_string());
            request = self.api_key.iter().fold(request, |request, key| request.header("api-key", key));
        }
        request.body(Full::new(outgoing.body.clone()))
    }
}

impl Outgoing {
    /// Its path without what was asked for, which may be an address of somebody's.
    fn route(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }
}

impl std::fmt::Debug for CoreClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CoreClient").field("connection", &self.connection).finish_non_exhaustive()
    }
}

fn secret_value(key: &str) -> Result<HeaderValue, CoreFault> {
    let mut value = HeaderValue::from_str(key).map_err(|_| CoreFault::ApiKey)?;
    value.set_sensitive(true);
    Ok(value)
}

fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = query
        .iter()
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// The errors that led to one.
fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

fn is_refused(error: &(dyn std::error::Error + 'static)) -> bool {
    let kinds =
        causes(error).filter_map(|cause| cause.downcast_ref::<std::io::Error>()).map(std::io::Error::kind);
    kinds.into_iter().any(|kind| kind == std::io::ErrorKind::ConnectionRefused)
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let texts: Vec<_> = causes(error).map(ToString::to_string).collect();
    format!("the core cannot be asked: {}", texts.join(": "))
}
