//! One delivery: ask the subscriber's store whether it is done already, hand it over, note how it went.

use std::time::Duration;

use p2p_context::{Clock, Deadline, Language, RequestContext, RequestId, TenantId};
use p2p_runtime::{DispatchErrorKind, EventAnswer, FeatureEvent, Runtime};

use crate::backoff;
use crate::deliveries::{Deliveries, Delivery, JobsError};

/// Longest a handler may take, unless the feature's own limit is shorter.
const DEADLINE: Duration = Duration::from_secs(30);

/// How long a full subscriber is left alone, so that its events do not hide everybody else's.
const FULL: Duration = Duration::from_secs(1);

/// How a try went.
enum Try {
    Done,
    Again(&'static str),
    Never(&'static str),
    /// Nobody is at fault and nothing was tried: the subscriber is full.
    Later,
}

/// Delivers one event to one subscriber and keeps the books.
pub async fn deliver(
    runtime: &Runtime,
    tenant: &TenantId,
    deliveries: &Deliveries,
    clock: &dyn Clock,
    delivery: Delivery,
) -> Result<(), JobsError> {
    match hand_over(runtime, tenant, &delivery).await {
        Try::Later => deliveries.later(&delivery, clock.now().plus(FULL)).await,
        Try::Done => deliveries.done(&delivery).await,
        Try::Never(reason) => bury(tenant, deliveries, &delivery, reason).await,
        Try::Again(reason) => match backoff::after(delivery.attempts + 1) {
            Some(wait) => deliveries.again(&delivery, clock.now().plus(wait), reason).await,
            None => bury(tenant, deliveries, &delivery, reason).await,
        },
    }
}

async fn bury(
    tenant: &TenantId,
    deliveries: &Deliveries,
    delivery: &Delivery,
    reason: &str,
) -> Result<(), JobsError> {
    let (subscriber, topic, event) = (&delivery.subscriber, &delivery.topic, delivery.event_id);
    tracing::error!(%tenant, %subscriber, topic, %event, reason, "dead letter");
    deliveries.bury(delivery, reason).await
}

async fn hand_over(runtime: &Runtime, tenant: &TenantId, delivery: &Delivery) -> Try {
    let Some(inbox) = runtime.outbox(tenant, &delivery.subscriber) else {
        return Try::Again("the subscriber is not installed");
    };
    match inbox.is_handled(delivery.event_id).await {
        Ok(true) => return Try::Done,
        Ok(false) => {}
        Err(_) => return Try::Again("the subscriber's store is unavailable"),
    }
    let answer = runtime.deliver(&context(tenant), &delivery.subscriber, event(delivery)).await;
    // A handler that failed behind its own first commit cannot be tried again: the commit has recorded the event. Not
    // to be taken for done, but for a person to look at.
    if !matches!(answer, Ok(EventAnswer::Done)) && inbox.is_handled(delivery.event_id).await == Ok(true) {
        return Try::Never("the subscriber failed after its first commit");
    }
    match answer {
        Ok(EventAnswer::Done) => match inbox.mark_handled(delivery.event_id).await {
            Ok(()) => Try::Done,
            Err(_) => Try::Again("the subscriber's store is unavailable"),
        },
        Ok(EventAnswer::Retry) => Try::Again("the subscriber asked for another try"),
        Ok(EventAnswer::Refuse) => Try::Never("the subscriber refused it"),
        Err(error) => match error.kind {
            DispatchErrorKind::Busy => Try::Later,
            DispatchErrorKind::Deadline => Try::Again("the subscriber ran past its deadline"),
            DispatchErrorKind::Memory => Try::Again("the subscriber ran out of memory"),
            DispatchErrorKind::Trapped => Try::Again("the subscriber trapped"),
            DispatchErrorKind::NotEnabled => Try::Again("the subscriber is not installed"),
            DispatchErrorKind::Unsupported => Try::Never("the subscriber does not hear events"),
        },
    }
}

fn context(tenant: &TenantId) -> RequestContext {
    RequestContext {
        request_id: RequestId::fresh(),
        tenant: tenant.clone(),
        actor: None,
        deadline: Deadline::after(DEADLINE),
        language: Language::En,
    }
}

fn event(delivery: &Delivery) -> FeatureEvent {
    FeatureEvent {
        id: delivery.event_id,
        topic: delivery.topic.clone(),
        key: delivery.key.clone(),
        payload: delivery.payload.clone(),
        committed_at: delivery.committed_at,
        attempt: delivery.attempts + 1,
    }
}
