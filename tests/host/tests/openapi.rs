//! The OpenAPI document of a host with every feature: its examples can be sent as they stand, and every operation says
//! who may call it and what may go wrong. That all other answers are as it says, every test sees by how it asks.

#![cfg(test)]

use std::collections::BTreeSet;

use p2p_test_support::host::TestHost;
use p2p_test_support::letters;
use p2p_test_support::people::{Answer, Person};
use reqwest::Method;
use serde_json::{Value, json};

const FEATURES: [&str; 7] =
    ["accounts", "dashboard", "forums", "messaging", "notifications", "search", "use-cases"];

/// Every route with an example and who sends it, in an order in which one makes what the next needs.
const EXAMPLES: [(&str, &str, Sender); 29] = [
    ("post", "/api/v1/auth/signup", Sender::Nobody),
    ("post", "/api/v1/auth/verify-email", Sender::ByLetter("verify-email")),
    ("post", "/api/v1/auth/login", Sender::Nobody),
    ("patch", "/api/v1/users/me", Sender::Sara),
    ("patch", "/api/v1/organizations/current", Sender::Sara),
    ("post", "/api/v1/users/invite", Sender::Sara),
    ("patch", "/api/v1/users/{id}", Sender::Sara),
    ("post", "/api/v1/forums/topics", Sender::Sara),
    ("patch", "/api/v1/forums/topics/{id}", Sender::Sara),
    ("post", "/api/v1/forums/topics/{id}/pin", Sender::Sara),
    ("post", "/api/v1/forums/topics/{id}/lock", Sender::Sara),
    ("post", "/api/v1/forums/topics/{id}/bookmark", Sender::Sara),
    ("post", "/api/v1/forums/topics/{id}/posts", Sender::Sara),
    ("patch", "/api/v1/forums/posts/{id}", Sender::Sara),
    ("post", "/api/v1/forums/posts/{id}/like", Sender::Sara),
    ("post", "/api/v1/forums/posts/{id}/reply", Sender::Sara),
    ("patch", "/api/v1/forums/replies/{id}", Sender::Sara),
    ("patch", "/api/v1/forums/replies/{id}/best", Sender::Sara),
    ("post", "/api/v1/forums/replies/{id}/like", Sender::Sara),
    ("post", "/api/v1/use-cases", Sender::Sara),
    ("patch", "/api/v1/use-cases/{id}", Sender::Sara),
    ("post", "/api/v1/use-cases/{id}/like", Sender::Sara),
    ("post", "/api/v1/use-cases/{id}/bookmark", Sender::Sara),
    ("post", "/api/v1/messages", Sender::Sara),
    ("patch", "/api/v1/notifications/preferences", Sender::Sara),
    ("post", "/api/v1/notifications/read", Sender::Sara),
    ("post", "/api/v1/auth/password", Sender::Sara),
    ("post", "/api/v1/auth/reset-password", Sender::Nobody),
    ("post", "/api/v1/auth/reset-password/confirm", Sender::ByLetter("reset-password")),
];

#[derive(Clone, Copy)]
enum Sender {
    Nobody,
    /// Nobody, with the token of the newest letter that links to this page: no example can know it.
    ByLetter(&'static str),
    /// Whom the example of sign-up made.
    Sara,
}

async fn document(host: &TestHost) -> Value {
    Person::nobody(&host.url(""), "localhost").get("/openapi.json").await.expect(200).json
}

/// Method, path and description of every operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let item = item.as_object().unwrap().clone();
        let path = path.clone();
        item.into_iter().map(move |(method, operation)| (method, path.clone(), operation))
    };
    paths.iter().flat_map(of_path).collect()
}

fn json_body(operation: &Value) -> Option<&Value> {
    operation["requestBody"]["content"].get("application/json")
}

#[tokio::test]
async fn every_example_does_what_the_document_says() {
    let host = TestHost::with(&FEATURES).await;
    let document = document(&host).await;
    let examples: Vec<_> = operations(&document)
        .into_iter()
        .filter_map(|(method, path, operation)| {
            let example = json_body(&operation)?.get("example")?.clone();
            Some(((method, path), example))
        })
        .collect();
    let shown: BTreeSet<_> = examples.iter().map(|(route, _)| route.clone()).collect();
    let tried = EXAMPLES.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(shown, tried, "left: examples of the document; right: those that are tried here");
    let mut sara = Person::nobody(&host.url(""), "localhost");
    let mut newest = Newest::default();
    for (method, path, sender) in EXAMPLES {
        let (_, example) =
            examples.iter().find(|((found, at), _)| (found.as_str(), at.as_str()) == (method, path)).unwrap();
        let path_sent = newest.fill(&host, &sara, path).await;
        let mut body = example.clone();
        // No example can know who there is.
        if let Some(receiver) = body.get_mut("receiverId") {
            *receiver = newest.colleague(&host, &sara).await.into();
        }
        let answer = send(&host, &sara, (method, &path_sent, sender), body).await;
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.text);
        newest.note(path, &answer);
        // From login on her session knows that the address is hers.
        if matches!(path, "/api/v1/auth/signup" | "/api/v1/auth/login") {
            sara = sara.signed_in(&answer);
        }
    }
}

/// What the examples have made last: what the next ones are about.
#[derive(Default)]
struct Newest {
    topic: String,
    post: String,
    reply: String,
    case: String,
    colleague: Option<String>,
}

impl Newest {
    /// The path with the id of a thing of its kind.
    async fn fill(&mut self, host: &TestHost, sara: &Person, path: &str) -> String {
        let id = match *path.split('/').collect::<Vec<_>>() {
            _ if !path.contains("{id}") => return path.to_owned(),
            [_, _, _, "forums", "topics", ..] => self.topic.clone(),
            [_, _, _, "forums", "posts", ..] => self.post.clone(),
            [_, _, _, "forums", "replies", ..] => self.reply.clone(),
            [_, _, _, "use-cases", ..] => self.case.clone(),
            [_, _, _, "users", ..] => self.colleague(host, sara).await,
            _ => panic!("nothing was made for {path}"),
        };
        path.replace("{id}", &id)
    }

    /// Somebody of Sara's organization.
    async fn colleague(&mut self, host: &TestHost, sara: &Person) -> String {
        if let Some(id) = &self.colleague {
            return id.clone();
        }
        let colleague = sara.colleague(host, &host.tenant(), "noor@works.example").await;
        let id = colleague.profile["user"]["id"].as_str().unwrap().to_owned();
        self.colleague = Some(id.clone());
        id
    }

    fn note(&mut self, path: &str, answer: &Answer) {
        let kept = match path {
            "/api/v1/forums/topics" => &mut self.topic,
            "/api/v1/forums/topics/{id}/posts" => &mut self.post,
            "/api/v1/forums/posts/{id}/reply" => &mut self.reply,
            "/api/v1/use-cases" => &mut self.case,
            _ => return,
        };
        answer.json["id"].as_str().unwrap().clone_into(kept);
    }
}

async fn send(host: &TestHost, sara: &Person, route: (&str, &str, Sender), mut body: Value) -> Answer {
    let (method, path, sender) = route;
    // Letters go out, and what was told of somebody has reached their sessions.
    host.worker(&host.tenant()).await.drain().await.unwrap();
    let person = match sender {
        Sender::Sara => sara.clone(),
        Sender::Nobody => sara.with_token(None),
        Sender::ByLetter(page) => {
            body["token"] = json!(letters::token(&host.mail_folder(), page).expect("a letter"));
            sara.with_token(None)
        }
    };
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
    person.anywhere(method, path, Some(body.to_string())).await
}

#[tokio::test]
async fn every_body_has_an_example() {
    let host = TestHost::with(&FEATURES).await;
    let bare: Vec<_> = operations(&document(&host).await)
        .into_iter()
        .filter(|(_, _, operation)| json_body(operation).is_some_and(|body| body.get("example").is_none()))
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    assert!(bare.is_empty(), "give these an example with `Route::example`: {bare:?}");
}

#[tokio::test]
async fn every_operation_says_who_may_call_and_what_may_go_wrong() {
    let host = TestHost::with(&FEATURES).await;
    let document = document(&host).await;
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let route = format!("{method} {path}");
        assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{route} has no summary");
        assert!(ids.insert(operation["operationId"].to_string()), "{route} has another's operationId");
        let ways = operation["security"].as_array().unwrap();
        let named = ways.iter().flat_map(|way| way.as_object().unwrap().keys());
        named.for_each(|scheme| assert!(schemes.contains_key(scheme), "{route}: {scheme}"));
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status < &"400".to_owned()), "{route} never goes well");
        assert!(!responses.contains_key("default"), "{route} leaves something open");
        if path.starts_with("/api/v1/") && !path.ends_with("openapi.json") {
            for status in ["429", "500", "503", "504"] {
                assert!(responses.contains_key(status), "{route} tells of no {status}");
            }
        }
        if !ways.is_empty() {
            assert!(responses.contains_key("401") && responses.contains_key("403"), "{route}");
        }
        for (status, response) in responses.iter().filter(|(status, _)| *status >= &"400".to_owned()) {
            let response =
                document.pointer(response["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap();
            let schema = &response["content"]["application/json"]["schema"]["allOf"];
            let codes = &schema[1]["properties"]["error_code"]["enum"];
            assert_eq!(schema[0]["$ref"], "#/components/schemas/Problem", "{route} {status}");
            assert!(codes.as_array().is_some_and(|codes| !codes.is_empty()), "{route} {status}");
        }
    }
    assert!(ids.len() > 90, "{}", ids.len());
}
