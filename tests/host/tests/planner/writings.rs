//! What people of a forum do to what they wrote themselves, which the tables of routes leave out: the callers there are
//! never its authors. Then what features do by themselves once a day has passed.

use p2p_context::{FeatureName, Origin, Scope, Timestamp, new_uuid};
use p2p_jobs::Deliveries;
use p2p_storage::{Event, OutboxEvent};
use p2p_test_support::people::{Person, topic};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::lists::walk;
use crate::play::Play;

/// Four by four pixels of one colour.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x04\0\0\0\x04\x08\x02\0\0\0&\x93\t)\0\0\0\x10IDATx\xdac8\x11\xa0\x01G\
    \x0c\xc4q\0\x12R\x14\x01\xfc`\x17\x8a\0\0\0\0IEND\xaeB`\x82";

/// See the module.
pub async fn play(play: &Play) {
    let (owner, other) = (&play.stage.owner, &play.stage.colleague().await);
    let first = file(play, owner).await;
    let mut wanted = topic("A topic with a file in it");
    wanted["attachments"] = json!([first]);
    let topic = play.make(owner, "POST /forums/topics", wanted).await;
    play.ask(other, &format!("GET /forums/topics/{topic}"), Value::Null).await;
    edited(play, owner, &format!("/forums/topics/{topic}"), "How do you keep the bearings cool by now?")
        .await;
    let moved = json!({"category": "quality", "visibility": "organization", "tags": ["cooling"]});
    play.ask(owner, &format!("PATCH /forums/topics/{topic}"), moved).await;
    let post = posts(play, owner, other, &topic).await;
    replies(play, owner, other, &post).await;
    // The root post of a topic has its id.
    play.ask(other, &format!("POST /forums/posts/{topic}/like"), json!({})).await;
    edited(play, owner, &format!("/forums/posts/{topic}"), "How cool are the bearings of an old press?")
        .await;
    for switch in ["pin", "lock", "lock", "bookmark", "bookmark"] {
        play.ask(owner, &format!("POST /forums/topics/{topic}/{switch}"), json!({})).await;
    }
    play.ask(owner, "GET /forums/categories", Value::Null).await;
    play.ask(owner, &format!("DELETE /forums/posts/{post}"), Value::Null).await;
    play.ask(owner, &format!("DELETE /forums/topics/{topic}"), Value::Null).await;
    play.drain().await;
}

async fn posts(play: &Play, owner: &Person, other: &Person, topic: &str) -> String {
    let path = format!("/forums/topics/{topic}/posts");
    for n in 0..2 {
        play.make(other, &format!("POST {path}"), json!({"content": format!("Post {n} for @Sara")})).await;
    }
    let with_file = json!({"content": "See for yourself.", "attachments": [file(play, owner).await]});
    let post = play.make(owner, &format!("POST {path}"), with_file).await;
    edited(play, owner, &format!("/forums/posts/{post}"), "Look at it yourself.").await;
    for _ in 0..2 {
        play.ask(other, &format!("POST /forums/posts/{post}/like"), json!({})).await;
    }
    walk(play, other, &format!("{path}?limit=1")).await;
    post
}

async fn replies(play: &Play, owner: &Person, other: &Person, post: &str) {
    let path = format!("POST /forums/posts/{post}/reply");
    let reply = play.make(other, &path, json!({"content": "I have."})).await;
    let answer = json!({"content": "And what did you see?", "parentReplyId": reply});
    let child = play.make(owner, &path, answer).await;
    let at = format!("/forums/replies/{reply}");
    edited(play, other, &at, "I have not.").await;
    for change in [format!("POST {at}/like"), format!("POST {at}/like"), format!("PATCH {at}/best")] {
        play.ask(owner, &change, json!({})).await;
    }
    for best in [true, false, true] {
        play.ask(owner, &format!("PATCH /forums/replies/{child}/best"), json!({"best": best})).await;
    }
    let read = format!("GET /forums/posts/{post}?limit=1");
    let page = play.ask(owner, &read, Value::Null).await;
    let cursor = page.json["repliesNext"].as_str().expect("two replies");
    play.ask(owner, &format!("{read}&cursor={cursor}"), Value::Null).await;
    // The one that has an answer stays as a tombstone and goes with it.
    play.ask(other, &format!("DELETE {at}"), Value::Null).await;
    play.ask(owner, &format!("DELETE /forums/replies/{child}"), Value::Null).await;
}

/// Changes a text twice, so that an older one and the first are both there.
async fn edited(play: &Play, author: &Person, path: &str, content: &str) {
    for n in 0..2 {
        play.ask(author, &format!("PATCH {path}"), json!({"content": format!("{content} {n}")})).await;
    }
    if !path.contains("/replies/") {
        play.ask(author, &format!("GET {path}"), Value::Null).await;
        play.ask(author, &format!("GET {path}/history"), Value::Null).await;
    }
}

/// A file that waits for a post, looked at by its owner.
async fn file(play: &Play, owner: &Person) -> String {
    play.record.during("POST /forums/attachments");
    let part = Part::text("Vibration log of pump P-101").file_name("log.txt").mime_str("text/plain").unwrap();
    let kept = owner.upload("/forums/attachments", Form::new().part("file", part)).await.expect(201);
    let id = kept.json["attachments"][0]["id"].as_str().unwrap_or_else(|| panic!("{}", kept.text)).to_owned();
    play.ask(owner, &format!("GET /forums/attachments/{id}"), Value::Null).await;
    id
}

/// Files that nobody named have waited for a day, texts without a row for an hour, and summaries are due; sessions have
/// ended.
pub async fn play_a_day_later(play: &Play) {
    file(play, &play.stage.owner).await;
    for _ in 0..25 * 60 {
        play.stage.wait_a_minute();
    }
    let scope = Scope { tenant: play.stage.north.clone(), feature: FeatureName::new("forums").unwrap() };
    // It looks for what is left over once in a while, and did so when there was nothing yet.
    play.record.forget(&scope, "sweep").await;
    let founder = play.stage.founder().await;
    play.ask(&founder, "POST /forums/topics", topic("A topic of the day after")).await;
    let worker = play.stage.host.worker(&play.stage.north).await;
    worker.note_jobs().await.unwrap();
    play.drain().await;
}

/// What the clock asks of every feature, and an operator who wants everything told again.
pub async fn play_the_clock(play: &Play) {
    let (host, tenant) = (&play.stage.host, &play.stage.north);
    let deliveries = Deliveries::open(host.stores.as_ref(), tenant).await.unwrap();
    for installed in host.runtime.installed(tenant) {
        for schedule in &installed.manifest.schedules {
            // The first moment is only remembered, the second is run for.
            for moment in [1, 2].map(Timestamp) {
                let noted = deliveries.note_run(&installed.manifest.name, &schedule.name, moment, moment);
                noted.await.unwrap();
            }
        }
    }
    play.drain().await;
    let event = Event {
        topic: "platform.retell.requested".to_owned(),
        key: "retell".to_owned(),
        payload: b"{}".to_vec(),
    };
    let (committed_at, origin) = (host.clock.now(), Origin::default());
    let requested =
        OutboxEvent { id: new_uuid(), position: 1, committed_at, channel_seq: None, event, origin };
    let asked = host.runtime.subscribers(tenant, &requested.event.topic);
    assert!(asked.len() > 1, "{asked:?}");
    let wanted: Vec<_> = asked.into_iter().map(|feature| (&requested, feature)).collect();
    deliveries.note(&FeatureName::new("platform").unwrap(), &wanted).await.unwrap();
    play.drain().await;
    assert!(deliveries.dead(1).await.unwrap().is_empty());
}

/// What an organization's admin does about themselves and a colleague.
pub async fn play_people(play: &Play) {
    let (owner, colleague) = (&play.stage.owner, play.stage.colleague().await);
    let known = json!({"email": "owner@works.example", "password": "correct horse 7"});
    play.ask(owner, "POST /auth/login", known).await;
    let id = colleague.profile["user"]["id"].as_str().unwrap();
    for change in [json!({"role": "admin"}), json!({"role": "member"}), json!({"isActive": false})] {
        play.ask(owner, &format!("PATCH /users/{id}"), change).await;
    }
    play.record.during("POST /users/me/avatar");
    let picture = Part::bytes(PNG).file_name("me.png").mime_str("image/png").unwrap();
    owner.upload("/users/me/avatar", Form::new().part("file", picture)).await.expect(200);
    play.drain().await;
}
