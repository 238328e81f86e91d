//! Sign-ups: an organization, its admin and the credential are all there, or none is and the address is free.

use std::time::{Duration, Instant};

use p2p_test_support::people::{Person, signup};
use serde_json::json;
use tokio::task::JoinSet;

use crate::server::{House, Server};

/// Deaths.
const ROUNDS: u64 = 5;
/// People who sign up at the same time.
const WRITERS: u64 = 3;
/// How long the event that activates a credential may take after a restart.
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody who tried.
struct Attempt {
    email: String,
    acknowledged: bool,
}

/// Signs people up until the server is gone.
async fn sign_up(nobody: Person, round: u64, writer: u64) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for n in 0.. {
        let email = format!("founder@works-{round}-{writer}-{n}.example");
        let answer = nobody.try_post("/auth/signup", &signup(&email)).await;
        let acknowledged = answer.as_ref().is_some_and(|answer| answer.status == 201);
        attempts.push(Attempt { email, acknowledged });
        if answer.is_none() {
            break;
        }
    }
    attempts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_up_is_there_whole_or_not_at_all() {
    let house = House::with(&["accounts"]);
    let mut attempts = Vec::new();
    for round in 0..ROUNDS {
        let server = house.start().await;
        let nobody = Person::nobody(&server.url, "localhost");
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            writers.spawn(sign_up(nobody.clone(), round, writer));
        }
        // Somewhere within the sign-ups, a little later each round.
        tokio::time::sleep(Duration::from_millis(300 + 130 * round)).await;
        server.kill();
        attempts.extend(writers.join_all().await.into_iter().flatten());
    }
    assert!(attempts.iter().any(|attempt| attempt.acknowledged), "nobody got through");
    assert!(attempts.iter().any(|attempt| !attempt.acknowledged), "nobody was cut off");
    let server = house.start().await;
    for attempt in &attempts {
        is_whole_or_free(&server, attempt).await;
    }
    server.kill();
}

async fn is_whole_or_free(server: &Server, attempt: &Attempt) {
    let nobody = Person::nobody(&server.url, "localhost");
    let Attempt { email, acknowledged } = attempt;
    let again = nobody.post("/auth/signup", &signup(email)).await;
    if again.status == 201 {
        assert!(!acknowledged, "{email} was acknowledged and is gone");
        return;
    }
    again.expect(409);
    let credentials = json!({"email": email, "password": signup(email)["password"]});
    let begun = Instant::now();
    loop {
        let answer = nobody.post("/auth/login", &credentials).await;
        if answer.status == 200 {
            let me = nobody.signed_in(&answer).get("/users/me").await.expect(200).json;
            assert_eq!(me["organization"]["adminUserId"], me["id"], "{email}");
            return;
        }
        assert!(!acknowledged, "{email} was acknowledged and cannot sign in: {}", answer.text);
        assert!(begun.elapsed() < PATIENCE, "{email} is taken and cannot sign in: {}", answer.text);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
