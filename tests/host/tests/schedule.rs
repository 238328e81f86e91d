//! Jobs by the clock: once for each moment, however many hosts look at it; made up for once after a pause; tried again and
//! buried like events. And telling again what there is, as the operator asks.

#![cfg(test)]

use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Clock, FeatureName, FixedClock, Origin, Timestamp, new_uuid};
use p2p_jobs::{Deliveries, Worker};
use p2p_storage::{Event, OutboxEvent};
use p2p_tenants::{CallKind, Outcome};
use p2p_test_support::host::{TestHost, installation, tenant};
use p2p_test_support::made;
use p2p_test_support::people::Person;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

const MINUTE: Duration = Duration::from_secs(60);
/// On a minute: the job of the fixture is due.
const BEGINNING: i64 = 1_790_000_040;

/// A host on a clock that stands still, and somebody to ask.
struct Stage {
    host: TestHost,
    clock: Arc<FixedClock>,
    person: Person,
}

impl Stage {
    /// A host whose fixture does this by the clock.
    async fn set(wish: &str) -> Self {
        let clock = Arc::new(FixedClock::at(Timestamp(BEGINNING * 1_000_000)));
        let tenants = vec![tenant("main", &["*"], &["hostile"])];
        let host = TestHost::start_at(tenants, Arc::clone(&clock) as Arc<dyn Clock>).await;
        let person = Person::nobody(&host.url(""), "localhost");
        let stage = Self { host, clock, person };
        stage.say(wish).await;
        stage
    }

    async fn say(&self, wish: &str) {
        let sql = json!({"sql": "INSERT INTO notes (text) VALUES ($1)", "params": [format!("job: {wish}")],
            "write": true});
        self.person.post("/hostile/sql", &sql).await.expect(200);
    }

    async fn worker(&self) -> Worker {
        self.host.worker(&self.host.tenant()).await
    }

    /// Looks at the clock and does what is due.
    async fn round(&self, worker: &Worker) {
        worker.note_jobs().await.unwrap();
        worker.drain().await.unwrap();
    }

    /// The moments the job noted, in seconds behind the beginning.
    async fn ran(&self) -> Vec<i64> {
        let sql = json!({"sql": "SELECT text FROM notes WHERE text LIKE 'ran %' ORDER BY id"});
        let rows = self.person.post("/hostile/sql", &sql).await.expect(200).json["rows"].clone();
        let moment = |row: &Value| row[0].as_str().unwrap()[4..].parse::<i64>().unwrap() - BEGINNING;
        rows.as_array().unwrap().iter().map(moment).collect()
    }

    async fn deliveries(&self) -> Deliveries {
        Deliveries::open(self.host.stores.as_ref(), &self.host.tenant()).await.unwrap()
    }
}

#[tokio::test]
async fn a_job_runs_once_for_each_moment_beginning_with_the_next() {
    let stage = Stage::set("write").await;
    let worker = stage.worker().await;
    stage.round(&worker).await;
    assert!(stage.ran().await.is_empty(), "it was just installed");
    for _ in 0..3 {
        stage.clock.advance(Duration::from_secs(30));
        stage.round(&worker).await;
        stage.round(&worker).await;
    }
    assert_eq!(stage.ran().await, [60]);
    let jobs = stage.deliveries().await.jobs().await.unwrap();
    let done = Timestamp((BEGINNING + 60) * 1_000_000);
    assert_eq!((jobs.len(), jobs[0].job.as_str(), jobs[0].done_at), (1, "job", Some(done)));
    let name = FeatureName::new("hostile").unwrap();
    let account = stage.host.ledger.account(&stage.host.tenant(), &name, CallKind::Job("job job".into()));
    assert_eq!(account.calls(Outcome::Ok), 1);
}

#[tokio::test]
async fn what_a_pause_missed_is_made_up_for_once_with_the_latest_moment() {
    let stage = Stage::set("write").await;
    stage.round(&stage.worker().await).await;
    stage.clock.advance(MINUTE * 1_000 + Duration::from_secs(7));
    // A host that was started anew remembers nothing itself.
    stage.round(&stage.worker().await).await;
    stage.round(&stage.worker().await).await;
    assert_eq!(stage.ran().await, [60_000]);
}

#[tokio::test]
async fn two_hosts_that_look_at_the_same_clock_run_it_once() {
    let stage = Stage::set("write").await;
    let (one, other) = (stage.worker().await, stage.worker().await);
    stage.round(&one).await;
    stage.round(&other).await;
    for _ in 0..5 {
        stage.clock.advance(MINUTE);
        let (noted, also) = tokio::join!(one.note_jobs(), other.note_jobs());
        noted.unwrap();
        also.unwrap();
        assert_eq!(stage.deliveries().await.waiting(10).await.unwrap().len(), 1);
        other.drain().await.unwrap();
        one.drain().await.unwrap();
    }
    assert_eq!(stage.ran().await, [60, 120, 180, 240, 300]);
}

#[tokio::test]
async fn workers_that_run_side_by_side_share_the_moments() {
    let stage = Stage::set("write").await;
    stage.round(&stage.worker().await).await;
    let stop = CancellationToken::new();
    let workers =
        [stage.worker().await, stage.worker().await].map(|worker| tokio::spawn(worker.run(stop.clone())));
    for minute in 1..=3 {
        stage.clock.advance(MINUTE);
        let done = async {
            while stage.ran().await.len() < minute {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), done).await.expect("within one look at the clock");
    }
    stop.cancel();
    for worker in workers {
        worker.await.unwrap();
    }
    assert_eq!(stage.ran().await, [60, 120, 180]);
}

#[tokio::test]
async fn a_job_that_commits_twice_is_done_not_dead() {
    let stage = Stage::set("write-twice").await;
    let worker = stage.worker().await;
    stage.round(&worker).await;
    stage.clock.advance(MINUTE);
    stage.round(&worker).await;
    assert_eq!(stage.ran().await, [60, 60]);
    assert!(stage.deliveries().await.dead(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_fails_is_tried_again_for_the_latest_moment() {
    let stage = Stage::set("retry").await;
    let worker = stage.worker().await;
    stage.round(&worker).await;
    stage.clock.advance(MINUTE);
    stage.round(&worker).await;
    let waiting = stage.deliveries().await.waiting(10).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].attempts, waiting[0].subject()), (1, 1, "job job".to_owned()));
    // Another moment comes meanwhile: there is still one run, and it is for that.
    stage.clock.advance(MINUTE);
    worker.note_jobs().await.unwrap();
    stage.say("write").await;
    stage.round(&worker).await;
    assert_eq!(stage.ran().await, [120]);
    assert!(stage.deliveries().await.waiting(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_fails_too_often_is_a_dead_letter_and_the_next_moment_begins_anew() {
    let stage = Stage::set("trap").await;
    let worker = stage.worker().await;
    stage.round(&worker).await;
    for _ in 0..9 {
        stage.clock.advance(Duration::from_secs(3 * 3_600));
        stage.round(&worker).await;
    }
    let deliveries = stage.deliveries().await;
    let dead = deliveries.dead(10).await.unwrap();
    assert_eq!((dead.len(), dead[0].attempts, dead[0].last_error.as_str()), (1, 9, "the subscriber trapped"));
    stage.say("write").await;
    stage.clock.advance(MINUTE);
    stage.round(&worker).await;
    assert_eq!(stage.ran().await, [9 * 3 * 3_600 + 60]);
    assert_eq!(deliveries.revive(Some(dead[0].event_id), stage.clock.now()).await.unwrap(), 1);
    stage.round(&worker).await;
    assert_eq!((stage.ran().await.len(), deliveries.waiting(10).await.unwrap().len()), (2, 0));
}

#[tokio::test]
async fn what_is_refused_and_what_the_feature_no_longer_has_is_buried_at_once() {
    let stage = Stage::set("refuse").await;
    let worker = stage.worker().await;
    stage.round(&worker).await;
    stage.clock.advance(MINUTE);
    stage.round(&worker).await;
    let name = FeatureName::new("hostile").unwrap();
    let (deliveries, now) = (stage.deliveries().await, stage.clock.now());
    for at in [now, now.plus(MINUTE)] {
        deliveries.note_run(&name, "another", at, now).await.unwrap();
    }
    worker.drain().await.unwrap();
    let dead = deliveries.dead(10).await.unwrap();
    let mut buried: Vec<_> = dead.iter().map(|run| (run.key.as_str(), run.last_error.as_str())).collect();
    buried.sort_unstable();
    assert_eq!(buried, [("another", "the feature refused it"), ("job", "the feature refused it")]);
}

/// What a host finds that was killed behind the job's own writes, before it noted that the job was done.
#[tokio::test]
async fn a_run_whose_host_died_is_run_again() {
    let stage = Stage::set("write").await;
    let worker = stage.worker().await;
    stage.round(&worker).await;
    stage.clock.advance(MINUTE);
    worker.note_jobs().await.unwrap();
    let deliveries = stage.deliveries().await;
    let run = deliveries.waiting(10).await.unwrap().remove(0);
    let until = stage.clock.now().plus(Duration::from_secs(40));
    assert!(deliveries.take(&run, until).await.unwrap());
    assert!(!deliveries.take(&run, until).await.unwrap(), "it is somebody's");
    let context = stage.host.context();
    let job = p2p_runtime::FeatureJob { name: run.key.clone(), due_at: run.committed_at };
    stage.host.runtime.run_job(&context, &run.subscriber, job).await.unwrap();
    stage.round(&stage.worker().await).await;
    assert_eq!(stage.ran().await, [60], "as long as that host may be at it");
    stage.clock.advance(Duration::from_secs(40));
    stage.round(&stage.worker().await).await;
    assert_eq!(stage.ran().await, [60, 60], "for the same moment, so that it can tell");
    assert!(deliveries.waiting(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_run_that_was_moved_to_a_later_moment_while_it_ran_runs_for_that_too() {
    let stage = Stage::set("write").await;
    let worker = stage.worker().await;
    stage.round(&worker).await;
    stage.clock.advance(MINUTE);
    worker.note_jobs().await.unwrap();
    let deliveries = stage.deliveries().await;
    let run = deliveries.waiting(10).await.unwrap().remove(0);
    stage.clock.advance(MINUTE);
    worker.note_jobs().await.unwrap();
    deliveries.ran(&run, stage.clock.now()).await.unwrap();
    stage.round(&worker).await;
    assert_eq!(stage.ran().await, [120]);
}

#[tokio::test]
async fn a_component_that_names_jobs_and_exports_none_is_refused() {
    let stage = Stage::set("write").await;
    let mut feature = installation("measured");
    let bytes = made::remade(&std::fs::read(&feature.file).unwrap(), |manifest| {
        manifest.insert("schedules".to_owned(), json!([{ "name": "sweep", "everyMinutes": 5 }]));
    });
    feature.file = stage.host.folder().join("jobs.wasm");
    std::fs::write(&feature.file, bytes).unwrap();
    let refused = stage.host.runtime.install(&stage.host.tenant(), &feature).await.unwrap_err();
    assert!(refused.to_string().contains("p2p:feature/schedule"), "{refused}");
}

#[tokio::test]
async fn what_there_is_is_told_again_when_the_operator_asks() {
    let stage = Stage::set("write").await;
    let worker = stage.worker().await;
    let requested = OutboxEvent {
        id: new_uuid(),
        position: 1,
        committed_at: stage.clock.now(),
        channel_seq: None,
        origin: Origin::default(),
        event: Event {
            topic: "platform.retell.requested".to_owned(),
            key: "retell".to_owned(),
            payload: b"{}".to_vec(),
        },
    };
    let subscribers = stage.host.runtime.subscribers(&stage.host.tenant(), &requested.event.topic);
    assert_eq!(subscribers, [FeatureName::new("hostile").unwrap()]);
    let platform = FeatureName::new("platform").unwrap();
    let deliveries = stage.deliveries().await;
    deliveries.note(&platform, &[(&requested, subscribers[0].clone())]).await.unwrap();
    worker.drain().await.unwrap();
    let sql = json!({"sql": "SELECT text FROM notes WHERE text LIKE '%retold'"});
    let rows = stage.person.post("/hostile/sql", &sql).await.expect(200).json["rows"].clone();
    assert_eq!(rows, json!([["1 notes retold"]]));
    assert!(
        deliveries.waiting(10).await.unwrap().is_empty() && deliveries.dead(10).await.unwrap().is_empty()
    );
}
