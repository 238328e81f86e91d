//! The table of `messaging`, and the things of its own.

use p2p_test_support::people::Person;
use serde_json::{Value, json};

use crate::case::{Case, delete, get, patch, post, put, session};
use crate::stage::Stage;
use crate::things::id;

/// Every route of the feature. Everybody may write to everybody; what two wrote is theirs, whatever others may administer.
pub fn cases() -> Vec<Case> {
    let message = json!({"receiverId": "USER", "content": "Could you send me the drawing?"});
    vec![
        get("/messages", session(200)),
        post("/messages", message, session(201)),
        get("/messages/{id:USER}", session(200)),
        // Nobody has this id.
        get("/messages/{id:none}", session(404)),
        patch("/messages/{id:LETTER}/read", Value::Null, session(404)),
        patch("/messages/{id:MY_LETTER}/read", Value::Null, session(200)),
        // For its receiver, not for who wrote it.
        patch("/messages/{id:MY_OWN_LETTER}/read", Value::Null, session(403)),
        delete("/messages/{id:LETTER}", session(404)),
        delete("/messages/{id:MY_LETTER}", session(204)),
        delete("/messages/{id:MY_OWN_LETTER}", session(204)),
        get("/messages/unread-count", session(200)),
        get("/messages/blocked", session(200)),
        put("/messages/blocked/{userId:USER}", session(204)),
        put("/messages/blocked/{userId:none}", session(404)),
        delete("/messages/blocked/{userId:USER}", session(204)),
    ]
}

/// A message between two others, to whoever asks, or by them.
pub async fn make(stage: &Stage, asker: &Person, thing: &str) -> Option<String> {
    match thing {
        "LETTER" => Some(between_others(stage).await),
        "MY_LETTER" => match stage.id_of(asker).await {
            Some(receiver) => Some(written(stage, &receiver).await),
            None => Some(between_others(stage).await),
        },
        "MY_OWN_LETTER" => {
            let owner = stage.owner.profile["user"]["id"].as_str().expect("the owner has an id");
            let answer = asker.post("/messages", &to(owner)).await;
            let is_sent = answer.status == 201;
            Some(if is_sent { id(answer) } else { between_others(stage).await })
        }
        _ => None,
    }
}

async fn between_others(stage: &Stage) -> String {
    let colleague = stage.colleague().await;
    let receiver = colleague.profile["user"]["id"].as_str().expect("a colleague has an id");
    written(stage, receiver).await
}

/// By the owner.
async fn written(stage: &Stage, receiver: &str) -> String {
    id(stage.owner.post("/messages", &to(receiver)).await.expect(201))
}

fn to(receiver: &str) -> Value {
    json!({"receiverId": receiver, "content": "Have you seen the gearbox?"})
}
