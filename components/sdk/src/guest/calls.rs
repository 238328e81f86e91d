//! A call of the host into the feature: its records become the SDK's types by moving them, and back.

use std::cell::OnceCell;
use std::rc::Rc;

use super::bindings::exported::exports::p2p::feature::handler;
use super::bindings::exported::p2p::feature::types;
use crate::host::Identified;
use crate::{Actor, Call, Ctx, Feature, Headers, Host, Language, Method, Request, Role, Upload, Uuid};

/// A feature as a component; `export!` implements it.
pub trait Component {
    /// The feature.
    fn feature() -> Feature;

    /// Puts the capabilities that were listed into the host.
    fn grant(host: &mut Host);
}

/// What an instance makes once and keeps: nothing of it belongs to a call.
pub(super) struct Instance {
    pub(super) feature: Feature,
    pub(super) host: Rc<Host>,
}

pub(super) fn instance<C: Component>() -> &'static Instance {
    thread_local! {
        static INSTANCE: OnceCell<&'static Instance> = const { OnceCell::new() };
    }
    INSTANCE.with(|instance| {
        *instance.get_or_init(|| {
            let mut host = Host { overlapping: Some(Rc::default()), ..Host::default() };
            C::grant(&mut host);
            Box::leak(Box::new(Instance { feature: C::feature(), host: Rc::new(host) }))
        })
    })
}

/// Answers a request.
pub async fn handle<C: Component>(request: handler::Request) -> handler::Response {
    let instance = instance::<C>();
    let ctx = Ctx::new(Rc::clone(&instance.host), call(request.context));
    let request = Request {
        method: Method::parse(&request.method),
        path: request.path,
        query: request.query,
        headers: Headers::from_packed(request.headers),
        body: request.body,
        uploads: request.uploads.into_iter().map(upload).collect(),
        ..Request::default()
    };
    let response = instance.feature.handle(&ctx, request).await;
    handler::Response {
        status: response.status,
        headers: response.headers.into_packed(),
        body: response.body,
    }
}

/// Hears an event.
#[cfg(feature = "events")]
pub async fn hear<C: Component>(
    context: types::Context,
    delivery: types::Delivery,
) -> Result<(), super::bindings::exported::exports::p2p::feature::events::Error> {
    use super::bindings::exported::exports::p2p::feature::events::Error;
    use crate::{Delivery, EventError, Timestamp};

    let instance = instance::<C>();
    let ctx = Ctx::new(Rc::clone(&instance.host), call(context));
    let types::Delivery { id, topic, key, payload, committed_at, attempt } = delivery;
    let delivery = Delivery { id, topic, key, payload, committed_at: Timestamp(committed_at), attempt };
    instance.feature.hear(&ctx, delivery).await.map_err(|error| match error {
        EventError::Retry(_) => Error::Retry,
        EventError::Refuse(_) => Error::Refuse,
    })
}

/// Runs a job.
#[cfg(feature = "schedule")]
pub async fn run<C: Component>(
    context: types::Context,
    job: String,
    due_at: i64,
) -> Result<(), super::bindings::exported::exports::p2p::feature::schedule::Error> {
    use super::bindings::exported::exports::p2p::feature::schedule::Error;
    use crate::{EventError, Timestamp};

    let instance = instance::<C>();
    let ctx = Ctx::new(Rc::clone(&instance.host), call(context));
    instance.feature.run(&ctx, &job, Timestamp(due_at)).await.map_err(|error| match error {
        EventError::Retry(_) => Error::Retry,
        EventError::Refuse(_) => Error::Refuse,
    })
}

fn call(context: types::Context) -> Call {
    Call {
        request_id: context.request_id,
        token: context.token,
        actor: context.actor.and_then(actor),
        language: Language::parse(&context.language),
        deadline_ms: context.deadline_ms,
    }
}

fn actor(actor: types::Actor) -> Option<Actor> {
    let types::Actor { user_id, organization_id, role, platform_admin, verified } = actor;
    identified(Identified { user_id, organization_id, role, platform_admin, verified })
}

/// An actor that is not whole is nobody.
pub(super) fn identified(actor: Identified) -> Option<Actor> {
    let organization = actor.organization_id.as_deref().map(Uuid::from_slice);
    Some(Actor {
        user_id: Uuid::from_slice(&actor.user_id)?,
        organization_id: match organization {
            Some(id) => Some(id?),
            None => None,
        },
        role: Role::parse(&actor.role)?,
        platform_admin: actor.platform_admin,
        verified: actor.verified,
    })
}

fn upload(upload: types::Upload) -> Upload {
    let types::Upload { field, filename, media_type, size, sha256, head, staged_id } = upload;
    Upload { field, filename, media_type, size, sha256, head, staged_id }
}
