//! One delivery, or one run of a job: ask the subscriber's store whether it is done already, hand it over, note how it went.

use std::borrow::Cow;
use std::time::Duration;

use p2p_context::{Clock, Deadline, Language, RequestContext, RequestId, TenantId};
use p2p_runtime::{DispatchErrorKind, EventAnswer, FeatureEvent, FeatureJob, Runtime};

use crate::backoff;
use crate::deliveries::{Deliveries, Delivery, JobsError};
use crate::mail::{self, MailFault, Mailer};
use crate::schedule;

/// Longest a handler may take, unless the feature's own limit is shorter.
const DEADLINE: Duration = Duration::from_secs(30);

/// How long a run of a job is its host's alone: longer than it may take, since it has no inbox that would know it again.
const TAKEN: Duration = Duration::from_secs(40);

/// How long a full subscriber is left alone, so that its events do not hide everybody else's.
const FULL: Duration = Duration::from_secs(1);

/// How a try went.
enum Try {
    Done,
    Again(Cow<'static, str>),
    Never(Cow<'static, str>),
    /// Nobody is at fault and nothing was tried: the subscriber is full.
    Later,
}

/// Delivers one event to one subscriber and keeps the books.
pub async fn deliver(
    runtime: &Runtime,
    mailer: &Mailer,
    tenant: &TenantId,
    deliveries: &Deliveries,
    clock: &dyn Clock,
    delivery: Delivery,
) -> Result<(), JobsError> {
    let is_run = delivery.topic == schedule::TOPIC;
    if is_run && !deliveries.take(&delivery, clock.now().plus(TAKEN)).await? {
        return Ok(());
    }
    let tried = match delivery.subscriber.as_str() {
        mail::SUBSCRIBER => send(runtime, mailer, tenant, &delivery).await,
        _ if is_run => run(runtime, tenant, &delivery).await,
        _ => hand_over(runtime, tenant, &delivery).await,
    };
    match tried {
        Try::Later => deliveries.later(&delivery, clock.now().plus(FULL)).await,
        Try::Done if delivery.subscriber.as_str() == mail::SUBSCRIBER => {
            deliveries.sent(&delivery, clock.now()).await
        }
        Try::Done if is_run => deliveries.ran(&delivery, clock.now()).await,
        Try::Done => deliveries.done(&delivery).await,
        Try::Never(reason) => bury(tenant, deliveries, &delivery, &reason).await,
        Try::Again(reason) => match backoff::after(delivery.attempts + 1) {
            Some(wait) => deliveries.again(&delivery, clock.now().plus(wait), &reason).await,
            None => bury(tenant, deliveries, &delivery, &reason).await,
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

/// A letter has no inbox: a server that took one while the host died gets it again, under the same name.
async fn send(runtime: &Runtime, mailer: &Mailer, tenant: &TenantId, delivery: &Delivery) -> Try {
    match mailer.send(runtime, tenant, delivery).await {
        Ok(()) => Try::Done,
        Err(MailFault::Later(reason)) => Try::Again(reason.into()),
        Err(MailFault::Never(reason)) => Try::Never(reason.into()),
    }
}

/// A job has no inbox either: it may commit as often as it likes, and does no harm when it runs again.
async fn run(runtime: &Runtime, tenant: &TenantId, delivery: &Delivery) -> Try {
    let job = FeatureJob { name: delivery.key.clone(), due_at: delivery.committed_at };
    match runtime.run_job(&context(tenant), &delivery.subscriber, job).await {
        Ok(EventAnswer::Done | EventAnswer::Recorded) => Try::Done,
        Ok(EventAnswer::Retry) => Try::Again("the feature asked for another try".into()),
        Ok(EventAnswer::Refuse) => Try::Never("the feature refused it".into()),
        Err(error) if error.kind == DispatchErrorKind::Unsupported => {
            Try::Never("the feature has no jobs any more".into())
        }
        Err(error) => failed(error.kind),
    }
}

async fn hand_over(runtime: &Runtime, tenant: &TenantId, delivery: &Delivery) -> Try {
    let Some(inbox) = runtime.outbox(tenant, &delivery.subscriber) else {
        return Try::Again("the subscriber is not installed".into());
    };
    match inbox.is_handled(delivery.event_id).await {
        Ok(true) => return Try::Done,
        Ok(false) => {}
        Err(_) => return Try::Again("the subscriber's store is unavailable".into()),
    }
    let answer = runtime.deliver(&context(tenant), &delivery.subscriber, event(delivery)).await;
    // A handler that failed behind its own first commit cannot be tried again: the commit has recorded the event. Not
    // to be taken for done, but for a person to look at.
    let is_done = matches!(answer, Ok(EventAnswer::Done | EventAnswer::Recorded));
    if !is_done && inbox.is_handled(delivery.event_id).await == Ok(true) {
        return Try::Never("the subscriber failed after its first commit".into());
    }
    match answer {
        Ok(EventAnswer::Recorded) => Try::Done,
        Ok(EventAnswer::Done) => match inbox.mark_handled(delivery.event_id).await {
            Ok(()) => Try::Done,
            Err(_) => Try::Again("the subscriber's store is unavailable".into()),
        },
        Ok(EventAnswer::Retry) => Try::Again("the subscriber asked for another try".into()),
        Ok(EventAnswer::Refuse) => Try::Never("the subscriber refused it".into()),
        Err(error) => failed(error.kind),
    }
}

/// A call that gave no answer.
fn failed(kind: DispatchErrorKind) -> Try {
    match kind {
        DispatchErrorKind::Busy => Try::Later,
        DispatchErrorKind::Deadline => Try::Again("the subscriber ran past its deadline".into()),
        DispatchErrorKind::Memory => Try::Again("the subscriber ran out of memory".into()),
        DispatchErrorKind::Trapped => Try::Again("the subscriber trapped".into()),
        DispatchErrorKind::NotEnabled => Try::Again("the subscriber is not installed".into()),
        DispatchErrorKind::Unsupported => Try::Never("the subscriber does not hear events".into()),
    }
}

fn context(tenant: &TenantId) -> RequestContext {
    RequestContext {
        request_id: RequestId::fresh(),
        tenant: tenant.clone(),
        actor: None,
        deadline: Deadline::after(DEADLINE),
        language: Language::En,
        address: None,
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
