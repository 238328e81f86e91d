//! The loop of one tenant: relay, deliver, sleep until something is written or due. `drain` is the same without the
//! sleep, for tests and for a host that stops.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::future::select_all;
use futures::stream;
use p2p_context::{Clock, TenantId};
use p2p_runtime::Runtime;
use p2p_storage::Stores;
use tokio_util::sync::CancellationToken;

use crate::deliver::deliver;
use crate::deliveries::{Deliveries, JobsError};
use crate::relay::relay;

/// Deliveries of one tenant under way at the same time.
const PARALLEL: usize = 8;
/// Deliveries read at a time.
const BATCH: u32 = 64;
/// Longest sleep: how late a retry, or an event written by another process, may be noticed.
const IDLE: Duration = Duration::from_millis(500);
/// Sleep after a fault of the store itself.
const FAULT: Duration = Duration::from_secs(2);

/// Delivers the events of one tenant.
pub struct Worker {
    runtime: Arc<Runtime>,
    tenant: TenantId,
    deliveries: Deliveries,
    clock: Arc<dyn Clock>,
}

impl Worker {
    /// A worker for this tenant; opens its table.
    pub async fn new(
        runtime: Arc<Runtime>,
        stores: &dyn Stores,
        tenant: TenantId,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, JobsError> {
        let deliveries = Deliveries::open(stores, &tenant).await?;
        Ok(Self { runtime, tenant, deliveries, clock })
    }

    /// Works until told to stop; what is under way then is finished first.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let pause = match self.pass().await {
                Ok(0) => IDLE,
                Ok(_) => continue,
                Err(error) => {
                    tracing::error!(tenant = %self.tenant, %error, "events wait");
                    FAULT
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
                () = self.written() => {}
            }
        }
    }

    /// Relays and delivers until nothing is due. Answers how much there was to do.
    pub async fn drain(&self) -> Result<u64, JobsError> {
        let mut total = 0;
        loop {
            match self.pass().await? {
                0 => return Ok(total),
                done => total += done,
            }
        }
    }

    /// One round.
    async fn pass(&self) -> Result<u64, JobsError> {
        let relayed = relay(&self.runtime, &self.tenant, &self.deliveries).await?;
        let due = self.deliveries.due(self.clock.now(), BATCH).await?;
        let tries = due.into_iter().map(|delivery| {
            deliver(&self.runtime, &self.tenant, &self.deliveries, self.clock.as_ref(), delivery)
        });
        let mut tries = stream::iter(tries).buffer_unordered(PARALLEL);
        // All of them end before a fault of the books is reported: no call is dropped in its middle.
        let (mut tried, mut fault) = (0, None);
        while let Some(result) = tries.next().await {
            tried += 1;
            fault = fault.or(result.err());
        }
        fault.map_or(Ok(relayed + tried), Err)
    }

    /// Resolves when any outbox of the tenant was written.
    async fn written(&self) {
        let names: Vec<_> =
            self.runtime.installed(&self.tenant).iter().map(|f| f.manifest.name.clone()).collect();
        let outboxes: Vec<_> =
            names.iter().filter_map(|name| self.runtime.outbox(&self.tenant, name)).collect();
        if outboxes.is_empty() {
            return std::future::pending().await;
        }
        select_all(outboxes.iter().map(|outbox| outbox.written())).await;
    }
}
