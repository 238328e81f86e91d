//! The table of `forums`, and the things of its own.

use p2p_test_support::people::topic;
use serde_json::{Value, json};

use crate::case::{Answers, Case, administers, delete, get, patch, post, session};
use crate::stage::Stage;
use crate::things::id;

/// For everybody of the owner's organization, and platform admins: others do not know of it.
const fn inside(status: u16) -> Answers {
    [401, status, status, 404, status, 403]
}

/// For the author, who never asks.
const NOBODY_ELSE: Answers = [401, 403, 403, 404, 403, 403];

/// Every route of the feature. What stands in a path is for the owner's organization only.
pub fn cases() -> Vec<Case> {
    [topics(), posts(), replies(), around()].into_iter().flatten().collect()
}

fn topics() -> Vec<Case> {
    vec![
        get("/forums/topics", session(200)),
        post("/forums/topics", topic("A title that is long enough"), session(201)),
        get("/forums/topics/{id:TOPIC}", inside(200)),
        patch("/forums/topics/{id:TOPIC}", json!({"title": "Another title"}), administers(200)),
        delete("/forums/topics/{id:TOPIC}", administers(204)),
        get("/forums/topics/{id:TOPIC}/history", administers(200)),
        post("/forums/topics/{id:TOPIC}/pin", json!({}), administers(200)),
        post("/forums/topics/{id:TOPIC}/lock", json!({}), administers(200)),
        post("/forums/topics/{id:TOPIC}/bookmark", json!({}), inside(200)),
    ]
}

fn posts() -> Vec<Case> {
    let content = || json!({"content": "Have you looked at the bearings?"});
    vec![
        get("/forums/topics/{id:TOPIC}/posts", inside(200)),
        post("/forums/topics/{id:TOPIC}/posts", content(), inside(201)),
        get("/forums/posts/{id:POST}", inside(200)),
        patch("/forums/posts/{id:POST}", content(), NOBODY_ELSE),
        delete("/forums/posts/{id:POST}", administers(204)),
        get("/forums/posts/{id:POST}/history", administers(200)),
        post("/forums/posts/{id:POST}/like", json!({}), inside(200)),
        post("/forums/posts/{id:POST}/reply", content(), inside(201)),
    ]
}

fn replies() -> Vec<Case> {
    vec![
        patch("/forums/replies/{id:REPLY}", json!({"content": "Not yet."}), NOBODY_ELSE),
        delete("/forums/replies/{id:REPLY}", administers(204)),
        // For the author of the topic.
        patch("/forums/replies/{id:REPLY}/best", json!({}), [401, 403, 403, 404, 200, 403]),
        post("/forums/replies/{id:REPLY}/like", json!({}), inside(200)),
    ]
}

fn around() -> Vec<Case> {
    vec![
        get("/forums/bookmarks", session(200)),
        get("/forums/categories", session(200)),
        get("/forums/contributors", session(200)),
        // Only forms are taken.
        post("/forums/attachments", json!({}), session(415)),
        get("/forums/attachments/{id:none}", session(404)),
    ]
}

/// Something of the owner.
pub async fn make(stage: &Stage, thing: &str) -> Option<String> {
    match thing {
        "TOPIC" => Some(inner_topic(stage).await),
        "POST" => Some(inner_post(stage).await),
        "REPLY" => {
            let path = format!("/forums/posts/{}/reply", inner_post(stage).await);
            Some(written(stage, &path, &json!({"content": "I have."})).await)
        }
        _ => None,
    }
}

async fn inner_topic(stage: &Stage) -> String {
    let mut inside = topic("Only for our own people");
    inside["visibility"] = json!("organization");
    written(stage, "/forums/topics", &inside).await
}

async fn inner_post(stage: &Stage) -> String {
    let path = format!("/forums/topics/{}/posts", inner_topic(stage).await);
    written(stage, &path, &json!({"content": "Have you looked at the bearings?"})).await
}

async fn written(stage: &Stage, path: &str, body: &Value) -> String {
    id(stage.owner.post(path, body).await.expect(201))
}
