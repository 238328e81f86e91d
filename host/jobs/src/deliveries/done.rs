//! Strikes deliveries that are over, many in one commit: those that end while one is under way wait for the next. A commit
//! waits for the disk; of one for each delivery, there would be no end.

use std::sync::Mutex;

use p2p_context::{Deadline, FeatureName};
use p2p_storage::packed::Params;
use p2p_storage::{SqlError, SqlStore, Statement, StoreCall};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{Delivery, PATIENCE, statement};

/// Deliveries struck by one statement.
const AT_ONCE: usize = 32;

/// Those that wait to be struck, and whose turn it is to do it.
#[derive(Default)]
pub struct Done {
    waiting: Mutex<Vec<Waiting>>,
    turn: tokio::sync::Mutex<()>,
}

struct Waiting {
    event: Uuid,
    subscriber: FeatureName,
    struck: oneshot::Sender<Result<(), SqlError>>,
}

impl Done {
    /// Strikes a delivery, together with all that wait by the time the one before has been.
    pub async fn strike(&self, sql: &dyn SqlStore, delivery: &Delivery) -> Result<(), SqlError> {
        let (struck, answer) = oneshot::channel();
        let (event, subscriber) = (delivery.event_id, delivery.subscriber.clone());
        self.waiting().push(Waiting { event, subscriber, struck });
        let turn = self.turn.lock().await;
        let all = std::mem::take(&mut *self.waiting());
        if !all.is_empty() {
            let outcome = commit(sql, &all).await;
            for waiting in all {
                // Whoever gave up waiting does not want to know.
                let _ = waiting.struck.send(outcome.clone());
            }
        }
        drop(turn);
        answer.await.unwrap_or_else(|_| Err(SqlError::Unavailable("given up half-way".into())))
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(|e| e.into_inner())
    }
}

async fn commit(sql: &dyn SqlStore, all: &[Waiting]) -> Result<(), SqlError> {
    let statements: Vec<Statement> = all.chunks(AT_ONCE).map(delete).collect();
    let call = StoreCall::until(Deadline::after(PATIENCE));
    sql.commit(call, &statements, &[]).await.map(drop)
}

/// The last is named again until there are a power of two: a store knows a statement again by its text, and there are few.
fn delete(chunk: &[Waiting]) -> Statement {
    let count = chunk.len().next_power_of_two();
    let pair = |n: usize| format!("(event_id = ${} AND subscriber = ${})", 2 * n + 1, 2 * n + 2);
    let pairs: Vec<String> = (0..count).map(pair).collect();
    let named = chunk.iter().chain(std::iter::repeat_n(chunk.last(), count - chunk.len()).flatten());
    let params =
        named.fold(Params::new(), |params, one| params.uuid(one.event).text(one.subscriber.as_str()));
    statement(&format!("DELETE FROM deliveries WHERE {}", pairs.join(" OR ")), params)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::future::join_all;
    use p2p_context::{Origin, SystemClock, TenantId, Timestamp, new_uuid};
    use p2p_storage::{EmbeddedConfig, EmbeddedStores, Event, OutboxEvent};

    use super::super::Deliveries;
    use super::*;

    fn event(position: i64) -> OutboxEvent {
        OutboxEvent {
            id: new_uuid(),
            position,
            committed_at: Timestamp(position),
            channel_seq: None,
            event: Event { topic: "speaker.said".into(), key: position.to_string(), payload: b"{}".to_vec() },
            origin: Origin::default(),
        }
    }

    #[tokio::test]
    async fn many_that_end_together_are_all_struck_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let stores =
            EmbeddedStores::new(folder.path().into(), EmbeddedConfig::new([7; 32], Arc::new(SystemClock)));
        let deliveries = Deliveries::open(&stores, &TenantId::new("main").unwrap()).await.unwrap();
        let [speaker, one, other] = ["speaker", "one", "other"].map(|name| FeatureName::new(name).unwrap());
        let events: Vec<_> = (0..75).map(event).collect();
        let wanted: Vec<_> = events
            .iter()
            .flat_map(|event| [&one, &other].map(|subscriber| (event, subscriber.clone())))
            .collect();
        deliveries.note(&speaker, &wanted).await.unwrap();
        deliveries.note(&speaker, &wanted).await.unwrap();
        let noted = deliveries.waiting(1_000).await.unwrap();
        assert_eq!(noted.len(), 150, "noting again changes nothing");
        assert!(noted.iter().all(|delivery| delivery.next_at == delivery.committed_at));
        let over: Vec<_> =
            noted.iter().filter(|delivery| delivery.subscriber == one && delivery.position > 0).collect();
        for struck in join_all(over.iter().map(|delivery| deliveries.done(delivery))).await {
            struck.unwrap();
        }
        let left = deliveries.waiting(1_000).await.unwrap();
        let of = |name: &FeatureName| left.iter().filter(|delivery| delivery.subscriber == *name).count();
        assert_eq!((of(&one), of(&other)), (1, 75));
    }
}
