//! Rules of searching documents: every comparison, every order, every page.

use serde_json::{Value, json};

use super::documents::value;
use super::{Candidate, Verdict, open, rules, soon};
use crate::ports::documents::{Comparison, DocumentError, DocumentStore, Filter, Order, Search};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// All rules.
pub async fn all(candidate: &Candidate) -> Verdict {
    rules!(
        candidate,
        [
            each_comparison_finds_its_own,
            filters_are_joined,
            arrays_take_no_place_on_a_page,
            order_is_stable,
            pages_join_without_gap_or_double,
            misfits_are_rejected,
        ]
    )
}

/// Everything, by id, at most so many.
pub(super) fn search(limit: u32) -> Search {
    Search { limit, ..Search::default() }
}

fn filter(path: &str, comparison: Comparison, value: Value) -> Filter {
    Filter { path: path.to_owned(), comparison, value }
}

fn order(path: &str, descending: bool) -> Order {
    Order { path: path.to_owned(), descending }
}

async fn fill(documents: &dyn DocumentStore, bodies: &[(&str, Value)]) -> Result<(), DocumentError> {
    for (id, body) in bodies {
        documents.insert(soon(), "posts", id, body.to_string().as_bytes(), &[]).await?;
    }
    Ok(())
}

async fn ids(documents: &dyn DocumentStore, search: &Search) -> Result<Vec<String>, DocumentError> {
    Ok(documents.find(soon(), "posts", search).await?.into_iter().map(|document| document.id).collect())
}

/// What is found where, in which documents `v` is: 5, 5.5, "5", "a", true, null, missing, ["a", 5], {"x": 1}, "[5]".
async fn each_comparison_finds_its_own(candidate: &Candidate) -> Verdict {
    use Comparison::{AnyOf, Contains, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    let documents = open(candidate, "find-comparisons").await?.documents;
    let bodies = [
        ("int", json!({"v": 5})),
        ("real", json!({"v": 5.5})),
        ("digit", json!({"v": "5"})),
        ("text", json!({"v": "a"})),
        ("yes", json!({"v": true})),
        ("null", json!({"v": null})),
        ("none", json!({"w": 1})),
        ("list", json!({"v": ["a", 5, null, true]})),
        ("object", json!({"v": {"x": 1}})),
        ("trap", json!({"v": "[\"a\",5,null,true]"})),
        ("one", json!({"v": 1})),
    ];
    fill(documents.as_ref(), &bodies).await?;
    let cases: &[(Comparison, Value, &str)] = &[
        (Equal, json!(5), "int"),
        (Equal, json!(5.0), "int"),
        (Equal, json!("5"), "digit"),
        (Equal, json!("a"), "text"),
        (Equal, json!(true), "yes"),
        (Equal, json!(1), "one"),
        (Equal, json!(null), "none null"),
        (Equal, json!("[\"a\",5,null,true]"), "trap"),
        (NotEqual, json!("a"), "digit int list none null object one real trap yes"),
        (NotEqual, json!(null), "digit int list object one real text trap yes"),
        (Less, json!(5.5), "int one"),
        (LessOrEqual, json!(5.5), "int one real"),
        (Greater, json!(5), "real"),
        (GreaterOrEqual, json!(5), "int real"),
        (Less, json!("a"), "digit trap"),
        (GreaterOrEqual, json!("["), "text trap"),
        (AnyOf, json!([5, "a", true]), "int text yes"),
        (AnyOf, json!([null, 5.5, "5"]), "digit none null real"),
        (AnyOf, json!([]), ""),
        (Contains, json!("a"), "list"),
        (Contains, json!(5), "list"),
        (Contains, json!(true), "list"),
        (Contains, json!(null), "list"),
        (Contains, json!("5"), ""),
        (Contains, json!(1), ""),
    ];
    for (comparison, wanted, expected) in cases {
        let search = Search { filters: vec![filter("v", *comparison, wanted.clone())], ..search(50) };
        let found = ids(documents.as_ref(), &search).await?.join(" ");
        assert_eq!(found, *expected, "{comparison:?} {wanted}");
    }
    Ok(())
}

async fn filters_are_joined(candidate: &Candidate) -> Verdict {
    let documents = open(candidate, "find-joined").await?.documents;
    let bodies = [
        ("a", json!({"author": {"name": "Ada"}, "tags": ["x", "y"], "replies": [{"by": 1}, {"by": 2}]})),
        ("b", json!({"author": {"name": "Ada"}, "tags": ["y"], "replies": []})),
        ("c", json!({"author": {"name": "Ben"}, "tags": ["x"]})),
    ];
    fill(documents.as_ref(), &bodies).await?;
    let named = filter("author.name", Comparison::Equal, json!("Ada"));
    let tagged = filter("tags", Comparison::Contains, json!("x"));
    let second = filter("replies.1.by", Comparison::Greater, json!(1));
    let found = |filters: Vec<Filter>| Search { filters, ..search(50) };
    assert_eq!(ids(documents.as_ref(), &found(vec![named.clone()])).await?, ["a", "b"]);
    assert_eq!(ids(documents.as_ref(), &found(vec![named, tagged.clone()])).await?, ["a"]);
    assert_eq!(ids(documents.as_ref(), &found(vec![tagged, second])).await?, ["a"]);
    Ok(())
}

fn shelf() -> Vec<(String, Value)> {
    let mut shelf: Vec<_> = (0..24)
        .map(|n: u32| {
            (format!("id-{:02}", (n * 7) % 24), json!({"likes": n % 3, "name": format!("n{}", n % 4)}))
        })
        .collect();
    shelf.push(("odd-1".to_owned(), json!({"name": "n1"})));
    shelf.push(("odd-2".to_owned(), json!({"likes": null, "name": "n9"})));
    shelf
}

const ORDERS: &[&[(&str, bool)]] = &[
    &[],
    &[("likes", false)],
    &[("likes", true)],
    &[("likes", true), ("name", false)],
    &[("name", false), ("likes", true)],
    &[("name", true), ("likes", false)],
];

/// Missing and null stand first; equal values go by id, in the direction of the last key.
fn sorted(keys: &[(&str, bool)]) -> Vec<String> {
    let mut shelf = shelf();
    let rank = |body: &Value, path: &str| match body.get(path) {
        None | Some(Value::Null) => (0, 0, String::new()),
        Some(Value::String(text)) => (2, 0, text.clone()),
        Some(number) => (1, number.as_i64().unwrap_or(0), String::new()),
    };
    shelf.sort_by(|(one_id, one), (other_id, other)| {
        let by_keys = keys.iter().fold(std::cmp::Ordering::Equal, |so_far, (path, descending)| {
            let way = rank(one, path).cmp(&rank(other, path));
            so_far.then(if *descending { way.reverse() } else { way })
        });
        let by_id = one_id.cmp(other_id);
        let descending = keys.last().is_some_and(|(_, descending)| *descending);
        by_keys.then(if descending { by_id.reverse() } else { by_id })
    });
    shelf.into_iter().map(|(id, _)| id).collect()
}

fn orders(keys: &[(&str, bool)]) -> Vec<Order> {
    keys.iter().map(|(path, descending)| order(path, *descending)).collect()
}

/// A store that looks into arrays by itself must not fill a page with them.
async fn arrays_take_no_place_on_a_page(candidate: &Candidate) -> Verdict {
    let documents = open(candidate, "find-arrays").await?.documents;
    let bodies = [
        ("a", json!({"v": ["x"], "o": {"n": 1}})),
        ("b", json!({"v": ["y", "x"], "o": [{"n": 1}]})),
        ("c", json!({"v": "x", "o": {"n": [1]}})),
        ("d", json!({"v": ["x"], "o": {"n": 1}})),
        ("e", json!({"v": "x", "o": {"n": 1}})),
        ("f", json!({"v": "x", "o": [{"n": 1}]})),
    ];
    fill(documents.as_ref(), &bodies).await?;
    let equal = |path: &str, value: Value| filter(path, Comparison::Equal, value);
    for (filters, limit, wanted) in [
        (vec![equal("v", json!("x"))], 2, vec!["c", "e"]),
        (vec![equal("v", json!("x"))], 9, vec!["c", "e", "f"]),
        (vec![filter("v", Comparison::Greater, json!("w"))], 1, vec!["c"]),
        (vec![filter("o.n", Comparison::AnyOf, json!([1, 2]))], 3, vec!["a", "d", "e"]),
        (vec![equal("v", json!("x")), equal("o.n", json!(1))], 1, vec!["e"]),
    ] {
        let found = ids(documents.as_ref(), &Search { filters: filters.clone(), ..search(limit) }).await?;
        assert_eq!(found, wanted, "{filters:?}");
    }
    Ok(())
}

async fn filled_shelf(
    candidate: &Candidate,
    feature: &str,
) -> Result<std::sync::Arc<dyn DocumentStore>, Failure> {
    let documents = open(candidate, feature).await?.documents;
    let shelf = shelf();
    let bodies: Vec<_> = shelf.iter().map(|(id, body)| (id.as_str(), body.clone())).collect();
    fill(documents.as_ref(), &bodies).await?;
    Ok(documents)
}

async fn order_is_stable(candidate: &Candidate) -> Verdict {
    let documents = filled_shelf(candidate, "find-order").await?;
    for keys in ORDERS {
        let search = Search { order: orders(keys), ..search(100) };
        assert_eq!(ids(documents.as_ref(), &search).await?, sorted(keys), "{keys:?}");
    }
    Ok(())
}

async fn pages_join_without_gap_or_double(candidate: &Candidate) -> Verdict {
    let documents = filled_shelf(candidate, "find-pages").await?;
    for keys in ORDERS {
        for limit in [1, 5] {
            let mut search = Search { order: orders(keys), ..search(limit) };
            let mut walked = Vec::new();
            loop {
                let page = documents.find(soon(), "posts", &search).await?;
                let Some(last) = page.last() else { break };
                let body = value(last)?;
                let values =
                    keys.iter().map(|(path, _)| body.get(path).cloned().unwrap_or_default()).collect();
                search.after = Some((values, last.id.clone()));
                walked.extend(page.into_iter().map(|document| document.id));
                assert!(walked.len() <= 26, "pages repeat themselves: {keys:?}");
            }
            assert_eq!(walked, sorted(keys), "{keys:?} by {limit}");
        }
    }
    Ok(())
}

async fn misfits_are_rejected(candidate: &Candidate) -> Verdict {
    let documents = open(candidate, "find-misfits").await?.documents;
    let with = |filters: Vec<Filter>| Search { filters, ..search(10) };
    let sorted_by = |path: &str| Search { order: vec![order(path, false)], ..search(10) };
    let long = "a".repeat(300);
    let mut misfits = vec![
        search(0),
        search(501),
        with(vec![filter("v", Comparison::AnyOf, json!(1))]),
        with(vec![filter("v", Comparison::Less, json!(true))]),
        with(vec![filter("v", Comparison::Equal, json!([1]))]),
        with(vec![filter("v", Comparison::Contains, json!({"a": 1}))]),
        with(vec![filter("v", Comparison::Equal, json!(1)); 21]),
        Search { after: Some((vec![json!(1)], "a".to_owned())), ..search(10) },
        Search { after: Some((vec![], "a".to_owned())), ..sorted_by("v") },
    ];
    for path in ["", "a'", "a\"", "a b", "$", "a[0]", "a.", "body') OR 1=1 --", &long] {
        misfits.push(with(vec![filter(path, Comparison::Equal, json!(1))]));
        misfits.push(sorted_by(path));
    }
    for misfit in misfits {
        let outcome = documents.find(soon(), "posts", &misfit).await;
        assert!(matches!(outcome, Err(DocumentError::Rejected(_))), "{misfit:?} answered {outcome:?}");
    }
    Ok(())
}
