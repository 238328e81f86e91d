//! The loop of one tenant: look at the clock, relay, deliver, sleep until something is written or due; of several hosts over the same stores
//! one does it. `drain` is the same without the sleep, for tests and for a host that stops.

use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Clock, TenantId};
use p2p_identity::audit::AuditLog;
use p2p_runtime::{Installed, Runtime};
use p2p_storage::{Leadership, Stores};
use tokio_util::sync::CancellationToken;

use crate::deliver::deliver;
use crate::deliveries::{Deliveries, JobsError};
use crate::mail::Mailer;
use crate::relay::relay;
use crate::rung::{self, Rung};
use crate::schedule::Noted;
use crate::underway::Underway;

/// Deliveries read at a time: enough that those who are quick are not out of work while others still have some.
const BATCH: u32 = 256;
/// Longest sleep: how late a retry may be noticed.
const IDLE: Duration = rung::ALL;
/// What is written within this time is carried on together: a burst of writes is then a few rounds, not one for each.
const GATHER: Duration = Duration::from_millis(10);
/// Sleep after a fault of the store itself.
const FAULT: Duration = Duration::from_secs(2);

/// Delivers the events of one tenant.
pub struct Worker {
    runtime: Arc<Runtime>,
    stores: Arc<dyn Stores>,
    tenant: TenantId,
    deliveries: Deliveries,
    log: AuditLog,
    clock: Arc<dyn Clock>,
    mailer: Arc<Mailer>,
    noted: Noted,
}

impl Worker {
    /// A worker for this tenant; opens its table.
    pub async fn new(
        runtime: Arc<Runtime>,
        stores: &Arc<dyn Stores>,
        tenant: TenantId,
        clock: Arc<dyn Clock>,
        mailer: Arc<Mailer>,
    ) -> Result<Self, JobsError> {
        let deliveries = Deliveries::open(stores.as_ref(), &tenant).await?;
        let (log, stores) = (AuditLog::new(Arc::clone(stores)), Arc::clone(stores));
        Ok(Self { runtime, stores, tenant, deliveries, log, clock, mailer, noted: Noted::default() })
    }

    /// Works whenever it is this host's turn, until told to stop; what is under way then is finished first.
    pub async fn run(self, stop: CancellationToken) {
        while let Some(leadership) = stop.run_until_cancelled(self.stores.lead(&self.tenant)).await {
            self.work(&stop, leadership).await;
        }
    }

    /// Works until told to stop, or until another host may have begun to.
    async fn work(&self, stop: &CancellationToken, mut leadership: Leadership) {
        let (mut underway, mut rung) = (self.underway(), Rung::new(&self.runtime, &self.tenant));
        let mut leads = true;
        while leads && !stop.is_cancelled() {
            let pause = match self.round(&mut underway, &rung.take()).await {
                Ok(()) => IDLE,
                Err(error) => self.complain(&error),
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = leadership.lost() => leads = false,
                () = tokio::time::sleep(pause) => {}
                () = rung.next(), if pause == IDLE => {
                    underway.alongside(tokio::time::sleep(GATHER)).await;
                }
                room = underway.room() => if let Err(error) = room {
                    let pause = self.complain(&error);
                    underway.alongside(tokio::time::sleep(pause)).await;
                }
            }
        }
        underway.wind_down();
        while !underway.is_empty() {
            // A try that could not be noted is made again after the next start.
            let _unnoted = underway.ended().await;
        }
    }

    /// Notes the jobs that are due now; `drain` runs them.
    pub async fn note_jobs(&self) -> Result<(), JobsError> {
        self.noted.note_due(&self.runtime, &self.tenant, &self.deliveries, self.clock.now()).await
    }

    /// Relays and delivers until nothing is due. Looks at no clock for jobs. Answers how much there was to do.
    pub async fn drain(&self) -> Result<u64, JobsError> {
        let (mut total, mut fault) = (0, None);
        let mut underway = self.underway();
        loop {
            let all = self.runtime.installed(&self.tenant);
            total += self.begin_due(&mut underway, &all).await?;
            if underway.is_empty() {
                return fault.map_or(Ok(total), Err);
            }
            match underway.ended().await {
                Ok(()) => total += 1,
                Err(error) => fault = fault.or(Some(error)),
            }
        }
    }

    async fn round<'a>(
        &'a self,
        underway: &mut Underway<'a>,
        producers: &[Arc<Installed>],
    ) -> Result<(), JobsError> {
        underway.alongside(self.note_jobs()).await?;
        self.begin_due(underway, producers).await.map(drop)
    }

    /// Relays what these left behind, and begins what is due and has room; answers how many events were relayed.
    async fn begin_due<'a>(
        &'a self,
        underway: &mut Underway<'a>,
        producers: &[Arc<Installed>],
    ) -> Result<u64, JobsError> {
        let busy = underway.busy();
        let read = async {
            let relayed = relay(&self.runtime, &self.tenant, producers, &self.deliveries, &self.log).await?;
            Ok::<_, JobsError>((relayed, self.deliveries.due(self.clock.now(), &busy, BATCH).await?))
        };
        let (relayed, due) = underway.alongside(read).await?;
        underway.asked();
        due.into_iter().for_each(|delivery| underway.begin(delivery));
        Ok(relayed)
    }

    fn underway(&self) -> Underway<'_> {
        Underway::new(|delivery| {
            let (runtime, mailer, clock) = (&self.runtime, &self.mailer, self.clock.as_ref());
            Box::pin(deliver(runtime, mailer, &self.tenant, &self.deliveries, clock, delivery))
        })
    }

    /// Says what is wrong; answers how long to leave it alone.
    fn complain(&self, error: &JobsError) -> Duration {
        tracing::error!(tenant = %self.tenant, %error, "events wait");
        FAULT
    }
}
