//! The feature over the test host, and people for the tests of every verb. Nothing here is checked; the verbs do that.

use p2p_sdk::host::Answer;
use p2p_sdk::test_host::{Answered, Letter, TestHost};
use p2p_sdk::{Actor, Params, Role, Rows};
use serde_json::{Value, json};

pub const EMAIL: &str = "layla@nakheel.sa";
pub const PASSWORD: &str = "palm grove 7";

/// A host without anybody.
pub fn empty() -> TestHost {
    TestHost::new(crate::feature())
}

/// A host on which Layla has signed up, and she. What that told and logged is forgotten.
pub fn with_layla() -> (TestHost, Actor) {
    let host = empty();
    let answered = host.post("/auth/signup").json(&layla()).send();
    assert_eq!(answered.status, 201, "{}", answered.json());
    host.events();
    host.logs();
    let layla = actor(&answered);
    (host, layla)
}

/// What Layla signs up with.
pub fn layla() -> Value {
    json!({
        "email": EMAIL, "password": PASSWORD, "firstName": "Layla", "lastName": "Al Harbi",
        "organizationName": "Nakheel Dates", "industry": "Food", "size": "medium", "country": "SA", "city": "Qassim",
    })
}

/// The same with another value in one field.
pub fn with(mut body: Value, field: &str, value: impl Into<Value>) -> Value {
    body[field] = value.into();
    body
}

pub fn login(host: &TestHost, email: &str, password: &str) -> Answered {
    host.post("/auth/login").json(&json!({ "email": email, "password": password })).send()
}

/// A form as the browser SDKs send one, with a field for each member.
pub fn form_of(fields: &Value) -> Value {
    let field = |(id, value): (&String, &Value)| json!({ "id": id, "value": value });
    json!({ "formFields": fields.as_object().unwrap().iter().map(field).collect::<Vec<_>>() })
}

/// Lets the feature hear once more that this person has signed up.
pub fn hear_signed_up(host: &TestHost, person: &Actor) {
    let told = json!({ "userId": person.user_id, "organizationId": person.organization_id });
    let heard = host.hear(host.new_id(), crate::auth::SIGNED_UP, person.user_id, &told);
    assert_eq!(heard, Ok(()));
}

/// Lets the feature hear what it has told since this was asked last; answers all topics that were told.
pub fn hear_all(host: &TestHost) -> Vec<String> {
    let events = host.events();
    for event in &events {
        if host.feature().topics().any(|topic| topic == event.topic) {
            let payload: Value = serde_json::from_slice(&event.payload).unwrap();
            assert_eq!(host.hear(host.new_id(), &event.topic, &event.key, &payload), Ok(()));
        }
    }
    events.into_iter().map(|event| event.topic).collect()
}

/// The token of the only letter that was queued since this was asked last.
pub fn mailed_token(host: &TestHost) -> String {
    let letters = host.letters();
    assert_eq!(letters.len(), 1, "{letters:?}");
    token_in(&letters[0])
}

/// The token in the link of a letter.
pub fn token_in(letter: &Letter) -> String {
    let link = letter.values["link"].as_str().unwrap();
    let (_, token) = link.split_once("?token=").unwrap();
    token.split('&').next().unwrap().to_owned()
}

/// Whoever signed up or in by this answer, as the host would hand them over from then on.
pub fn actor(answered: &Answered) -> Actor {
    let id = |value: &Value| value.as_str().unwrap().parse().unwrap();
    let user = &answered.json()["user"];
    Actor {
        user_id: id(&user["id"]),
        organization_id: Some(id(&user["organizationId"])),
        role: Role::parse(user["role"].as_str().unwrap()).unwrap(),
        platform_admin: false,
        verified: false,
    }
}

pub fn count(host: &TestHost, table: &str) -> i64 {
    value(host, &format!("SELECT count(*) FROM {table}"))
}

pub fn value(host: &TestHost, statement: &str) -> i64 {
    let rows: Rows = host.query(statement, &Params::new());
    rows.value().unwrap().unwrap()
}

/// Statements behind the feature's back.
pub fn execute(host: &TestHost, statement: &str) {
    host.execute(statement, Params::new());
}

/// What a fake answers; the store alone lets wait.
pub fn at_once<T>(answer: Answer<'_, T>) -> T {
    match answer {
        Answer::Ready(Some(value)) => value,
        other => panic!("the fakes answer at once: {other:?}"),
    }
}
