//! The real binary with `--demo`: what there is to look at, to whom, and that a second start adds nothing to it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may stop with a panic")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use p2p_test_support::built;
use p2p_test_support::people::Person;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

const FEATURES: [&str; 7] =
    ["accounts", "forums", "use-cases", "messaging", "search", "dashboard", "notifications"];

struct Server {
    child: Child,
    url: String,
    /// Who can sign in, as it is said when everything is there.
    logins: Vec<String>,
}

impl Server {
    /// Answers once the demo data are added; stops the test when they cannot be.
    fn start(folder: &Path) -> Self {
        let (said, says) = io::pipe().unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_p2p"))
            .args(["serve", "--demo", "--listen", "127.0.0.1:0"])
            .env_clear()
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(says.try_clone().unwrap())
            .stderr(says)
            .spawn()
            .unwrap();
        let mut server = Self { child, url: String::new(), logins: Vec::new() };
        let mut lines = BufReader::new(said).lines().map(Result::unwrap);
        let mut before = Vec::new();
        let all = loop {
            let line = lines.next().unwrap_or_else(|| "it ended".to_owned());
            if let Some((_, address)) = line.split_once(" answers on ") {
                server.url = format!("http://{address}");
            }
            if let Some(rest) = line.strip_prefix("Demo people can sign in") {
                break rest.to_owned();
            }
            let is_fault = line == "it ended" || line.contains("could not be added");
            before.push(line);
            assert!(!is_fault, "{before:#?}");
        };
        assert!(all.contains("Majlis-2026-demo"), "{all}");
        // Eleven people, each in a line of their own.
        server.logins = lines.by_ref().take(11).map(|line| line.trim().to_owned()).collect();
        // What it says from here on is read by nobody, and must not keep it waiting.
        std::thread::spawn(move || lines.for_each(drop));
        server
    }

    async fn person(&self, email: &str) -> Person {
        let nobody = Person::nobody(&self.url, "localhost");
        let login = json!({"email": email, "password": "Majlis-2026-demo"});
        nobody.signed_in(&nobody.post("/auth/login", &login).await.expect(200))
    }

    fn end(mut self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

/// A test that fails leaves no server behind.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// With the features that the demo data are for.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let features = folder.path().join("features");
    fs::create_dir(&features).unwrap();
    for name in FEATURES {
        fs::copy(built::component(name), features.join(format!("{name}.wasm"))).unwrap();
    }
    folder
}

async fn topics(person: &Person, filter: &str) -> Vec<Value> {
    let page = person.get(&format!("/forums/topics?limit=100&{filter}")).await.expect(200).json;
    page["items"].as_array().unwrap().clone()
}

/// What a second start must leave as it is. Views are no part of it: those of the first are written late.
async fn whole(person: &Person) -> Vec<Value> {
    let mut whole = Vec::new();
    for mut topic in topics(person, "").await {
        let id = topic["id"].as_str().unwrap();
        whole.push(person.get(&format!("/forums/topics/{id}/posts?limit=100")).await.expect(200).json);
        topic["views"] = json!(0);
        whole.push(topic);
    }
    whole
}

/// The use cases that everybody may read, and what somebody was written.
async fn beside_the_forums(person: &Person) -> [Vec<Value>; 2] {
    let cases = person.get("/use-cases?limit=100").await.expect(200).json;
    let conversations = person.get("/messages?limit=100").await.expect(200).json;
    let items = |page: &Value, field: &str| -> Vec<Value> {
        page["items"].as_array().unwrap().iter().map(|item| item[field].clone()).collect()
    };
    [items(&cases, "location"), items(&conversations, "lastMessage")]
}

#[tokio::test]
async fn use_cases_and_messages_are_there_and_a_second_start_adds_nothing() {
    let folder = folder();
    let server = Server::start(folder.path());
    let omar = server.person("omar@darb-logistics.example").await;
    let before = beside_the_forums(&omar).await;
    let cities: BTreeSet<_> = before[0].iter().filter_map(|place| place["city"].as_str()).collect();
    assert!(before[0].len() >= 15 && cities.len() >= 10, "{cities:?}");
    assert!(before[0].iter().all(|place| place["coordinates"].as_array().is_some_and(|at| at.len() == 2)));
    assert!(!before[1].is_empty());
    server.end();
    let again = Server::start(folder.path());
    let omar = again.person("omar@darb-logistics.example").await;
    assert_eq!(beside_the_forums(&omar).await, before);
    again.end();
}

#[tokio::test]
async fn conversations_are_there_and_a_second_start_adds_nothing() {
    let folder = folder();
    let server = Server::start(folder.path());
    assert!(server.logins.iter().all(|line| line.contains(".example ")), "{:#?}", server.logins);
    let salma = server.person("salma@nakheel-foods.example").await;
    let seen = topics(&salma, "").await;
    assert!(seen.len() >= 15, "{}", seen.len());
    let lively = |field: &str| seen.iter().filter(|topic| topic[field].as_u64() > Some(0)).count();
    assert_eq!((lively("replyCount"), lively("likes")), (seen.len(), seen.len()));
    assert!(lively("views") > 0);
    let is = |field: &str, value: Value| seen.iter().filter(|topic| topic[field] == value).count();
    assert!(is("hasBestAnswer", json!(true)) >= 5 && is("hasBestAnswer", json!(false)) >= 1);
    assert!(is("isPinned", json!(true)) >= 1 && is("status", json!("locked")) >= 1);
    assert!(is("isBookmarked", json!(true)) >= 1);
    let categories = salma.get("/forums/categories").await.expect(200).json;
    let categories = categories.as_array().unwrap();
    assert!(categories.len() >= 10 && categories.iter().all(|category| category["count"].as_u64() > Some(0)));
    let best = salma.get("/forums/contributors").await.expect(200).json["items"][0].clone();
    assert!(best["bestAnswers"].as_u64() > Some(0), "{best}");

    // A colleague sees what is of the organization alone; others see one topic less.
    let fahad = server.person("fahad@nakheel-foods.example").await;
    let ingrid = server.person("ingrid@fjordcast.example").await;
    assert_eq!(is("visibility", json!("organization")), 1);
    assert_eq!(topics(&fahad, "").await.len(), seen.len());
    assert_eq!(topics(&ingrid, "").await.len(), seen.len() - 1);

    // What somebody changed since stays as they left it.
    let own = topics(&salma, "mine=true&pinned=false").await;
    let first = own[0]["id"].as_str().unwrap();
    fahad.post(&format!("/forums/posts/{first}/like"), &json!({"liked": false})).await.expect(200);
    salma.post(&format!("/forums/topics/{first}/posts"), &json!({"content": "شكرًا لكم"})).await.expect(201);
    let before = whole(&salma).await;
    server.end();
    let again = Server::start(folder.path());
    let salma = again.person("salma@nakheel-foods.example").await;
    let after = whole(&salma).await;
    assert!(before == after, "before: {before:#?}\nafter: {after:#?}");
    again.end();
}

#[tokio::test]
async fn a_conversation_that_was_broken_off_goes_on() {
    let folder = folder();
    let server = Server::start(folder.path());
    let salma = server.person("salma@nakheel-foods.example").await;
    let topic = topics(&salma, "mine=true&category=data-and-ai").await.remove(0);
    let path = format!("/forums/topics/{}/posts", topic["id"].as_str().unwrap());
    let posts = salma.get(&path).await.expect(200).json["items"].as_array().unwrap().clone();
    let lost = posts.iter().find(|post| post["replies"][0]["author"]["name"] == "فهد الدوسري").unwrap();
    let reply = lost["replies"][0]["id"].as_str().unwrap();
    let gone = salma.send(reqwest::Method::DELETE, &format!("/forums/replies/{reply}"), None, &[]).await;
    gone.expect(204);
    server.end();
    let again = Server::start(folder.path());
    let salma = again.person("salma@nakheel-foods.example").await;
    let posts_now = salma.get(&path).await.expect(200).json["items"].as_array().unwrap().clone();
    assert_eq!(posts_now.len(), posts.len());
    let found = posts_now.iter().find(|post| post["id"] == lost["id"]).unwrap();
    assert_eq!(found["replies"][0]["content"], lost["replies"][0]["content"]);
    assert_ne!(found["replies"][0]["id"], lost["replies"][0]["id"]);
    assert_eq!(topics(&salma, "mine=true&category=data-and-ai").await[0]["replyCount"], topic["replyCount"]);
    again.end();
}
