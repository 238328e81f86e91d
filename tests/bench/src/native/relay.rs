//! Carries events from outbox to subscriber, as the jobs room does for components, so that writing costs both sides the
//! same work after the commit. The books are the jobs room's own.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use futures::future::select_all;
use p2p_context::{Clock, Deadline, Language, RequestContext, RequestId, TenantId};
use p2p_jobs::Deliveries;
use p2p_sdk::Timestamp;
use p2p_storage::Stores;
use tokio_util::sync::CancellationToken;

use super::features::{NativeFeature, NativeFeatures};

/// Events and deliveries handled at a time, and the longest sleep: the jobs room's own numbers.
const EVENTS: u32 = 100;
const DELIVERIES: u32 = 256;
const IDLE: Duration = Duration::from_millis(500);
const FAULT: Duration = Duration::from_secs(2);

/// Delivers the events of the twin.
pub struct Relay {
    features: Arc<NativeFeatures>,
    deliveries: Deliveries,
    stores: Arc<dyn Stores>,
    tenant: TenantId,
    clock: Arc<dyn Clock>,
}

impl Relay {
    pub async fn open(
        features: Arc<NativeFeatures>,
        stores: Arc<dyn Stores>,
        tenant: TenantId,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let deliveries = Deliveries::open(stores.as_ref(), &tenant).await?;
        Ok(Self { features, deliveries, stores, tenant, clock })
    }

    /// Works until told to stop, once no other process does it.
    pub async fn run(self, stop: CancellationToken) -> Result<()> {
        let Some(_leads) = stop.run_until_cancelled(self.stores.lead(&self.tenant)).await else {
            return Ok(());
        };
        while !stop.is_cancelled() {
            // A store that is late answers later, for the real worker as well.
            let pause = match self.pass().await {
                Ok(0) => IDLE,
                Ok(_) => continue,
                Err(error) => {
                    eprintln!("the relay waits: {error:#}");
                    FAULT
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
                () = self.written(), if pause == IDLE => {}
            }
        }
        Ok(())
    }

    /// Works until nothing is left.
    pub async fn drain(&self) -> Result<()> {
        while self.pass().await? > 0 {}
        Ok(())
    }

    async fn pass(&self) -> Result<usize> {
        let mut done = 0;
        for producer in self.features.each() {
            done += self.relay(producer).await?;
        }
        let due = self.deliveries.due(self.clock.now(), &[], DELIVERIES).await?;
        done += due.len();
        for delivery in due {
            self.deliver(delivery).await?;
        }
        Ok(done)
    }

    async fn relay(&self, producer: &NativeFeature) -> Result<usize> {
        let outbox = &producer.stores().outbox;
        let events = outbox.pending(EVENTS).await?;
        if events.is_empty() {
            return Ok(0);
        }
        let manifest = &producer.installed().manifest;
        let wanted: Vec<_> = events
            .iter()
            .flat_map(|event| {
                let subscribers = self.features.each().filter(|native| native.hears(&event.event.topic));
                subscribers.map(move |native| (event, native.installed().manifest.name.clone()))
            })
            .collect();
        if !wanted.is_empty() {
            self.deliveries.note(&manifest.name, &wanted).await?;
        }
        let ids: Vec<_> = events.iter().map(|event| event.id).collect();
        outbox.relayed(&ids).await?;
        if manifest.directory {
            self.features.forget_directory();
        }
        Ok(ids.len())
    }

    async fn deliver(&self, delivery: p2p_jobs::Delivery) -> Result<()> {
        let subscriber = self.features.get(&delivery.subscriber).context("the subscriber is not linked")?;
        let inbox = &subscriber.stores().outbox;
        if !inbox.is_handled(delivery.event_id).await? {
            let heard = subscriber.hear(&self.about(), delivery.event_id, handed_over(&delivery)).await;
            let is_recorded =
                heard.map_err(|error| anyhow!("{} by {}: {error}", delivery.topic, delivery.subscriber))?;
            if !is_recorded {
                inbox.mark_handled(delivery.event_id).await?;
            }
        }
        Ok(self.deliveries.done(&delivery).await?)
    }

    async fn written(&self) {
        let written: Vec<_> = self.features.each().map(|native| native.stores().outbox.written()).collect();
        select_all(written).await;
    }

    fn about(&self) -> RequestContext {
        RequestContext {
            request_id: RequestId::fresh(),
            tenant: self.tenant.clone(),
            actor: None,
            deadline: Deadline::after(Duration::from_secs(30)),
            language: Language::En,
            address: None,
        }
    }
}

fn handed_over(delivery: &p2p_jobs::Delivery) -> p2p_sdk::Delivery {
    p2p_sdk::Delivery {
        id: delivery.event_id.to_string(),
        topic: delivery.topic.clone(),
        key: delivery.key.clone(),
        payload: delivery.payload.clone(),
        committed_at: Timestamp(delivery.committed_at.0),
        attempt: delivery.attempts + 1,
    }
}
