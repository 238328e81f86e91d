//! Events from commit to effect: once each, in order per key, retried, buried, revived; never lost with the write they
//! belong to, never there without it.

#![cfg(test)]

use std::sync::Arc;
use std::time::Duration;

use p2p_context::{FixedClock, Timestamp};
use p2p_jobs::{Deliveries, Worker};
use p2p_test_support::host::{TestHost, installation, tenant};
use p2p_test_support::made;
use p2p_test_support::people::Person;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// A host on a clock that stands still, its worker, and somebody to ask.
struct Stage {
    host: TestHost,
    clock: Arc<FixedClock>,
    worker: Worker,
    person: Person,
}

impl Stage {
    async fn set() -> Self {
        let clock = Arc::new(FixedClock::at(Timestamp(1_790_000_000_000_000)));
        let tenants = vec![tenant("main", &["*"], &["hostile"])];
        let host = TestHost::start_at(tenants, Arc::clone(&clock) as Arc<dyn p2p_context::Clock>).await;
        let worker = host.worker(&host.tenant()).await;
        let person = Person::nobody(&host.url(""), "localhost");
        Self { host, clock, worker, person }
    }

    async fn tell(&self, key: &str, payload: Value) {
        let told = json!({"topic": "hostile.thing.happened", "key": key, "payload": payload});
        self.person.post("/hostile/emit", &told).await.expect(200);
    }

    async fn notes(&self) -> Vec<String> {
        let sql = json!({"sql": "SELECT text FROM notes ORDER BY id"});
        let rows = self.person.post("/hostile/sql", &sql).await.expect(200).json["rows"].clone();
        rows.as_array().unwrap().iter().map(|row| row[0].as_str().unwrap().to_owned()).collect()
    }

    async fn deliveries(&self) -> Deliveries {
        Deliveries::open(self.host.stores.as_ref(), &self.host.tenant()).await.unwrap()
    }
}

#[tokio::test]
async fn an_event_has_its_effect_once_however_often_it_is_drained() {
    let stage = Stage::set().await;
    stage.tell("k", json!({"do": "write", "text": "one"})).await;
    assert!(stage.notes().await.is_empty(), "nothing happens before it is delivered");
    stage.worker.drain().await.unwrap();
    assert_eq!(stage.worker.drain().await.unwrap(), 0);
    assert_eq!(stage.notes().await, ["one"]);
}

#[tokio::test]
async fn a_redelivery_after_the_effect_changes_nothing() {
    let stage = Stage::set().await;
    stage.tell("k", json!({"do": "write", "text": "one"})).await;
    // What a crash between the handler's commit and the host's bookkeeping leaves: the outbox still has the event.
    let name = p2p_context::FeatureName::new("hostile").unwrap();
    let outbox = stage.host.runtime.outbox(&stage.host.tenant(), &name).unwrap();
    let event = outbox.pending(1).await.unwrap().remove(0);
    stage.worker.drain().await.unwrap();
    let deliveries = stage.deliveries().await;
    deliveries.note(&name, &[(&event, name.clone())]).await.unwrap();
    assert_eq!(deliveries.waiting(10).await.unwrap().len(), 1);
    stage.worker.drain().await.unwrap();
    assert_eq!(stage.notes().await, ["one"]);
    assert!(deliveries.waiting(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_aborted_commit_leaves_no_event() {
    let stage = Stage::set().await;
    let stale = json!({"sql": "UPDATE notes SET text = 'x' WHERE id = 1", "write": true, "expect": 1,
        "events": [{"topic": "hostile.thing.happened", "key": "k", "payload": {"do": "write", "text": "ghost"}}]});
    assert_eq!(stage.person.post("/hostile/sql", &stale).await.expect(422).json["error"], "stale");
    assert_eq!(stage.worker.drain().await.unwrap(), 0);
    assert!(stage.notes().await.is_empty());
}

#[tokio::test]
async fn events_of_one_key_keep_their_order_also_behind_a_retry() {
    let stage = Stage::set().await;
    stage.tell("a", json!({"do": "retry", "until": 3, "text": "a1"})).await;
    stage.tell("a", json!({"do": "write", "text": "a2"})).await;
    stage.tell("b", json!({"do": "write", "text": "b1"})).await;
    stage.worker.drain().await.unwrap();
    assert_eq!(stage.notes().await, ["b1"], "another key does not wait");
    for _ in 0..2 {
        stage.clock.advance(Duration::from_secs(60));
        stage.worker.drain().await.unwrap();
    }
    assert_eq!(stage.notes().await, ["b1", "a1", "a2"]);
}

#[tokio::test]
async fn what_is_refused_or_fails_too_often_is_a_dead_letter_that_can_be_revived() {
    let stage = Stage::set().await;
    stage.tell("refused", json!({"do": "refuse"})).await;
    stage.tell("trapped", json!({"do": "trap"})).await;
    stage.worker.drain().await.unwrap();
    let deliveries = stage.deliveries().await;
    let dead = deliveries.dead(10).await.unwrap();
    assert_eq!(dead.iter().map(|d| d.key.as_str()).collect::<Vec<_>>(), ["refused"]);
    for _ in 0..9 {
        stage.clock.advance(Duration::from_secs(3 * 3_600));
        stage.worker.drain().await.unwrap();
    }
    let dead = deliveries.dead(10).await.unwrap();
    let trapped = dead.iter().find(|delivery| delivery.key == "trapped").unwrap();
    assert_eq!((trapped.attempts, trapped.last_error.as_str()), (9, "the subscriber trapped"));
    assert!(deliveries.waiting(10).await.unwrap().is_empty());
    let now = Timestamp(stage.host.clock.now().0);
    assert_eq!(deliveries.revive(Some(trapped.event_id), now).await.unwrap(), 1);
    assert_eq!(deliveries.waiting(10).await.unwrap().len(), 1);
    assert_eq!(deliveries.revive(None, now).await.unwrap(), 1);
}

#[tokio::test]
async fn a_handler_that_fails_behind_its_commit_is_a_dead_letter_not_done() {
    let stage = Stage::set().await;
    stage.tell("k", json!({"do": "write-and-fail", "text": "half"})).await;
    stage.worker.drain().await.unwrap();
    assert_eq!(stage.notes().await, ["half"]);
    let dead = stage.deliveries().await.dead(10).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].last_error, "the subscriber failed after its first commit");
}

#[tokio::test]
async fn a_dead_letter_does_not_hold_up_its_key() {
    let stage = Stage::set().await;
    stage.tell("k", json!({"do": "refuse"})).await;
    stage.tell("k", json!({"do": "write", "text": "after"})).await;
    stage.worker.drain().await.unwrap();
    stage.worker.drain().await.unwrap();
    assert_eq!(stage.notes().await, ["after"]);
}

#[tokio::test]
async fn a_subscriber_that_is_stuck_holds_up_nobody_else() {
    let stage = Stage::set().await;
    // The same component once more, without routes, so that the two do not conflict.
    let mut stuck = installation("hostile");
    let bytes = made::remade(&std::fs::read(&stuck.file).unwrap(), |manifest| {
        manifest.insert("name".to_owned(), "stuck".into());
        manifest.insert("routes".to_owned(), json!([]));
    });
    stuck.file = stage.host.folder().join("stuck.wasm");
    std::fs::write(&stuck.file, bytes).unwrap();
    stuck.settings = json!({"stuck": true});
    stuck.limits.deadline_ms = 30_000;
    stage.host.runtime.install(&stage.host.tenant(), &stuck).await.unwrap();
    let texts: Vec<_> = (10..50).map(|number| format!("note {number}")).collect();
    for text in &texts {
        stage.tell(text, json!({"do": "write", "text": text})).await;
    }
    let stop = CancellationToken::new();
    let Stage { host, clock, worker, person } = stage;
    let worker = tokio::spawn(worker.run(stop.clone()));
    let sql = json!({"sql": "SELECT COUNT(*) FROM notes"});
    let all = async {
        while person.post("/hostile/sql", &sql).await.expect(200).json["rows"] != json!([[texts.len()]]) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all).await.expect("the others before the first deadline");
    worker.abort();
    drop((host, clock, stop));
}

#[tokio::test]
async fn a_document_and_its_event_are_written_together() {
    let stage = Stage::set().await;
    let insert = json!({"op": "insert", "collection": "things", "id": "1", "body": {"n": 1},
        "events": [{"topic": "hostile.thing.happened", "key": "1", "payload": {"do": "write", "text": "inserted"}}]});
    stage.person.post("/hostile/document", &insert).await.expect(200);
    assert_eq!(stage.person.post("/hostile/document", &insert).await.expect(422).json["error"], "exists");
    stage.worker.drain().await.unwrap();
    assert_eq!(stage.notes().await, ["inserted"]);
}
