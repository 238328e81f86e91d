//! The table of `notifications`, and the things of its own.

use p2p_test_support::letters;
use p2p_test_support::people::{Person, topic};
use serde_json::{Value, json};

use crate::case::{Case, all, delete, get, patch, post, session};
use crate::stage::Stage;
use crate::things::id;

/// Every route of the feature. What somebody was told is theirs alone.
pub fn cases() -> Vec<Case> {
    let choices = json!({"reply": {"email": "digest"}, "like": {"inApp": false}});
    vec![
        get("/notifications", session(200)),
        get("/notifications?unread=true", session(200)),
        get("/notifications/unread-count", session(200)),
        post("/notifications/read", json!({"all": true}), session(200)),
        // Ids of others change nothing.
        post("/notifications/read", json!({"ids": ["NOTIFICATION"]}), session(200)),
        delete("/notifications/{id:NOTIFICATION}", session(404)),
        delete("/notifications/{id:MY_NOTIFICATION}", session(204)),
        get("/notifications/preferences", session(200)),
        patch("/notifications/preferences", choices, session(200)),
        // Whoever reads the letter may stop it, and its token says whose letters those are.
        get("/notifications/unsubscribe?token=none", all(400)),
        get("/notifications/unsubscribe?token=LINK", all(200)).but_elsewhere(400),
        post("/notifications/unsubscribe?token=none", Value::Null, all(400)),
        post("/notifications/unsubscribe?token=LINK", Value::Null, all(200)).but_elsewhere(400),
    ]
}

/// Something that the owner was told, or whoever asks, or the token of a letter.
pub async fn make(stage: &Stage, asker: &Person, thing: &str) -> Option<String> {
    match thing {
        "NOTIFICATION" => Some(of_owner(stage).await),
        "MY_NOTIFICATION" => match own(stage, asker).await {
            Some(notification) => Some(notification),
            None => Some(of_owner(stage).await),
        },
        "LINK" => Some(link(stage).await),
        _ => None,
    }
}

/// Somebody whom they invited has come.
async fn of_owner(stage: &Stage) -> String {
    stage.colleague().await;
    stage.drain().await;
    newest(&stage.owner).await.expect("the owner was told of it")
}

/// The owner wrote to them.
async fn own(stage: &Stage, asker: &Person) -> Option<String> {
    let message = json!({"receiverId": stage.id_of(asker).await?, "content": "Have you seen the gearbox?"});
    stage.owner.post("/messages", &message).await.expect(201);
    stage.drain().await;
    newest(asker).await
}

async fn newest(person: &Person) -> Option<String> {
    person.get("/notifications?limit=1").await.json["items"][0]["id"].as_str().map(str::to_owned)
}

/// The token of a letter about an answer. It is good for ever, so that one letter is enough.
async fn link(stage: &Stage) -> String {
    let token = || letters::token(&stage.host.mail_folder(), "unsubscribe");
    if let Some(token) = token() {
        return token;
    }
    let topic = id(stage.owner.post("/forums/topics", &topic("A topic with an answer")).await.expect(201));
    let answer = json!({"content": "Have you looked at the bearings?"});
    stage.colleague().await.post(&format!("/forums/topics/{topic}/posts"), &answer).await.expect(201);
    stage.drain().await;
    token().expect("a letter about the answer")
}
