//! The SDK as a feature meets it: the template over the test host, through the router, on real SQLite.

mod doc;
#[path = "../../../template/src/notes.rs"]
mod feature;

use std::time::Duration;

use p2p_sdk::host::SqlError;
use p2p_sdk::test_host::TestHost;
use p2p_sdk::{Actor, EventError, Language, Role, params};
use serde_json::{Value, json};

fn host() -> (TestHost, Actor) {
    let host = TestHost::new(feature::feature());
    let alice = host.person(Role::Member);
    (host, alice)
}

fn write(host: &TestHost, by: &Actor, title: &str) -> Value {
    let answered = host.post("/notes").by(by).json(&json!({ "title": title, "content": "**x**" })).send();
    assert_eq!(answered.status, 201, "{}", String::from_utf8_lossy(&answered.body));
    answered.json()
}

#[test]
fn what_is_written_is_read() {
    let (host, alice) = host();
    let note = write(&host, &alice, "First note");
    let id = note["id"].as_str().unwrap();
    let read = host.get(&format!("/notes/{id}")).by(&alice).send();
    assert_eq!((read.status, read.header("etag")), (200, Some("\"1\"")));
    assert_eq!(read.json()["title"], "First note");
    assert_eq!(read.json()["contentHtml"], "<p>**x**</p>");
    assert_eq!(read.json()["createdAt"], "2026-01-01T00:00:00.000000Z");
    let events = host.events();
    assert_eq!((events[0].topic.as_str(), events[0].key.as_str()), ("notes.note.created", id));
    assert!(host.events().is_empty());
}

#[test]
fn what_a_caller_may_not_know_of_is_not_there() {
    let (host, alice) = host();
    let note = write(&host, &alice, "First note");
    let path = format!("/notes/{}", note["id"].as_str().unwrap());
    let (stranger, colleague) = (host.person(Role::Admin), host.colleague(&alice, Role::Member));
    assert_eq!(host.get(&path).send().code(), "UNAUTHENTICATED");
    assert_eq!(host.get(&path).by(&stranger).send().code(), "NOT_FOUND");
    assert_eq!(host.patch(&path).by(&colleague).json(&json!({})).send().code(), "FORBIDDEN");
    assert_eq!(host.post("/notes/clear").by(&alice).send().code(), "FORBIDDEN");
    assert_eq!(host.get("/notes/not-an-id").by(&alice).send().code(), "NOT_FOUND");
    assert_eq!(host.delete(&path).by(&alice).send().status, 405);
}

#[test]
fn pages_follow_each_other_without_gap_or_double() {
    let (host, alice) = host();
    for n in 0..5 {
        write(&host, &alice, &format!("Note number {n}"));
        // Two share a moment: the id decides.
        host.advance(Duration::from_millis(n % 2));
    }
    let mut titles = Vec::new();
    let mut path = "/notes?limit=2&count=true".to_owned();
    loop {
        let page = host.get(&path).by(&alice).send().json();
        assert_eq!((&page["total"], &page["totalIsCapped"]), (&json!(5), &json!(false)));
        titles.extend(page["items"].as_array().unwrap().iter().map(|note| note["title"].clone()));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/notes?limit=2&count=true&cursor={cursor}");
    }
    assert_eq!(titles, (0..5).rev().map(|n| json!(format!("Note number {n}"))).collect::<Vec<_>>());
    assert_eq!(host.get("/notes?cursor=AQAAAAA").by(&alice).send().code(), "CURSOR_INVALID");
    let second = host.get("/notes?limit=2&page=2").by(&alice).send().json();
    assert_eq!(second["items"][0]["title"], "Note number 2");
}

#[test]
fn wrong_input_is_named_field_by_field() {
    let (host, alice) = host();
    let send = |body: &str| host.post("/notes").by(&alice).body(body.as_bytes()).send();
    assert_eq!(send("{").code(), "MALFORMED");
    assert_eq!(send("{}").wrong_fields(), [("title".to_owned(), "REQUIRED".to_owned())]);
    let both = send(r#"{"title":"abc","content":"\u0000"}"#);
    assert_eq!(both.status, 422);
    let wanted = [("title", "TOO_SHORT"), ("content", "CHARACTERS")];
    assert_eq!(both.wrong_fields(), wanted.map(|(field, code)| (field.to_owned(), code.to_owned())));
    let arabic = host.post("/notes").by(&alice).language(Language::Ar).json(&json!({})).send().json();
    assert_eq!(arabic["message"], "بعض الحقول غير صالحة.");
}

#[test]
fn a_stale_edit_changes_nothing() {
    let (host, alice) = host();
    let path = format!("/notes/{}", write(&host, &alice, "First note")["id"].as_str().unwrap());
    let edit = |tag: &str, title: &str| {
        host.patch(&path).by(&alice).header("if-match", tag).json(&json!({ "title": title })).send()
    };
    assert_eq!(edit("\"1\"", "Second title").header("etag"), Some("\"2\""));
    assert_eq!(edit("\"1\"", "Third title").code(), "VERSION_CONFLICT");
    assert_eq!(edit("\"nonsense\"", "Third title").code(), "VERSION_CONFLICT");
    assert_eq!(host.get(&path).by(&alice).send().json()["title"], "Second title");
    assert_eq!(edit("*", "Third title").status, 200);
}

#[test]
fn a_repeated_create_gets_the_first_answer() {
    let (host, alice) = host();
    let send = |key: &str, title: &str| {
        let request = host.post("/notes").by(&alice).header("idempotency-key", key);
        request.json(&json!({ "title": title, "content": "x" })).send()
    };
    let first = send("key-1", "First note");
    let again = send("key-1", "First note");
    assert_eq!((first.status, &first.body), (201, &again.body));
    assert_eq!(again.header("etag"), Some("\"1\""));
    assert_eq!(host.events().len(), 1);
    assert_eq!(send("key-1", "Other note").wrong_fields()[0].1, "KEY_REUSED");
    assert_eq!(send("", "Other note").status, 422);
    let other = host.colleague(&alice, Role::Member);
    let theirs = host.post("/notes").by(&other).header("idempotency-key", "key-1");
    assert_eq!(theirs.json(&json!({ "title": "Other note", "content": "x" })).send().status, 201);
    // After its day a key is free again.
    host.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(send("key-1", "Third note").json()["title"], "Third note");
}

#[test]
fn of_two_creates_at_once_one_happens_and_both_get_its_answer() {
    let (host, alice) = host();
    let sending = || {
        let request = host.post("/notes").by(&alice).header("idempotency-key", "key-1");
        request.json(&json!({ "title": "First note", "content": "x" }))
    };
    let answers = sending().send_with([sending(), sending()]);
    assert_eq!(answers[0].status, 201);
    assert!(answers.iter().all(|answer| answer.body == answers[0].body), "{answers:?}");
    assert_eq!(host.query("SELECT COUNT(*) FROM notes", &params![]).value::<i64>(), Ok(Some(1)));
    assert_eq!(host.events().len(), 1);
}

#[test]
fn a_failed_create_keeps_no_answer() {
    let (host, alice) = host();
    let send = || {
        let request = host.post("/notes").by(&alice).header("idempotency-key", "key-1");
        request.json(&json!({ "title": "First note", "content": "x" })).send()
    };
    host.fail_sql(SqlError::Busy);
    let busy = send();
    assert_eq!((busy.status, busy.code(), busy.header("retry-after")), (503, "BUSY".to_owned(), Some("1")));
    assert_eq!(send().status, 201);
    assert_eq!(host.query("SELECT COUNT(*) FROM notes", &params![]).value::<i64>(), Ok(Some(1)));
}

#[test]
fn a_unique_rule_is_the_features_to_translate() {
    let (host, alice) = host();
    write(&host, &alice, "First note");
    let twice = host.post("/notes").by(&alice).json(&json!({ "title": "First note", "content": "x" })).send();
    assert_eq!(twice.code(), "INTERNAL");
    let errors = host.errors();
    assert!(errors[0].contains("notes.organization_id, notes.title"), "{errors:?}");
}

#[test]
fn settings_bound_what_may_be_written() {
    let host = TestHost::new(feature::feature()).with_settings(&json!({ "most": 1 }));
    let alice = host.person(Role::Member);
    write(&host, &alice, "First note");
    let second = host.post("/notes").by(&alice).json(&json!({ "title": "Second", "content": "x" })).send();
    assert_eq!((second.code(), &second.json()["details"]["most"]), ("BAD_STATE".to_owned(), &json!(1)));
}

#[test]
fn a_redelivered_event_changes_nothing() {
    let (host, alice) = host();
    write(&host, &alice, "First note");
    let (id, topic) = (host.new_id(), "accounts.user.deactivated");
    let payload = json!({ "userId": alice.user_id });
    assert_eq!(host.hear(id, topic, alice.user_id, &payload), Ok(()));
    write(&host, &alice, "Second note");
    assert!(matches!(host.hear(id, topic, alice.user_id, &payload), Err(EventError::Retry(_))));
    assert_eq!(host.query("SELECT COUNT(*) FROM notes", &params![]).value::<i64>(), Ok(Some(1)));
    let unreadable = host.hear(host.new_id(), topic, alice.user_id, &json!({}));
    assert!(matches!(unreadable, Err(EventError::Refuse(_))));
    assert!(matches!(host.hear(id, "other.thing.done", "", &json!({})), Err(EventError::Refuse(_))));
}
