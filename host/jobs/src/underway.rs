//! Deliveries that are being tried at this moment, a few per subscriber: one that is slow, or waits for something that
//! does not answer, holds up nobody but itself.

use std::collections::{HashMap, HashSet};

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use p2p_context::FeatureName;
use uuid::Uuid;

use crate::deliveries::{Delivery, JobsError};

/// Deliveries to one subscriber under way at the same time.
const LANE: usize = 8;

/// See the module.
#[derive(Default)]
pub struct Underway<'a> {
    tries: FuturesUnordered<BoxFuture<'a, Ended>>,
    lanes: HashMap<FeatureName, HashSet<Uuid>>,
}

/// A try that is over, however it went.
struct Ended {
    subscriber: FeatureName,
    event: Uuid,
    /// Whether the books could be kept.
    books: Result<(), JobsError>,
}

impl<'a> Underway<'a> {
    /// Begins a try, unless it is under way already or its subscriber has enough to do.
    pub fn begin(
        &mut self,
        delivery: Delivery,
        attempt: impl FnOnce(Delivery) -> BoxFuture<'a, Result<(), JobsError>>,
    ) {
        let (subscriber, event) = (delivery.subscriber.clone(), delivery.event_id);
        let lane = self.lanes.entry(subscriber.clone()).or_default();
        if lane.len() < LANE && lane.insert(event) {
            let attempt = attempt(delivery);
            self.tries.push(Box::pin(async move { Ended { subscriber, event, books: attempt.await } }));
        }
    }

    /// Subscribers that have enough to do.
    pub fn busy(&self) -> Vec<FeatureName> {
        let full = self.lanes.iter().filter(|(_, lane)| lane.len() >= LANE);
        full.map(|(subscriber, _)| subscriber.clone()).collect()
    }

    /// Nothing is under way.
    pub fn is_empty(&self) -> bool {
        self.tries.is_empty()
    }

    /// Waits until a try is over, for ever when there is none.
    pub async fn ended(&mut self) -> Result<(), JobsError> {
        let Some(ended) = self.tries.next().await else { return std::future::pending().await };
        if let Some(lane) = self.lanes.get_mut(&ended.subscriber) {
            lane.remove(&ended.event);
        }
        ended.books
    }
}
