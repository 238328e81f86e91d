//! Carries events on while the data set is made: at once to the features that are to hear them, without the books that the
//! jobs room keeps. What nobody is to hear is dropped, so that a server finds its outboxes empty.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use p2p_context::FeatureName;
use p2p_runtime::{EventAnswer, FeatureEvent};
use p2p_storage::OutboxEvent;

use super::each::each;
use super::house::House;

/// Events taken from an outbox at a time.
const BATCH: u32 = 200;

/// Empties the outbox of one feature; answers how many events anybody was to hear.
pub async fn tell(
    house: &Arc<House>,
    producer: &FeatureName,
    wanted: impl Fn(&OutboxEvent, &FeatureName) -> bool,
) -> Result<usize> {
    let outbox = house.runtime.outbox(&house.tenant, producer).context("no such feature")?;
    let mut heard = 0;
    loop {
        let events = outbox.pending(BATCH).await?;
        let ids: Vec<_> = events.iter().map(|event| event.id).collect();
        if ids.is_empty() {
            return Ok(heard);
        }
        let mut due = Vec::new();
        for event in events {
            let mut hears = house.runtime.subscribers(&house.tenant, &event.event.topic);
            hears.retain(|name| wanted(&event, name));
            heard += usize::from(!hears.is_empty());
            due.extend(hears.into_iter().map(|name| (event.clone(), name)));
        }
        let due = Arc::new(due);
        let count = u32::try_from(due.len())?;
        each(0..count, |at| hand_over(Arc::clone(house), Arc::clone(&due), at as usize)).await?;
        outbox.relayed(&ids).await?;
    }
}

async fn hand_over(house: Arc<House>, due: Arc<Vec<(OutboxEvent, FeatureName)>>, at: usize) -> Result<()> {
    let (event, name) = due.get(at).context("more than there are")?;
    let OutboxEvent { id, committed_at, event, .. } = event.clone();
    let topic = event.topic.clone();
    let event = FeatureEvent {
        id,
        topic: event.topic,
        key: event.key,
        payload: event.payload,
        committed_at,
        attempt: 1,
    };
    let answer = house.runtime.deliver(&house.context(None), name, event).await?;
    if matches!(answer, EventAnswer::Retry | EventAnswer::Refuse) {
        bail!("{name} answered {topic} with {answer:?}");
    }
    Ok(())
}

/// Empties every outbox until nothing is told any more.
pub async fn tell_all(
    house: &Arc<House>,
    wanted: impl Fn(&OutboxEvent, &FeatureName) -> bool + Copy,
) -> Result<usize> {
    let mut heard = 0;
    loop {
        let mut more = 0;
        for producer in house.features() {
            more += tell(house, &producer, wanted).await?;
        }
        if more == 0 {
            return Ok(heard);
        }
        heard += more;
    }
}
