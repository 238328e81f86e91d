//! Reads everything there is, by its pages, as clients do; what a count promises is there with its text.

use std::collections::BTreeMap;

use p2p_test_support::people::Person;
use serde_json::Value;

/// The text of every topic, post and reply, by id.
pub async fn everything(person: &Person) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for topic in pages(person, "/forums/topics", |page| (&page["items"], &page["nextCursor"])).await {
        let (id, mut answers) = (text(&topic, "id"), 0);
        let whole = person.get(&format!("/forums/topics/{id}")).await.expect(200).json;
        assert_eq!(whole["content"], whole["posts"]["items"][0]["content"], "{whole}");
        let posts = format!("/forums/topics/{id}/posts");
        for post in pages(person, &posts, |page| (&page["items"], &page["nextCursor"])).await {
            let id = text(&post, "id");
            let path = format!("/forums/posts/{id}");
            let replies = pages(person, &path, |page| (&page["replies"], &page["repliesNext"])).await;
            assert_eq!(post["replyCount"], replies.len(), "a reply to {id} is missing: {post}");
            answers += replies.len() + usize::from(post["isRoot"] == false);
            let texts =
                replies.iter().chain([&post]).map(|written| (text(written, "id"), text(written, "content")));
            all.extend(texts);
        }
        assert_eq!(topic["replyCount"], answers, "a post is missing: {topic}");
    }
    all
}

type Shape = fn(&Value) -> (&Value, &Value);

async fn pages(person: &Person, path: &str, shape: Shape) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = person.get(&format!("{path}?limit=100{cursor}")).await.expect(200).json;
        let (items, next) = shape(&page);
        all.extend(items.as_array().unwrap().iter().cloned());
        match next.as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// A text that is there and not empty.
fn text(value: &Value, name: &str) -> String {
    let text = value[name].as_str().unwrap_or_default();
    assert!(!text.is_empty(), "{name} is missing: {value}");
    text.to_owned()
}
