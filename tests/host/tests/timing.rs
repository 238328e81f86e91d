//! What is promised in milliseconds. Runs alone (see `.config/nextest.toml`), since it measures the machine it is on.

#![cfg(test)]

use std::time::{Duration, Instant};

use http::Method;
use p2p_runtime::DispatchErrorKind;
use p2p_test_support::host::{TestHost, installation};
use p2p_test_support::people::Person;

/// How late a deadline may fire: two ticks of the epoch.
const GRACE: Duration = Duration::from_millis(20);

/// A host whose fixture may take this long.
async fn host(deadline_ms: u64) -> TestHost {
    let host = TestHost::empty().await;
    let mut fixture = installation("hostile");
    fixture.limits.deadline_ms = deadline_ms;
    host.runtime.install(&host.tenant(), &fixture).await.unwrap();
    host
}

/// The shortest of three tries: a crowded machine can make one late, a wrong timer makes all late.
async fn shortest(host: &TestHost, path: &str) -> (Duration, DispatchErrorKind) {
    let mut best = (Duration::MAX, DispatchErrorKind::Trapped);
    for _ in 0..3 {
        let begun = Instant::now();
        let error = host.call(Method::GET, path, "").await.unwrap_err();
        if begun.elapsed() < best.0 {
            best = (begun.elapsed(), error.kind);
        }
    }
    best
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_loop_ends_within_its_deadline_and_twenty_milliseconds() {
    let host = host(200).await;
    let (elapsed, kind) = shortest(&host, "/hostile/spin").await;
    assert_eq!(kind, DispatchErrorKind::Deadline);
    let deadline = Duration::from_millis(200);
    assert!(elapsed >= deadline && elapsed <= deadline + GRACE, "{elapsed:?}");
}

#[tokio::test]
async fn an_endless_loop_on_the_only_thread_lets_its_neighbours_through() {
    let host = host(1_000).await;
    let person = Person::nobody(&host.url(""), "localhost");
    let spinning = tokio::spawn({
        let person = person.clone();
        async move { person.get("/hostile/spin").await }
    });
    let mut served = 0;
    while !spinning.is_finished() {
        person.get("/hostile/echo").await.expect(200);
        served += 1;
    }
    assert_eq!(spinning.await.unwrap().expect(504).code(), "DEADLINE");
    assert!(served >= 10, "only {served} requests were served beside the loop");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_statement_ends_at_the_deadline() {
    let host = host(300).await;
    let begun = Instant::now();
    let answer = host.call(Method::GET, "/hostile/sleep-sql", "").await;
    let elapsed = begun.elapsed();
    // The statement's own timeout or the call's: whichever is first by a hair.
    let ended = match answer {
        Ok(answer) => answer.status == 422,
        Err(error) => error.kind == DispatchErrorKind::Deadline,
    };
    assert!(ended);
    assert!(elapsed <= Duration::from_millis(300) + 5 * GRACE, "{elapsed:?}");
    host.call(Method::GET, "/hostile/echo", "").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_feature_says_busy_and_others_do_not_notice() {
    let host = TestHost::empty().await;
    let mut fixture = installation("hostile");
    (fixture.limits.concurrency, fixture.limits.queue, fixture.limits.deadline_ms) = (2, 2, 2_000);
    fixture.limits.queue_wait_ms = 100;
    host.runtime.install(&host.tenant(), &fixture).await.unwrap();
    let person = Person::nobody(&host.url(""), "localhost");
    let calls = (0..8).map(|_| person.get("/hostile/spin"));
    let answers = futures::future::join_all(calls).await;
    let busy: Vec<_> = answers.iter().filter(|answer| answer.status == 503).collect();
    assert_eq!(busy.len(), 6, "two run, the others wait in vain or find the queue full");
    assert!(busy.iter().all(|answer| answer.code() == "BUSY" && answer.headers.contains_key("retry-after")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_are_joined_wait_together() {
    let wait = Duration::from_millis(200);
    let host = TestHost::slow(&["hostile"], wait).await;
    let time = async |path: &str| {
        let begun = Instant::now();
        host.call(Method::GET, path, "").await.unwrap();
        begun.elapsed()
    };
    let apart = time("/hostile/join?to=10&apart=true").await;
    let joined = time("/hostile/join?to=10").await;
    assert!(apart >= 3 * wait, "{apart:?}");
    assert!(joined >= wait && joined < 2 * wait, "{joined:?} against {apart:?}");
}
