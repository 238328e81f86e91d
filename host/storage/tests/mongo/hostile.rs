//! Documents, paths and values that try to be operators, or to reach what lies beside a body.

use p2p_storage::{Change, Comparison, DocumentError, Filter, Operator, Order, Search};
use serde_json::{Value, json};

use super::support::{Mixed, event, soon};

fn change(path: &str, operator: Operator, value: Value) -> Change {
    Change { path: path.to_owned(), operator, value }
}

fn filter(path: &str, comparison: Comparison, value: Value) -> Search {
    let filter = Filter { path: path.to_owned(), comparison, value };
    Search { filters: vec![filter], limit: 50, ..Search::default() }
}

#[tokio::test]
async fn names_that_mean_something_to_the_server_are_rejected() {
    let mixed = Mixed::new().await;
    let documents = mixed.posts().await.documents;
    documents.insert(soon(), "posts", "a", b"{}", &[]).await.unwrap();
    for bad in [
        json!({"$where": "sleep(1000)"}),
        json!({"a": {"$gt": ""}}),
        json!({"a": [{"$ref": "x", "$id": 1}]}),
        json!({"a.b": 1}),
        json!({"a\0b": 1}),
        json!({"a": "\0"}),
        json!({"": 1}),
        json!({"_id": "b"}),
        json!({"_p2p": {"version": 9}}),
    ] {
        let text = bad.to_string();
        let outcome = documents.insert(soon(), "posts", "b", text.as_bytes(), &[event("x")]).await;
        assert!(matches!(outcome, Err(DocumentError::Rejected(_))), "{bad} answered {outcome:?}");
        for changes in [change("x", Operator::Set, bad.clone()), change("y", Operator::Push, bad.clone())] {
            let outcome = documents.update(soon(), "posts", "a", &[changes], None, &[]).await;
            // Below the top these names are anybody's.
            let top_only = bad.get("_id").is_some() || bad.get("_p2p").is_some();
            assert_eq!(matches!(outcome, Err(DocumentError::Rejected(_))), !top_only, "{bad}: {outcome:?}");
        }
    }
    assert_eq!(documents.get(soon(), "posts", "b").await, Ok(None));
    mixed.end().await;
}

#[tokio::test]
async fn what_lies_beside_a_body_is_out_of_reach() {
    let mixed = Mixed::new().await;
    let stores = mixed.posts().await;
    let documents = &stores.documents;
    documents.insert(soon(), "posts", "a", b"{\"n\":1}", &[event("1")]).await.unwrap();
    for path in
        ["_p2p.version", "_p2p.events", "_p2p.events.0.topic", "_p2p", "_id", "$set", "a.$", "a.$[]", "n\0"]
    {
        for operator in [Operator::Set, Operator::Unset, Operator::Push, Operator::Inc] {
            let outcome =
                documents.update(soon(), "posts", "a", &[change(path, operator, json!(7))], None, &[]).await;
            assert!(matches!(outcome, Err(DocumentError::Rejected(_))), "{path}: {outcome:?}");
        }
        let found = documents.find(soon(), "posts", &filter(path, Comparison::NotEqual, json!("x"))).await;
        assert!(matches!(found, Err(DocumentError::Rejected(_))), "{path}: {found:?}");
        let order = vec![Order { path: path.to_owned(), descending: true }];
        let found = documents.find(soon(), "posts", &Search { order, limit: 1, ..Search::default() }).await;
        assert!(matches!(found, Err(DocumentError::Rejected(_))), "{path}: {found:?}");
    }
    let kept = documents.get(soon(), "posts", "a").await.unwrap().unwrap();
    assert_eq!((kept.version, kept.body.as_slice()), (1, b"{\"n\":1}".as_slice()));
    assert_eq!(stores.outbox.pending(10).await.unwrap().len(), 1);
    mixed.end().await;
}

#[tokio::test]
async fn a_value_is_a_value_whatever_it_says() {
    let mixed = Mixed::new().await;
    let documents = mixed.posts().await.documents;
    let texts =
        ["$n", "$$ROOT", "$_p2p.version", "{\"$ne\": null}", "function() { return true }", "/.*/", ".*"];
    for text in texts {
        let body = json!({"n": 1, "v": text}).to_string();
        documents.insert(soon(), "posts", text, body.as_bytes(), &[]).await.unwrap();
        let set =
            [change("copy", Operator::Set, json!(text)), change("list", Operator::Push, json!([text, "$x"]))];
        documents.update(soon(), "posts", text, &set, None, &[]).await.unwrap();
    }
    for text in texts {
        let kept = documents.get(soon(), "posts", text).await.unwrap().unwrap();
        let body: Value = serde_json::from_slice(&kept.body).unwrap();
        assert_eq!(body, json!({"n": 1, "v": text, "copy": text, "list": [[text, "$x"]]}));
        for search in
            [filter("v", Comparison::Equal, json!(text)), filter("copy", Comparison::AnyOf, json!([text]))]
        {
            let found = documents.find(soon(), "posts", &search).await.unwrap();
            assert_eq!(found.iter().map(|found| found.id.as_str()).collect::<Vec<_>>(), [text]);
        }
        documents.delete(soon(), "posts", text, None, &[]).await.unwrap();
    }
    for operator in [json!({"$gt": ""}), json!({"$where": "1"}), json!([{"$gt": ""}]), json!([[1]])] {
        for comparison in [
            Comparison::Equal,
            Comparison::NotEqual,
            Comparison::Less,
            Comparison::Contains,
            Comparison::AnyOf,
        ] {
            let found = documents.find(soon(), "posts", &filter("v", comparison, operator.clone())).await;
            assert!(matches!(found, Err(DocumentError::Rejected(_))), "{operator}: {found:?}");
        }
    }
    mixed.end().await;
}

/// MongoDB looks into arrays, and takes an index for a name; the port does neither.
#[tokio::test]
async fn arrays_are_not_looked_into_unasked() {
    let mixed = Mixed::new().await;
    let documents = mixed.posts().await.documents;
    let bodies = [
        ("array", json!({"a": [{"b": 1, "1": {"b": 5}}, {"b": 2}]})),
        ("object", json!({"a": {"b": 1, "1": {"b": 2}}})),
        ("value", json!({"a": {"b": [1, 2]}})),
        ("none", json!({"a": 1})),
    ];
    for (id, body) in bodies {
        documents.insert(soon(), "posts", id, body.to_string().as_bytes(), &[]).await.unwrap();
    }
    use Comparison::{AnyOf, Contains, Equal, Greater, LessOrEqual, NotEqual};
    for (path, comparison, value, expected) in [
        ("a.b", Equal, json!(1), "object"),
        ("a.b", LessOrEqual, json!(2), "object"),
        ("a.b", AnyOf, json!([1, 2]), "object"),
        ("a.b", Equal, json!(null), "array none"),
        ("a.b", AnyOf, json!([null, 7]), "array none"),
        ("a.b", NotEqual, json!(1), "array none value"),
        ("a.b", NotEqual, json!(null), "object value"),
        ("a.b", Contains, json!(2), "value"),
        ("a.1.b", Equal, json!(2), "array"),
        ("a.1.b", Equal, json!(5), ""),
        ("a.1.b", Greater, json!(1), "array"),
        ("a.1.b", Equal, json!(null), "none object value"),
        ("a.1.b", NotEqual, json!(2), "none object value"),
        ("a.b.0", Equal, json!(1), "value"),
    ] {
        let found = documents.find(soon(), "posts", &filter(path, comparison, value.clone())).await.unwrap();
        let found: Vec<_> = found.iter().map(|found| found.id.as_str()).collect();
        assert_eq!(found.join(" "), expected, "{path} {comparison:?} {value}");
    }
    mixed.end().await;
}

#[tokio::test]
async fn the_largest_and_deepest_bodies_come_back() {
    let mixed = Mixed::new().await;
    let documents = mixed.posts().await.documents;
    let fill = |element: &str| {
        let room = (1 << 20) - "{\"a\":[]}".len() - element.len();
        format!("{{\"a\":[{}{element}]}}", format!("{element},").repeat(room / (element.len() + 1)))
    };
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(64), "]".repeat(64));
    for (id, body) in [("ones", fill("1")), ("empties", fill("[]")), ("texts", fill("\"\"")), ("deep", deep)]
    {
        documents.insert(soon(), "posts", id, body.as_bytes(), &[]).await.unwrap();
        let kept = documents.get(soon(), "posts", id).await.unwrap().unwrap();
        assert!(kept.body == body.as_bytes(), "{id} is another");
    }
    let deeper = format!("{{\"a\":{}{}}}", "[".repeat(65), "]".repeat(65));
    for (body, expected) in
        [(deeper, false), ("[".repeat(500_000), false), (format!("{} ", fill("1")).repeat(2), true)]
    {
        let outcome = documents.insert(soon(), "posts", "x", body.as_bytes(), &[]).await;
        match expected {
            true => assert_eq!(outcome, Err(DocumentError::TooLarge)),
            false => assert!(matches!(outcome, Err(DocumentError::Rejected(_))), "{outcome:?}"),
        }
    }
    mixed.end().await;
}
