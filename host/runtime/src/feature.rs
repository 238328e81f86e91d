//! An installed feature and the two ways to call it: a request, an event. Here a call gets its place, its instance,
//! its deadline and its line in the ledger; here a fault ends one call and nothing else.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Deadline, RequestContext};
use p2p_identity::RequestTokens;
use p2p_tenants::ledger::Account;
use p2p_tenants::{CallRecord, Outcome};
use tokio::time::timeout_at;

use crate::admission::Admission;
use crate::bindings::p2p::feature::types::{Context, Delivery, Request, Response};
use crate::bindings::with_events::exports::p2p::feature::events::Error as EventError;
use crate::call::{
    DispatchError, DispatchErrorKind, EventAnswer, FeatureEvent, FeatureRequest, FeatureResponse, Installed,
};
use crate::guest::{Guest, GuestPool};
use crate::meter::Metered;
use crate::state::{CallState, FeatureServices};
use crate::{convert, response};

/// A feature that can be called.
pub struct Feature {
    installed: Arc<Installed>,
    services: Arc<FeatureServices>,
    pool: GuestPool,
    admission: Admission,
}

/// What is asked of a guest.
enum Invocation {
    Request(Request),
    Event(Context, Delivery),
}

/// What it said.
enum Answer {
    Response(Response),
    Event(Result<(), EventError>),
}

impl Feature {
    /// Puts the parts together.
    pub fn new(
        installed: Arc<Installed>,
        services: Arc<FeatureServices>,
        pool: GuestPool,
        admission: Admission,
    ) -> Self {
        Self { installed, services, pool, admission }
    }

    /// What an operator wants to know of it.
    pub fn installed(&self) -> &Arc<Installed> {
        &self.installed
    }

    /// What its capabilities stand on.
    pub fn services(&self) -> &Arc<FeatureServices> {
        &self.services
    }

    /// Lets surplus idle instances go.
    pub fn shrink(&self) {
        self.pool.shrink();
    }

    /// Answers a request.
    pub async fn handle(
        &self,
        context: &RequestContext,
        account: &Account,
        request: FeatureRequest,
    ) -> Result<FeatureResponse, DispatchError> {
        let context = self.bounded(context);
        let call = CallState::new(context.clone(), request.tokens.clone(), None, &self.services.limits);
        let invocation = Invocation::Request(convert::request(&context, request));
        let (answer, call) = self.run(account, call, invocation).await?;
        match answer {
            Answer::Response(answer) => self.check(answer, &call),
            Answer::Event(_) => Err(self.error(DispatchErrorKind::Unsupported)),
        }
    }

    /// Hands over an event.
    pub async fn deliver(
        &self,
        context: &RequestContext,
        account: &Account,
        event: FeatureEvent,
    ) -> Result<EventAnswer, DispatchError> {
        let context = self.bounded(context);
        let tokens = RequestTokens::default();
        let call = CallState::new(context.clone(), tokens, Some(event.id), &self.services.limits);
        let invocation = Invocation::Event(convert::context(&context), convert::delivery(event));
        match self.run(account, call, invocation).await?.0 {
            Answer::Event(Ok(())) => Ok(EventAnswer::Done),
            Answer::Event(Err(EventError::Retry)) => Ok(EventAnswer::Retry),
            Answer::Event(Err(EventError::Refuse)) => Ok(EventAnswer::Refuse),
            Answer::Response(_) => Err(self.error(DispatchErrorKind::Unsupported)),
        }
    }

    /// The context with this feature's own deadline, if that is earlier.
    fn bounded(&self, context: &RequestContext) -> RequestContext {
        let own = Deadline::after(self.services.limits.deadline());
        RequestContext { deadline: context.deadline.min(own), ..context.clone() }
    }

    /// A place, an instance, the call, the ledger.
    async fn run(
        &self,
        account: &Account,
        call: CallState,
        invocation: Invocation,
    ) -> Result<(Answer, CallState), DispatchError> {
        let deadline = call.context.deadline;
        let Ok(_place) = self.admission.enter(deadline).await else {
            return Err(self.fail(account, DispatchErrorKind::Busy));
        };
        let mut guest = match timeout_at(deadline.instant().into(), self.pool.take()).await {
            Ok(Ok(guest)) => guest,
            Ok(Err(error)) => return Err(self.fail(account, self.classify_start(&error))),
            Err(_) => return Err(self.fail(account, DispatchErrorKind::Deadline)),
        };
        guest.store.data_mut().begin(call);
        let (result, cpu) = self.call(&mut guest, deadline, invocation).await;
        let call = guest.store.data_mut().end();
        let kind = result.as_ref().err().copied();
        account.record(record(&guest, call.as_ref(), kind, cpu));
        match (result, call) {
            (Ok(answer), Some(call)) => {
                self.pool.give_back(guest);
                self.report_dropped_lines(&call);
                Ok((answer, call))
            }
            (Err(kind), _) => Err(self.error(kind)),
            (Ok(_), None) => Err(self.error(DispatchErrorKind::Trapped)),
        }
    }

    /// Calls the guest under its deadline. The timer stands outside the call, so that it fires whatever the guest does.
    async fn call(
        &self,
        guest: &mut Guest,
        deadline: Deadline,
        invocation: Invocation,
    ) -> (Result<Answer, DispatchErrorKind>, Duration) {
        let (outcome, cpu) = {
            let call = pin!(invoke(guest, invocation));
            let mut metered = Metered::new(call);
            let outcome = timeout_at(deadline.instant().into(), &mut metered).await;
            (outcome, metered.spent())
        };
        let result = match outcome {
            Err(_) => Err(DispatchErrorKind::Deadline),
            Ok(Ok(Some(answer))) => Ok(answer),
            Ok(Ok(None)) => Err(DispatchErrorKind::Unsupported),
            Ok(Err(trap)) => Err(self.classify_trap(guest, deadline, &trap)),
        };
        (result, cpu)
    }

    fn classify_trap(&self, guest: &Guest, deadline: Deadline, trap: &wasmtime::Error) -> DispatchErrorKind {
        let kind = if guest.store.data().limiter.was_refused() {
            DispatchErrorKind::Memory
        } else if deadline.has_passed() {
            DispatchErrorKind::Deadline
        } else {
            DispatchErrorKind::Trapped
        };
        let (scope, digest) = (&self.services.scope, self.services.digest.short());
        tracing::error!(%scope, digest, %kind, trap = format!("{trap:#}"), "guest call failed");
        kind
    }

    fn classify_start(&self, error: &wasmtime::Error) -> DispatchErrorKind {
        if error.is::<wasmtime::PoolConcurrencyLimitError>() {
            return DispatchErrorKind::Busy;
        }
        tracing::error!(scope = %self.services.scope, error = format!("{error:#}"), "no instance could be made");
        DispatchErrorKind::Trapped
    }

    fn check(&self, answer: Response, call: &CallState) -> Result<FeatureResponse, DispatchError> {
        let limit = (self.services.limits.response_kb as usize) << 10;
        let scope = &self.services.scope;
        match response::check(answer, &call.issued, limit) {
            Ok((response, 0)) => Ok(response),
            Ok((response, refused)) => {
                tracing::warn!(%scope, refused, "headers that a feature may not set were left out");
                Ok(response)
            }
            Err(error) => {
                tracing::error!(%scope, %error, "a feature's answer cannot be used");
                Err(self.error(DispatchErrorKind::Trapped))
            }
        }
    }

    fn report_dropped_lines(&self, call: &CallState) {
        if call.log_lines_dropped > 0 {
            let (scope, dropped) = (&self.services.scope, call.log_lines_dropped);
            tracing::warn!(%scope, dropped, "log lines past the call's allowance were dropped");
        }
    }

    fn fail(&self, account: &Account, kind: DispatchErrorKind) -> DispatchError {
        let none = Duration::ZERO;
        account.record(CallRecord {
            outcome: outcome(Some(kind)),
            cpu: none,
            host_calls: none,
            peak_memory: 0,
        });
        self.error(kind)
    }

    fn error(&self, kind: DispatchErrorKind) -> DispatchError {
        DispatchError {
            tenant: self.services.tenant().clone(),
            feature: self.services.feature().clone(),
            digest: self.services.digest.short().to_owned(),
            kind,
        }
    }
}

/// None: the component does not export what the call needs.
async fn invoke(guest: &mut Guest, invocation: Invocation) -> wasmtime::Result<Option<Answer>> {
    match invocation {
        Invocation::Request(request) => {
            let (response,) = guest.handle.call_async(&mut guest.store, (request,)).await?;
            Ok(Some(Answer::Response(response)))
        }
        Invocation::Event(context, delivery) => {
            let Some(on_event) = guest.on_event else { return Ok(None) };
            let (answer,) = on_event.call_async(&mut guest.store, (context, delivery)).await?;
            Ok(Some(Answer::Event(answer)))
        }
    }
}

fn record(
    guest: &Guest,
    call: Option<&CallState>,
    kind: Option<DispatchErrorKind>,
    cpu: Duration,
) -> CallRecord {
    CallRecord {
        outcome: outcome(kind),
        cpu,
        host_calls: call.map_or(Duration::ZERO, |call| call.host_calls),
        peak_memory: guest.store.data().limiter.peak() as u64,
    }
}

fn outcome(kind: Option<DispatchErrorKind>) -> Outcome {
    match kind {
        None => Outcome::Ok,
        Some(DispatchErrorKind::Busy) => Outcome::Busy,
        Some(DispatchErrorKind::Deadline) => Outcome::Deadline,
        Some(DispatchErrorKind::Memory) => Outcome::Memory,
        Some(DispatchErrorKind::Trapped) => Outcome::Trapped,
        Some(DispatchErrorKind::NotEnabled | DispatchErrorKind::Unsupported) => Outcome::Refused,
    }
}
