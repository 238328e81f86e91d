//! What two people write to each other, what they delete, and what they are told and read of it.

use p2p_test_support::letters;
use p2p_test_support::people::{Person, topic};
use serde_json::{Value, json};

use crate::cast::refreshed;
use crate::lists::walk;
use crate::play::Play;

/// See the module.
pub async fn play(play: &Play) {
    let (noor, omar) = (play.stage.colleague().await, play.stage.colleague().await);
    play.drain().await;
    // What was told of them has reached their sessions.
    let (noor, omar) = (&refreshed(&noor).await, &refreshed(&omar).await);
    for person in [noor, &play.stage.owner] {
        for n in 0..3 {
            say(play, person, omar, &format!("Message {n}")).await;
        }
    }
    walk(play, omar, "/messages?limit=1").await;
    let with_noor = format!("/messages/{}", id(noor));
    walk(play, omar, &format!("{with_noor}?limit=1")).await;
    let page = play.ask(omar, &format!("GET {with_noor}"), Value::Null).await;
    let message = |n: usize| page.json["items"][n]["id"].as_str().unwrap().to_owned();
    play.ask(omar, &format!("GET {with_noor}?before={}", message(0)), Value::Null).await;
    // The newest is taken back before it is read, the one before it deleted by who got it.
    play.ask(noor, &format!("DELETE /messages/{}", message(0)), Value::Null).await;
    play.ask(omar, &format!("DELETE /messages/{}", message(1)), Value::Null).await;
    play.ask(omar, &format!("PATCH /messages/{}/read", message(2)), Value::Null).await;
    play.ask(omar, "GET /messages/unread-count", Value::Null).await;
    blocks(play, omar, &[id(noor), id(&play.stage.owner)]).await;
    play.drain().await;
    told(play, noor, omar).await;
}

async fn blocks(play: &Play, by: &Person, people: &[&str]) {
    for person in people {
        play.ask(by, &format!("PUT /messages/blocked/{person}"), Value::Null).await;
    }
    walk(play, by, "/messages/blocked?limit=1").await;
    for person in people {
        play.ask(by, &format!("DELETE /messages/blocked/{person}"), Value::Null).await;
    }
}

/// Several things happen to Omar, who reads some of it, puts one away and wants less.
async fn told(play: &Play, noor: &Person, omar: &Person) {
    let mine = play.make(omar, "POST /forums/topics", topic("A topic with answers")).await;
    for n in 0..2 {
        let answer = json!({"content": format!("Answer {n} for @Omar")});
        let post = play.make(noor, &format!("POST /forums/topics/{mine}/posts"), answer).await;
        play.ask(noor, &format!("POST /forums/posts/{mine}/like"), json!({})).await;
        play.ask(omar, &format!("POST /forums/posts/{post}/reply"), json!({"content": "I have."})).await;
    }
    play.drain().await;
    walk(play, omar, "/notifications?limit=1").await;
    walk(play, omar, "/notifications?limit=1&unread=true").await;
    let page = play.ask(omar, "GET /notifications", Value::Null).await;
    let first = &page.json["items"][0]["id"];
    play.ask(omar, "POST /notifications/read", json!({"ids": [first]})).await;
    play.ask(omar, &format!("DELETE /notifications/{}", first.as_str().unwrap()), Value::Null).await;
    play.ask(omar, "POST /notifications/read", json!({"all": true})).await;
    for choice in [json!({"reply": {"email": "digest"}}), json!({"like": {"email": "digest"}})] {
        play.ask(omar, "PATCH /notifications/preferences", choice).await;
    }
    let token = letters::token(&play.stage.host.mail_folder(), "unsubscribe").expect("a letter");
    play.ask(omar, &format!("POST /notifications/unsubscribe?token={token}"), Value::Null).await;
    // These wait for a summary.
    play.make(noor, &format!("POST /forums/topics/{mine}/posts"), json!({"content": "One more answer."}))
        .await;
    say(play, noor, omar, "Have you seen it?").await;
    play.drain().await;
}

/// A message that is too old to be taken back goes for its sender, then for its receiver.
pub async fn play_a_while_later(play: &Play) {
    let (sender, receiver) = (&play.stage.founder().await, &play.stage.founder().await);
    say(play, sender, receiver, "The first").await;
    let message = say(play, sender, receiver, "The second").await;
    for _ in 0..16 {
        play.stage.wait_a_minute();
    }
    for person in [sender, receiver] {
        play.ask(person, &format!("DELETE /messages/{message}"), Value::Null).await;
    }
    play.drain().await;
}

async fn say(play: &Play, by: &Person, to: &Person, content: &str) -> String {
    play.make(by, "POST /messages", json!({"receiverId": id(to), "content": content})).await
}

fn id(person: &Person) -> &str {
    person.profile["user"]["id"].as_str().unwrap()
}
