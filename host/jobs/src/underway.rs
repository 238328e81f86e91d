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
const LANE: usize = 16;

/// See the module.
pub struct Underway<'a> {
    attempt: Box<dyn Fn(Delivery) -> Attempt<'a> + Send + Sync + 'a>,
    tries: FuturesUnordered<BoxFuture<'a, Ended>>,
    /// Over, but nobody has asked yet.
    over: VecDeque<Ended>,
    lanes: HashMap<FeatureName, Lane>,
}

/// One try of a delivery; whether the books could be kept.
pub type Attempt<'a> = BoxFuture<'a, Result<(), JobsError>>;

/// What one subscriber has to do.
#[derive(Default)]
struct Lane {
    /// Under way, or waiting here for their turn.
    known: HashSet<Uuid>,
    running: usize,
    waiting: VecDeque<Delivery>,
}

/// A try that is over, however it went.
struct Ended {
    subscriber: FeatureName,
    event: Uuid,
    books: Result<(), JobsError>,
}

impl<'a> Underway<'a> {
    /// Nothing yet. This is how a delivery is tried.
    pub fn new(attempt: impl Fn(Delivery) -> Attempt<'a> + Send + Sync + 'a) -> Self {
        Self {
            attempt: Box::new(attempt),
            tries: FuturesUnordered::new(),
            over: VecDeque::new(),
            lanes: HashMap::new(),
        }
    }

    /// Begins a try, as soon as its subscriber has a place for it; nothing when it is known already.
    pub fn begin(&mut self, delivery: Delivery) {
        let lane = self.lanes.entry(delivery.subscriber.clone()).or_default();
        if !lane.known.insert(delivery.event_id) {
            return;
        }
        if lane.running >= LANE {
            lane.waiting.push_back(delivery);
            return;
        }
        lane.running += 1;
        self.push(delivery);
    }

    fn push(&mut self, delivery: Delivery) {
        let (subscriber, event) = (delivery.subscriber.clone(), delivery.event_id);
        let attempt = (self.attempt)(delivery);
        self.tries.push(Box::pin(async move { Ended { subscriber, event, books: attempt.await } }));
    }

    /// Subscribers that have enough to do.
    pub fn busy(&self) -> Vec<FeatureName> {
        let full = self.lanes.iter().filter(|(_, lane)| lane.running >= LANE);
        full.map(|(subscriber, _)| subscriber.clone()).collect()
    }

    /// More was asked for.
    pub fn asked(&mut self) {
        self.lanes.retain(|_, lane| lane.running > 0);
    }

    /// Nothing is under way.
    pub fn is_empty(&self) -> bool {
        self.tries.is_empty() && self.over.is_empty()
    }

    /// Begins nothing more: what has not begun comes again to whoever works next.
    pub fn wind_down(&mut self) {
        self.lanes.values_mut().for_each(|lane| lane.waiting.clear());
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
            lane.known.remove(&ended.event);
            match lane.waiting.pop_front() {
                Some(next) => self.push(next),
                None => lane.running -= 1,
            }
        }
        ended.books
    }

    /// Waits until somebody has nothing to do any more, or the books of a try could not be kept.
    pub async fn room(&mut self) -> Result<(), JobsError> {
        loop {
            self.ended().await?;
            if self.wants_more() {
                return Ok(());
            }
        }
    }

    fn wants_more(&self) -> bool {
        self.lanes.values().any(|lane| lane.running == 0)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering::Relaxed;
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

    fn numbered(event: u128) -> Delivery {
        Delivery { event_id: Uuid::from_u128(event), ..delivery() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_holds_what_other_work_needs_gives_it_back() {
        let writer = Mutex::new(());
        let mut underway = Underway::new(|_| {
            Box::pin(async {
                let _held = writer.lock().await;
                tokio::time::sleep(Duration::from_millis(1)).await;
                Ok(())
            })
        });
        underway.begin(delivery());
        // The try has the writer and is not over.
        let begun = tokio::time::timeout(Duration::ZERO, underway.ended()).await;
        assert!(begun.is_err() && writer.try_lock().is_err());
        let other = tokio::time::timeout(Duration::from_secs(60), async { drop(writer.lock().await) });
        assert!(underway.alongside(other).await.is_ok());
        assert!(!underway.is_empty());
        assert!(underway.ended().await.is_ok() && underway.is_empty());
    }

    #[tokio::test]
    async fn each_is_tried_once_a_few_at_a_time_and_more_is_asked_for_when_all_are_over() {
        let (running, most, tried) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let mut underway = Underway::new(|_| {
            Box::pin(async {
                most.fetch_max(running.fetch_add(1, Relaxed) + 1, Relaxed);
                tokio::task::yield_now().await;
                running.fetch_sub(1, Relaxed);
                tried.fetch_add(1, Relaxed);
                Ok(())
            })
        });
        (0..20).chain(0..20).for_each(|event| underway.begin(numbered(event)));
        assert_eq!(underway.busy(), [delivery().subscriber]);
        underway.room().await.unwrap();
        assert_eq!((tried.load(Relaxed), most.load(Relaxed)), (20, LANE));
        assert!(underway.is_empty() && underway.busy().is_empty());
    }

    #[tokio::test]
    async fn what_has_not_begun_is_left_when_it_winds_down() {
        let tried = AtomicUsize::new(0);
        let mut underway = Underway::new(|_| {
            tried.fetch_add(1, Relaxed);
            Box::pin(async { Ok(()) })
        });
        (0..20).for_each(|event| underway.begin(numbered(event)));
        underway.wind_down();
        while !underway.is_empty() {
            underway.ended().await.unwrap();
        }
        assert_eq!(tried.load(Relaxed), LANE);
    }
}
