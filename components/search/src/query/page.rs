//! A page of what was found. Pages go on by how many were passed over, which ends at the last candidate.

use p2p_sdk::{Ctx, Cursor, PageRequest, People, Problem, Request, Response, join, params};
use serde::Serialize;

use super::Scope;
use super::asked::Filter;
use super::candidates::find;
use super::counts::{Counts, Facets};
use super::hit::{Hit, show, texts};
use super::selection::MOST;

/// What says which page of an answer is wanted, and not which answer.
const PAGING: [&str; 4] = ["cursor", "page", "limit", "count"];

/// A part of what was found.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SearchPage<'a> {
    items: Vec<Hit<'a>>,
    limit: u32,
    has_next: bool,
    #[cfg_attr(feature = "describe", schema(required))]
    next_cursor: Option<String>,
    /// With `count=true`; never more than 1 000.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_is_capped: Option<bool>,
    /// How many of each type were found, by `GET /search`.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
    facets: Facets<'a>,
}

/// Answers a page.
pub async fn answer(ctx: &Ctx, request: &Request, scope: Scope) -> Result<Response, Problem> {
    let wanted = PageRequest::of(request)?;
    let asked = request.query::<Filter>()?.normalize()?;
    let list = list(request, scope);
    let start = match &wanted.cursor {
        Some(cursor) => cursor.read::<(u32,)>(&list).map(|(start,)| start)?,
        None => wanted.offset,
    };
    let answers = find(ctx, scope, &asked).await?;
    let all = answers.sorted(asked.sort)?;
    let limit = wanted.limit as usize;
    let rest = all.get(start as usize..).unwrap_or_default();
    let part = rest.get(..limit).unwrap_or(rest);
    let both = ctx.concurrent();
    let people = People::ask(&both, part.iter().map(|candidate| candidate.author_id));
    let (texts, cards) = join(texts(&both, part), people).await;
    let (texts, cards) = (texts?, cards?);
    let has_next = rest.len() > limit;
    let page = SearchPage {
        items: show(part, &texts, &People::read(&cards)?, &answers.words)?,
        limit: wanted.limit,
        has_next,
        next_cursor: has_next
            .then(|| Cursor::new(&list, params![start.saturating_add(wanted.limit)]).to_string()),
        total: wanted.count.then_some(all.len()),
        total_is_capped: wanted.count.then_some(all.len() >= MOST),
        counts: (scope == Scope::Everything).then(|| Counts::of(&all)),
        facets: Facets::of(&all),
    };
    Ok(Response::ok(&page))
}

/// Names the answer in its cursors: the cursor of one question is refused by another.
fn list(request: &Request, scope: Scope) -> String {
    let mut list = format!("search.{}", scope.name());
    for (name, value) in request.query_pairs().iter().filter(|(name, _)| !PAGING.contains(&name.as_str())) {
        list.push_str(&format!("\n{name}={value}"));
    }
    list
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::host::{Dialect, SqlError};
    use p2p_sdk::{Cursor, params};
    use serde_json::{Value, json};

    use crate::fixture::{Found, Index};

    const ROUTES: [&str; 4] = ["/search", "/search/users", "/search/use-cases", "/search/forums"];

    fn ids(page: &Value) -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    }

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
            assert_eq!(
                (page["limit"].as_u64(), page["hasNext"].as_bool()),
                (Some(3), Some(walked.len() < 7))
            );
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
}
