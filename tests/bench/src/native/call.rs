//! One call of a natively linked feature: what it may reach, in the SDK's types. The counterpart of the runtime's guest
//! state, without a guest.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use p2p_context::{Clock, Deadline, RequestContext, TenantId};
use p2p_identity::{Identity, IdentityCall, RequestTokens, Sealer};
use p2p_runtime::renderings::Renderings;
use p2p_runtime::{Directory, FeatureRequest, FeatureResponse, Upload};
use p2p_sdk::{Actor, Call, Ctx, Headers, Host, Language, Method, Request, Response, Role, Uuid};
use p2p_storage::{FeatureStores, StoreCall};

/// What all calls of one feature stand on.
pub struct Ground {
    pub tenant: TenantId,
    pub stores: FeatureStores,
    pub identity: Arc<dyn Identity>,
    pub sealer: Sealer,
    pub directory: Arc<Directory>,
    pub renderings: Arc<Renderings>,
    pub settings: Vec<u8>,
    pub clock: Arc<dyn Clock>,
}

/// One call.
pub struct NativeCall {
    pub ground: Arc<Ground>,
    pub tokens: RequestTokens,
    deadline: Deadline,
    /// The event being handled, until a write has recorded it.
    handling: Cell<Option<uuid::Uuid>>,
    /// Whether a write to the SQL store has.
    recorded: Rc<Cell<bool>>,
}

impl NativeCall {
    pub fn new(
        ground: &Arc<Ground>,
        deadline: Deadline,
        tokens: RequestTokens,
        handling: Option<uuid::Uuid>,
    ) -> Self {
        Self {
            ground: Arc::clone(ground),
            tokens,
            deadline,
            handling: Cell::new(handling),
            recorded: Rc::default(),
        }
    }

    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    pub fn store_call(&self) -> StoreCall {
        StoreCall { handling: self.handling.get(), ..StoreCall::until(self.deadline) }
    }

    /// Whether the SQL store has recorded the event, whenever one asks.
    pub fn recorded(&self) -> Rc<Cell<bool>> {
        Rc::clone(&self.recorded)
    }

    /// A write to the SQL store was kept, and with it the event being handled.
    pub fn kept_in_sql(&self) {
        self.recorded.set(self.recorded.get() || self.handling.take().is_some());
    }

    /// A write was kept, and with it the event being handled.
    pub fn has_written(&self) {
        self.handling.set(None);
    }

    pub fn identity_call(&self) -> IdentityCall {
        IdentityCall::new(self.ground.tenant.clone(), self.deadline)
    }

    /// The context of the call as features see it.
    pub fn into_ctx(self, about: &RequestContext) -> Ctx {
        Ctx::new(Rc::new(host(Rc::new(self))), described(about))
    }
}

/// Every capability by the same object; its answers may overlap already.
fn host(call: Rc<NativeCall>) -> Host {
    Host {
        sql: Some(call.clone()),
        documents: Some(call.clone()),
        blobs: Some(call.clone()),
        text: Some(call.clone()),
        directory: Some(call.clone()),
        events: Some(call.clone()),
        credentials: Some(call.clone()),
        sessions: Some(call.clone()),
        callers: Some(call.clone()),
        mail: Some(call.clone()),
        cache: Some(call.clone()),
        config: Some(call.clone()),
        secrets: Some(call.clone()),
        log: Some(call.clone()),
        clock: Some(call.clone()),
        random: Some(call),
        overlapping: None,
    }
}

fn described(about: &RequestContext) -> Call {
    Call {
        request_id: about.request_id.as_str().to_owned(),
        token: String::new(),
        actor: about.actor.as_ref().map(actor),
        language: Language::parse(about.language.as_str()),
        deadline_ms: u32::try_from(about.deadline.remaining().as_millis()).unwrap_or(u32::MAX),
    }
}

fn actor(actor: &p2p_context::Actor) -> Actor {
    Actor {
        user_id: Uuid::from_bytes(actor.user_id.into_bytes()),
        organization_id: actor.organization_id.map(|id| Uuid::from_bytes(id.into_bytes())),
        role: match actor.role {
            p2p_context::Role::Admin => Role::Admin,
            p2p_context::Role::Member => Role::Member,
        },
        platform_admin: actor.platform_admin,
        verified: actor.verified,
    }
}

/// The request as features see it, without what only the host may see.
pub fn request(request: FeatureRequest) -> Request {
    let mut headers = Headers::new();
    for (name, value) in &request.headers {
        if let (Ok(value), false) = (value.to_str(), matches!(name.as_str(), "cookie" | "authorization")) {
            headers.push(name.as_str(), value);
        }
    }
    let mut asked = Request::default();
    asked.method = Method::parse(&request.method);
    asked.path = request.path;
    asked.query = request.query;
    asked.headers = headers;
    asked.body = request.body.into();
    asked.uploads = request.uploads.into_iter().map(upload).collect();
    asked
}

fn upload(upload: Upload) -> p2p_sdk::Upload {
    let Upload { field, filename, media_type, size, sha256, head, staged_id } = upload;
    p2p_sdk::Upload { field, filename, media_type, size, sha256, head, staged_id }
}

/// The answer as the HTTP room takes it.
pub fn response(response: Response) -> FeatureResponse {
    let headers = response.headers.iter().filter_map(|(name, value)| {
        Some((http::HeaderName::from_bytes(name).ok()?, http::HeaderValue::from_bytes(value).ok()?))
    });
    FeatureResponse { status: response.status, headers: headers.collect(), body: response.body.into() }
}
