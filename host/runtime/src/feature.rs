//! An installed feature and the three ways to call it: a request, an event, a job. Here a call gets its place, its
//! instance, its deadline and its line in the ledger; here a fault ends one call and nothing else.

use std::pin::pin;
use std::sync::Arc;

use p2p_context::{Deadline, RequestContext};
use p2p_identity::RequestTokens;
use p2p_tenants::ledger::Account;
use tokio::time::timeout_at;

use crate::admission::Admission;
use crate::bindings::p2p::feature::types::{Context, Delivery, Request, Response};
use crate::bindings::with_events::exports::p2p::feature::events::Error as EventError;
use crate::bindings::with_schedule::exports::p2p::feature::schedule::Error as JobError;
use crate::call::{
    DispatchError, DispatchErrorKind, EventAnswer, FeatureEvent, FeatureJob, FeatureRequest, FeatureResponse,
    Installed,
};
use crate::guest::{Guest, GuestPool};
use crate::meter::Metered;
use crate::running::{Running, record_refusal};
use crate::state::{CallState, FeatureServices};
use crate::{convert, response};

/// A feature that can be called.
pub struct Feature {
    installed: Arc<Installed>,
    services: Arc<FeatureServices>,
    pool: Arc<GuestPool>,
    admission: Admission,
}

/// What is asked of a guest.
enum Invocation {
    Request(Request),
    Event(Context, Delivery),
    Job(Context, FeatureJob),
}

/// What it said.
enum Said {
    Response(Response),
    Done(EventAnswer),
}

/// What may be passed on of it.
enum Answer {
    Response(FeatureResponse),
    Done(EventAnswer),
}

impl Feature {
    /// Puts the parts together.
    pub fn new(
        installed: Arc<Installed>,
        services: Arc<FeatureServices>,
        pool: Arc<GuestPool>,
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

    /// Answers a request.
    pub async fn handle(
        &self,
        context: &RequestContext,
        account: &Account,
        mut request: FeatureRequest,
    ) -> Result<FeatureResponse, DispatchError> {
        let context = self.bounded(context);
        let tokens = std::mem::take(&mut request.tokens);
        let invocation = Invocation::Request(convert::request(&context, request));
        let call = CallState::new(context, tokens, None, &self.services.limits);
        match self.run(account, call, invocation).await? {
            Answer::Response(answer) => Ok(answer),
            Answer::Done(_) => Err(self.error(DispatchErrorKind::Unsupported)),
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
        let (tokens, id) = (RequestTokens::default(), event.id);
        let invocation = Invocation::Event(convert::context(&context), convert::delivery(event));
        let call = CallState::new(context, tokens, Some(id), &self.services.limits);
        self.told(account, call, invocation).await
    }

    /// Runs a job. Nothing is recorded with what it writes: it may commit as often as it likes, and running it again
    /// must do no harm.
    pub async fn run_job(
        &self,
        context: &RequestContext,
        account: &Account,
        job: FeatureJob,
    ) -> Result<EventAnswer, DispatchError> {
        let context = self.bounded(context);
        let invocation = Invocation::Job(convert::context(&context), job);
        let call = CallState::new(context, RequestTokens::default(), None, &self.services.limits);
        self.told(account, call, invocation).await
    }

    async fn told(
        &self,
        account: &Account,
        call: CallState,
        invocation: Invocation,
    ) -> Result<EventAnswer, DispatchError> {
        match self.run(account, call, invocation).await? {
            Answer::Done(answer) => Ok(answer),
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
    ) -> Result<Answer, DispatchError> {
        let deadline = call.context.deadline;
        let refuse = |kind| {
            record_refusal(account, kind);
            self.error(kind)
        };
        let Ok(_place) = self.admission.enter(deadline).await else {
            return Err(refuse(DispatchErrorKind::Busy));
        };
        let guest = match timeout_at(deadline.instant().into(), self.pool.take()).await {
            Ok(Ok(guest)) => guest,
            Ok(Err(error)) => return Err(refuse(self.classify_start(&error))),
            Err(_) => return Err(refuse(DispatchErrorKind::Deadline)),
        };
        let mut running = Running::begin(account, guest, call);
        let result = self.call(&mut running, deadline, invocation).await;
        if let Some(guest) = running.end(result.as_ref().err().copied()) {
            self.pool.give_back(guest);
        }
        result.map_err(|kind| self.error(kind))
    }

    /// Calls the guest under its deadline. The timer stands outside the call, so that it fires whatever the guest does.
    async fn call(
        &self,
        running: &mut Running<'_>,
        deadline: Deadline,
        invocation: Invocation,
    ) -> Result<Answer, DispatchErrorKind> {
        let (guest, spent) = running.parts().ok_or(DispatchErrorKind::Trapped)?;
        let outcome = {
            let call = pin!(invoke(guest, invocation));
            timeout_at(deadline.instant().into(), Metered::new(call, spent)).await
        };
        match outcome {
            Err(_) => Err(DispatchErrorKind::Deadline),
            Ok(Ok(Some(said))) => self.accept(guest, said),
            Ok(Ok(None)) => Err(DispatchErrorKind::Unsupported),
            Ok(Err(trap)) => Err(self.classify_trap(guest, deadline, &trap)),
        }
    }

    /// What a guest said, if it keeps the rules.
    fn accept(&self, guest: &mut Guest, said: Said) -> Result<Answer, DispatchErrorKind> {
        let call = guest.store.data_mut().call().map_err(|_| DispatchErrorKind::Trapped)?;
        self.report_dropped_lines(call);
        match said {
            Said::Response(response) => self.check(response, call).map(Answer::Response),
            Said::Done(EventAnswer::Done) if call.is_recorded => Ok(Answer::Done(EventAnswer::Recorded)),
            Said::Done(answer) => Ok(Answer::Done(answer)),
        }
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

    fn check(&self, answer: Response, call: &CallState) -> Result<FeatureResponse, DispatchErrorKind> {
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
                Err(DispatchErrorKind::Trapped)
            }
        }
    }

    fn report_dropped_lines(&self, call: &CallState) {
        if call.log_lines_dropped > 0 {
            let (scope, dropped) = (&self.services.scope, call.log_lines_dropped);
            tracing::warn!(%scope, dropped, "log lines past the call's allowance were dropped");
        }
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
async fn invoke(guest: &mut Guest, invocation: Invocation) -> wasmtime::Result<Option<Said>> {
    match invocation {
        Invocation::Request(request) => {
            let (response,) = guest.handle.call_async(&mut guest.store, (request,)).await?;
            Ok(Some(Said::Response(response)))
        }
        Invocation::Event(context, delivery) => {
            let Some(on_event) = guest.on_event else { return Ok(None) };
            let (answer,) = on_event.call_async(&mut guest.store, (context, delivery)).await?;
            Ok(Some(Said::Done(match answer {
                Ok(()) => EventAnswer::Done,
                Err(EventError::Retry) => EventAnswer::Retry,
                Err(EventError::Refuse) => EventAnswer::Refuse,
            })))
        }
        Invocation::Job(context, FeatureJob { name, due_at }) => {
            let Some(run_job) = guest.run_job else { return Ok(None) };
            let (answer,) = run_job.call_async(&mut guest.store, (context, name, due_at.0)).await?;
            Ok(Some(Said::Done(match answer {
                Ok(()) => EventAnswer::Done,
                Err(JobError::Retry) => EventAnswer::Retry,
                Err(JobError::Refuse) => EventAnswer::Refuse,
            })))
        }
    }
}
