//! Sign-ups: an organization, its admin and the credential are all there, or none is and the address is free.

use std::time::{Duration, Instant};

use p2p_test_support::people::{Person, signup};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::moment::{Bell, MOMENTS, bell, die};
use crate::server::{House, Server};

/// People who sign up at the same time.
const WRITERS: u64 = 3;
/// How long the event that activates a credential may take after a restart.
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody who tried.
struct Attempt {
    email: String,
    acknowledged: bool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_up_is_there_whole_or_not_at_all() {
    founders(House::with(&["accounts"])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_it_is_when_a_core_beside_the_server_lives_on() {
    founders(House::beside_a_core(&["accounts"]).await).await;
}

async fn founders(house: House) {
    let mut attempts = Vec::new();
    for (round, after) in MOMENTS.into_iter().enumerate() {
        let server = house.start().await;
        let nobody = Person::nobody(&server.url, "localhost");
        let (bell, rung) = bell();
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            writers.spawn(sign_up(nobody.clone(), format!("{round}-{writer}"), bell.clone()));
        }
        drop(bell);
        attempts.extend(die(server, writers, rung, after).await);
    }
    assert!(attempts.iter().any(|attempt| attempt.acknowledged), "nobody got through");
    assert!(attempts.iter().any(|attempt| !attempt.acknowledged), "nobody was cut off");
    let server = house.start().await;
    for attempt in &attempts {
        is_whole_or_free(&server, attempt).await;
    }
    server.kill();
}

/// Signs people up until the server is gone.
async fn sign_up(nobody: Person, works: String, bell: Bell) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for n in 0.. {
        let email = format!("founder@works-{works}-{n}.example");
        let answer = nobody.try_post("/auth/signup", &signup(&email)).await;
        let acknowledged = answer.as_ref().is_some_and(|answer| answer.status == 201);
        if acknowledged {
            let _ = bell.send(());
        }
        attempts.push(Attempt { email, acknowledged });
        if answer.is_none() {
            break;
        }
    }
    attempts
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
    let me = profile_of(&nobody, email, *acknowledged).await;
    assert_eq!(me["organization"]["adminUserId"], me["id"], "{email}");
}

/// Of somebody with an account: they can sign in, at once if it was acknowledged.
pub async fn profile_of(nobody: &Person, email: &str, acknowledged: bool) -> Value {
    let credentials = json!({"email": email, "password": signup(email)["password"]});
    let begun = Instant::now();
    loop {
        let answer = nobody.post("/auth/login", &credentials).await;
        if answer.status == 200 {
            let me = nobody.signed_in(&answer).get("/users/me").await;
            // What was begun before the death may end only now, and change what the session says.
            if me.code() != "TRY_REFRESH" {
                return me.expect(200).json;
            }
        } else {
            assert!(!acknowledged, "{email} was acknowledged and cannot sign in: {}", answer.text);
        }
        assert!(begun.elapsed() < PATIENCE, "{email} has an account and cannot sign in: {}", answer.text);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
