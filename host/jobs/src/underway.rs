//! Deliveries that are being tried at this moment, a few per subscriber: one that is slow, or waits for something that
//! does not answer, holds up nobody but itself.

use std::collections::{HashMap, HashSet, VecDeque};
use std::pin::pin;

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
    /// Over, but nobody has asked yet.
    over: VecDeque<Ended>,
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
        self.tries.is_empty() && self.over.is_empty()
    }

    /// Does something else while the tries go on. One of them may hold the writer of a store that the other work waits
    /// for; left alone meanwhile, it would never give it back.
    pub async fn alongside<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                Some(ended) = self.tries.next() => self.over.push_back(ended),
            }
        }
    }

    /// Waits until a try is over, for ever when there is none.
    pub async fn ended(&mut self) -> Result<(), JobsError> {
        let ended = match self.over.pop_front() {
            Some(ended) => ended,
            None => match self.tries.next().await {
                Some(ended) => ended,
                None => return std::future::pending().await,
            },
        };
        if let Some(lane) = self.lanes.get_mut(&ended.subscriber) {
            lane.remove(&ended.event);
        }
        ended.books
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_context::Timestamp;
    use tokio::sync::Mutex;

    use super::*;

    fn delivery() -> Delivery {
        Delivery {
            event_id: Uuid::from_u128(1),
            subscriber: FeatureName::new("listener").unwrap(),
            producer: FeatureName::new("speaker").unwrap(),
            position: 1,
            topic: "speaker.said".into(),
            key: String::new(),
            payload: Vec::new(),
            committed_at: Timestamp(0),
            is_dead: false,
            attempts: 0,
            next_at: Timestamp(0),
            last_error: String::new(),
        }
    }

    #[tokio::test]
    async fn a_try_that_holds_what_other_work_needs_gives_it_back() {
        let writer = Mutex::new(());
        let mut underway = Underway::default();
        underway.begin(delivery(), |_| {
            Box::pin(async {
                let _held = writer.lock().await;
                tokio::time::sleep(Duration::from_millis(1)).await;
                Ok(())
            })
        });
        // The try has the writer and is not over.
        let begun = tokio::time::timeout(Duration::ZERO, underway.ended()).await;
        assert!(begun.is_err() && writer.try_lock().is_err());
        let other = tokio::time::timeout(Duration::from_secs(60), async { drop(writer.lock().await) });
        assert!(underway.alongside(other).await.is_ok());
        assert!(!underway.is_empty());
        assert!(underway.ended().await.is_ok() && underway.is_empty());
    }
}
