//! The index through the real host: what people write in one feature is found in another once its event is heard, over
//! whichever store is chosen, and found the same.

#![cfg(test)]

use p2p_test_support::host::TestHost;
use p2p_test_support::people::{Person, topic};
use reqwest::Method;
use serde_json::{Value, json};

async fn founded() -> (TestHost, Person) {
    let host = TestHost::with(&["accounts", "forums", "search"]).await;
    let sara = Person::founder(&host.url(""), "localhost", "a@works.example").await;
    drain(&host).await;
    (host, sara)
}

async fn drain(host: &TestHost) {
    host.worker(&host.tenant()).await.drain().await.unwrap();
}

async fn titles(person: &Person, path: &str) -> Vec<String> {
    let page = person.get(path).await.expect(200).json;
    let title = |item: &Value| item["title"].as_str().unwrap().to_owned();
    page["items"].as_array().unwrap().iter().map(title).collect()
}

fn written(title: &str, content: &str) -> Value {
    json!({ "title": title, "content": content, "category": "maintenance", "tags": ["Rotating Machines"] })
}

#[tokio::test]
async fn a_topic_is_found_once_its_event_is_heard_and_not_when_it_is_deleted() {
    let (host, sara) = founded().await;
    let press = sara.post("/forums/topics", &topic("Bearings of an old press")).await.expect(201).json;
    assert_eq!(titles(&sara, "/search?q=bearings").await, [""; 0]);
    drain(&host).await;
    for query in
        ["bearings", "BEARING", "bear", "beraings", "old%20press", "cool%20press", "bearings&tag=press"]
    {
        assert_eq!(
            titles(&sara, &format!("/search?q={query}")).await,
            ["Bearings of an old press"],
            "{query}"
        );
    }
    for query in ["valve", "bearings&tag=valves", "bearings&answered=true", "bearings&to=2020-01-01"] {
        assert_eq!(titles(&sara, &format!("/search?q={query}")).await, [""; 0], "{query}");
    }
    let path = format!("/forums/topics/{}", press["id"].as_str().unwrap());
    sara.patch(&path, &json!({ "title": "Gears of an old press" })).await.expect(200);
    drain(&host).await;
    assert_eq!(titles(&sara, "/search/forums?q=gears").await, ["Gears of an old press"]);
    sara.send(Method::DELETE, &path, None, &[]).await.expect(204);
    drain(&host).await;
    assert_eq!(titles(&sara, "/search?q=press").await, [""; 0]);
}

#[tokio::test]
async fn arabic_and_english_are_found_and_ordered_alike_over_every_store() {
    let (host, sara) = founded().await;
    for (title, content) in [
        ("صيانة المضخات الطاردة المركزية", "كيف نفحص الاهتزازات في المضخة قبل التوقف السنوي؟"),
        ("Cavitation", "The pump sounds like gravel, and the impeller is pitted."),
        ("Something else entirely", "It was cavitation all along, said the operator of pump P-101."),
        ("Cavitational noise at ٤٠ Hz", "Only when the café is open, oddly enough for everybody."),
    ] {
        sara.post("/forums/topics", &written(title, content)).await.expect(201);
    }
    drain(&host).await;
    let cavitation = ["Cavitation", "Cavitational noise at ٤٠ Hz", "Something else entirely"];
    for (query, wanted) in [
        ("cavitation", &cavitation[..]),
        ("P101", &cavitation[2..]),
        ("40hz", &cavitation[1..2]),
        ("cafe", &cavitation[1..2]),
        ("cavitation impeller pump", &cavitation[..1]),
        ("المضخة", &["صيانة المضخات الطاردة المركزية"][..]),
        ("مَضَخّات صيانه", &["صيانة المضخات الطاردة المركزية"][..]),
        ("الاهتز", &["صيانة المضخات الطاردة المركزية"][..]),
    ] {
        let found = titles(&sara, &format!("/search?q={}&tag=rotating-machines", encoded(query))).await;
        assert_eq!(found, wanted, "{query}");
    }
    for query in ["cavitaton", "\" OR (cavitation* & '", "cavitation:*|!"] {
        let found = titles(&sara, &format!("/search?q={}", encoded(query))).await;
        assert!(found.contains(&cavitation[0].to_owned()), "{query}: {found:?}");
    }
    let page = sara.get("/search?q=cavitation&count=true&limit=2").await.expect(200).json;
    assert_eq!((&page["total"], &page["counts"]["topic"]), (&json!(3), &json!(3)));
    let next = page["nextCursor"].as_str().unwrap();
    let rest = titles(&sara, &format!("/search?q=cavitation&count=true&limit=2&cursor={next}")).await;
    assert_eq!(rest, cavitation[2..]);
}

#[tokio::test]
async fn people_are_found_as_the_directory_shows_them_and_their_answers_with_the_topic() {
    let (host, sara) = founded().await;
    let name = format!(
        "{} {}",
        sara.profile["user"]["firstName"].as_str().unwrap(),
        sara.profile["user"]["lastName"].as_str().unwrap()
    );
    assert_eq!(titles(&sara, &format!("/search/users?q={}", encoded(&name))).await, [name.as_str()]);
    let press = sara.post("/forums/topics", &topic("Bearings of an old press")).await.expect(201).json;
    let posts = format!("/forums/topics/{}/posts", press["id"].as_str().unwrap());
    let post = sara.post(&posts, &json!({ "content": "Ask for synthetic grease." })).await.expect(201).json;
    let reply = format!("/forums/posts/{}/reply", post["id"].as_str().unwrap());
    let reply = sara.post(&reply, &json!({ "content": "Grease with molybdenum." })).await.expect(201).json;
    let best = format!("/forums/replies/{}/best", reply["id"].as_str().unwrap());
    sara.patch(&best, &json!({})).await.expect(200);
    drain(&host).await;
    let page = sara.get("/search/forums?q=grease&answered=true&category=maintenance").await.expect(200).json;
    let mut kinds: Vec<&str> =
        page["items"].as_array().unwrap().iter().map(|item| item["type"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["post", "reply"]);
    assert_eq!(page["items"][0]["author"]["id"], sara.profile["user"]["id"]);
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}
