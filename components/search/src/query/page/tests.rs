//! Pages of what was found, by every route.

use std::time::Duration;

use p2p_sdk::host::{Dialect, SqlError};
use p2p_sdk::{Cursor, params};
use serde_json::{Value, json};

use crate::fixture::{Found, Index, ids};

const ROUTES: [&str; 4] = ["/search", "/search/users", "/search/use-cases", "/search/forums"];

#[test]
fn nobody_searches_without_a_session() {
    let index = Index::new();
    for route in ROUTES {
        assert_eq!(index.host.get(&format!("{route}?q=pump")).send().status, 401, "{route}");
    }
}

#[test]
fn what_is_no_question_is_named() {
    let index = Index::new();
    let long = format!("q={}", "x".repeat(201));
    for (query, field, code) in [
        ("", "q", "REQUIRED"),
        ("q=", "q", "REQUIRED"),
        ("q=%20a%20", "q", "TOO_SHORT"),
        (&long, "q", "TOO_LONG"),
        ("q=pu%00mp", "q", "CHARACTERS"),
        ("q=pump&sort=odd", "sort", "FORM"),
        ("q=pump&answered=perhaps", "answered", "TYPE"),
        ("q=pump&from=soon", "from", "FORM"),
        ("q=pump&page=0", "page", "RANGE"),
    ] {
        for route in ROUTES {
            let answer = index.search(&format!("{route}?{query}"));
            assert_eq!(
                (answer.status, answer.wrong_fields()),
                (422, vec![(field.into(), code.into())]),
                "{query:.40}"
            );
        }
    }
}

#[test]
fn hostile_syntax_is_words() {
    let index = Index::new();
    let topic = index.topic("Near the pump", "AND or NOT");
    for query in [
        "%22%22",
        "%22near",
        "near*",
        "NEAR(pump)",
        "pump%20AND",
        "-pump",
        "title_words:pump",
        "')%20|%20('",
        "^pump",
        "%5C%5C",
        "pump%26%26near",
        "%7Bpump%7D",
        "***",
        "(((",
        "%F0%9F%94%A7%F0%9F%94%A7",
    ] {
        let answer = index.search(&format!("/search?q={query}"));
        assert_eq!(answer.status, 200, "{query}");
    }
    assert_eq!(index.found("pump%22%20near*)"), [Found::topic(topic)]);
    assert!(index.host.errors().is_empty());
}

#[test]
fn by_date_the_newest_comes_first() {
    let index = Index::new();
    let old = index.topic("Cavitation", "-");
    index.host.advance(Duration::from_secs(1));
    let new = index.topic("Something else", "With cavitation in it.");
    assert_eq!(index.found("cavitation"), [old, new].map(Found::topic));
    assert_eq!(index.found("cavitation&sort=date"), [new, old].map(Found::topic));
}

#[test]
fn pages_have_no_gaps_and_no_repeats() {
    let index = Index::new();
    for n in 0..7 {
        index.topic(&format!("Cavitation number {n}"), "-");
    }
    let all = ids(&index.search("/search/forums?q=cavitation").json());
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = index.search(&format!("/search/forums?q=cavitation&limit=3{cursor}")).json();
        walked.extend(ids(&page));
        assert_eq!((page["limit"].as_u64(), page["hasNext"].as_bool()), (Some(3), Some(walked.len() < 7)));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!((walked.len(), &walked), (7, &all));
    assert_eq!(ids(&index.search("/search/forums?q=cavitation&limit=3&page=3").json()), all[6..]);
    assert_eq!(ids(&index.search("/search/forums?q=cavitation&limit=3&page=99").json()), [""; 0]);
}

#[test]
fn a_cursor_of_another_question_is_refused() {
    let index = Index::new();
    for n in 0..3 {
        index.topic(&format!("Cavitation number {n}"), "-");
    }
    let page = index.search("/search?q=cavitation&limit=1").json();
    let next = page["nextCursor"].as_str().unwrap();
    for query in [
        format!("/search?q=other&cursor={next}"),
        format!("/search/forums?q=cavitation&cursor={next}"),
        format!("/search?q=cavitation&sort=date&cursor={next}"),
        format!("/search?q=cavitation&cursor={}", Cursor::new("search.everything", params![1i64])),
        "/search?q=cavitation&cursor=forged".to_owned(),
    ] {
        assert_eq!(index.search(&query).code(), "CURSOR_INVALID", "{query}");
    }
    let far = Cursor::new("search.everything\nq=cavitation", params![u32::MAX]);
    assert_eq!(ids(&index.search(&format!("/search?q=cavitation&cursor={far}")).json()), [""; 0]);
}

#[test]
fn each_route_finds_its_own_kind() {
    let index = Index::new();
    let topic = index.topic("Cavitation in pumps", "-");
    let post = index.post(topic, "Cavitation again.");
    let case = index.host.new_id();
    index.tell(
        "use-cases.use-case.published",
        case,
        &json!({ "status": "published", "title": "Cavitation solved" }),
    );
    index.introduce(&index.stranger, "Cavitation Expert", "Zenith");
    let told = json!({ "userId": index.stranger.user_id });
    index.host.hear(index.host.new_id(), "accounts.user.updated", index.stranger.user_id, &told).unwrap();
    let found = |route: &str| {
        let page = index.search(&format!("{route}?q=cavitation")).json();
        (ids(&page).len(), page["counts"].clone())
    };
    let counts = json!({ "topic": 1, "post": 1, "reply": 0, "useCase": 1, "user": 1 });
    assert_eq!(found("/search"), (4, counts));
    assert_eq!(found("/search/forums"), (2, Value::Null));
    assert_eq!(found("/search/users"), (1, Value::Null));
    assert_eq!(found("/search/use-cases"), (1, Value::Null));
    let urls: Vec<String> = index.search("/search?q=cavitation").json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["url"].as_str().unwrap().to_owned())
        .collect();
    for url in [
        format!("/forums/topics/{topic}"),
        format!("/forums/topics/{topic}#post-{post}"),
        format!("/use-cases/{case}"),
        format!("/users/{}", index.stranger.user_id),
    ] {
        assert!(urls.contains(&url), "{url} {urls:?}");
    }
}

#[test]
fn an_item_has_the_shape_of_the_contract() {
    let index = Index::new();
    let topic = index.topic("Cavitation in pumps", "Why does **it** happen?");
    let page = index.search("/search?q=cavitation").json();
    let item = &page["items"][0];
    assert_eq!(item["author"]["name"], "Huda Salem");
    let score = item["score"].clone();
    assert_eq!(
        *item,
        json!({ "id": topic, "type": "topic", "title": "Cavitation in pumps", "snippet": "Why does **it** happen?",
        "highlights": [{ "field": "title", "start": 0, "end": 10 }], "author": item["author"], "createdAt": index.host.now(),
        "url": format!("/forums/topics/{topic}"), "score": score })
    );
}

#[test]
fn a_busy_store_is_told_as_one() {
    let index = Index::new();
    index.host.fail_sql(SqlError::Busy);
    assert_eq!(index.search("/search?q=pump").status, 503);
    assert_eq!(index.host.host().sql.as_ref().unwrap().dialect(), Dialect::Sqlite);
}
