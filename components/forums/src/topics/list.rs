//! `GET /forums/topics`: one statement for the page, one question to the directory for its authors.

use p2p_sdk::{Ctx, Page, PageRequest, People, Problem, Request, Response};

use super::filter::Filter;
use super::row::Topic;
use super::selection::Selection;

/// Answers a page of topics.
pub async fn list(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let wanted = PageRequest::of(&request)?;
    let filter = request.query::<Filter>()?.normalize()?;
    let selection = Selection::new(&filter, ctx.actor()?);
    let total = if wanted.count { Some(selection.clone().count().number(ctx).await?) } else { None };
    let rows = selection.page(&wanted)?.rows(ctx).await?;
    let page = Page::new(&wanted, rows.all::<Topic<'_>>()?, |last| last.cursor(filter.sort));
    let page = match total {
        Some(total) => page.with_total(total),
        None => page,
    };
    show(ctx, page).await
}

/// Answers topics with cards of their authors.
pub async fn show(ctx: &Ctx, page: Page<Topic<'_>>) -> Result<Response, Problem> {
    let cards = People::ask(ctx, page.items.iter().map(|topic| topic.created_by)).await?;
    let authors = People::read(&cards)?;
    let mut page: Page<Topic<'_>> = page;
    for topic in &mut page.items {
        topic.author = authors.get(topic.created_by);
    }
    Ok(Response::ok(&page))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::{Cursor, Role, Timestamp, params};
    use serde_json::{Value, json};

    use crate::fixture::{Forum, draft, with};

    /// Nine topics at three moments, two of them pinned, three of an organization only.
    fn nine() -> Forum {
        let forum = Forum::new();
        for n in 0..9 {
            let title = format!("Topic number {n}");
            let id = if n % 3 == 1 {
                forum.open_within(&forum.huda, &title)
            } else {
                forum.open(&forum.stranger, &title)
            };
            forum.set(id, "is_pinned = $2", n == 1 || n == 3);
            forum.set(id, "views = $2", i64::from(n % 4));
            if n % 3 == 2 {
                forum.host.advance(Duration::from_secs(60));
            }
        }
        forum
    }

    fn numbers(titles: &[String]) -> String {
        titles.iter().map(|title| &title[title.len() - 1..]).collect()
    }

    /// Every page behind the other, by cursor.
    fn walked(forum: &Forum, query: &str) -> String {
        let (mut walked, mut cursor) = (String::new(), String::new());
        loop {
            let query = format!("{query}&limit=2{cursor}");
            walked += &numbers(&forum.titles(&forum.huda, &query));
            let page = forum.list(&forum.huda, &query).json();
            match &page["nextCursor"] {
                Value::String(next) => cursor = format!("&cursor={next}"),
                _ => return walked,
            }
        }
    }

    #[test]
    fn pinned_first_then_the_latest_and_the_newest_id_among_equals() {
        let forum = nine();
        assert_eq!(numbers(&forum.titles(&forum.huda, "")), "318765420");
        assert_eq!(numbers(&forum.titles(&forum.huda, "sort=popular")), "317625840");
    }

    #[test]
    fn pages_have_no_gaps_and_no_repeats() {
        let forum = nine();
        assert_eq!(walked(&forum, ""), "318765420");
        assert_eq!(walked(&forum, "sort=popular"), "317625840");
        assert_eq!(walked(&forum, "sort=trending"), numbers(&forum.titles(&forum.huda, "sort=trending")));
        let by_number: Vec<_> = (1..=5)
            .map(|page| numbers(&forum.titles(&forum.huda, &format!("limit=2&page={page}"))))
            .collect();
        assert_eq!(by_number, ["31", "87", "65", "42", "0"]);
    }

    #[test]
    fn a_page_stays_itself_when_something_new_comes() {
        let forum = nine();
        let first = forum.list(&forum.huda, "limit=4").json();
        forum.open(&forum.huda, "Topic number 9");
        let query = format!("limit=4&cursor={}", first["nextCursor"].as_str().unwrap());
        assert_eq!(numbers(&forum.titles(&forum.huda, &query)), "6542");
    }

    #[test]
    fn a_cursor_that_is_not_of_this_list_is_refused() {
        let forum = nine();
        let latest = forum.list(&forum.huda, "limit=2").json()["nextCursor"].as_str().unwrap().to_owned();
        let foreign = Cursor::new("forums.posts", params![true, Timestamp(1), p2p_sdk::Uuid::NIL]);
        let wrong = Cursor::new("forums.topics.latest", params!["a", Timestamp(1), p2p_sdk::Uuid::NIL]);
        for query in [
            "cursor=forged".to_owned(),
            "cursor=".to_owned(),
            format!("cursor={latest}x"),
            format!("sort=popular&cursor={latest}"),
            format!("cursor={foreign}"),
            format!("cursor={wrong}"),
        ] {
            let answer = forum.list(&forum.huda, &query);
            assert_eq!((answer.status, answer.code().as_str()), (400, "CURSOR_INVALID"), "{query}");
        }
    }

    #[test]
    fn totals_count_what_the_caller_may_see() {
        let forum = nine();
        let page = forum.list(&forum.huda, "limit=1000&count=true&pinned=false").json();
        assert_eq!(
            (&page["limit"], &page["total"], &page["totalIsCapped"]),
            (&json!(100), &json!(7), &json!(false))
        );
        assert_eq!(forum.list(&forum.stranger, "count=true&limit=0").json()["total"], 6);
        assert!(forum.list(&forum.huda, "").json().get("total").is_none());
    }

    #[test]
    fn an_organization_keeps_its_topics() {
        let forum = nine();
        let nobody = p2p_sdk::Actor { organization_id: None, ..forum.host.person(Role::Member) };
        assert_eq!(numbers(&forum.titles(&forum.omar, "")), "318765420");
        assert_eq!(numbers(&forum.titles(&forum.stranger, "")), "386520");
        assert_eq!(numbers(&forum.titles(&nobody, "")), "386520");
        assert_eq!(numbers(&forum.titles(&forum.platform_admin, "")), "318765420");
        assert_eq!(forum.host.get("/forums/topics").send().status, 401);
    }

    #[test]
    fn deleted_topics_are_gone() {
        let forum = Forum::new();
        forum.open(&forum.huda, "It will stay");
        forum.set(forum.open(&forum.huda, "It will go"), "status = $2", "deleted");
        assert_eq!(forum.titles(&forum.platform_admin, ""), ["It will stay"]);
    }

    #[test]
    fn what_trends_is_liked_or_new() {
        let forum = Forum::new();
        let old = forum.open(&forum.huda, "Opened long ago");
        forum.host.advance(Duration::from_secs(5 * 24 * 60 * 60));
        forum.open(&forum.huda, "Opened today");
        for (views, first) in
            [(0i64, "today"), (30, "today"), (300, "today"), (1_500, "long"), (100_000, "long")]
        {
            forum.set(old, "views = $2", views);
            let titles = forum.titles(&forum.huda, "sort=trending");
            assert!(titles[0].contains(first), "{views}: {titles:?}");
        }
        forum.set(old, "views = $2", 1i64);
        assert!(forum.titles(&forum.huda, "sort=popular")[0].contains("long"));
    }

    #[test]
    fn authors_have_cards_and_those_who_left_have_none() {
        let forum = Forum::new();
        forum.open(&forum.huda, "By Huda");
        forum.open(&forum.omar, "By Omar");
        let page = forum.list(&forum.huda, "").json();
        let organization = json!({ "id": forum.huda.organization_id, "name": "Acme" });
        assert_eq!(
            page["items"][1]["author"],
            json!({ "id": forum.huda.user_id, "name": "Huda Salem", "title": "Engineer", "isVerified": true,
                "organization": organization })
        );
        assert_eq!(page["items"][0]["author"]["name"], "Former member");
        assert_eq!(page["items"][0]["author"]["organization"], Value::Null);
    }

    #[test]
    fn a_topic_has_the_shape_of_the_contract() {
        let forum = Forum::new();
        forum.opened(&forum.huda, &with(draft("Shape of a topic"), "tags", json!(["a", "b\"c"])));
        let page = forum.list(&forum.huda, "").json();
        let topic = page["items"][0].as_object().unwrap();
        let mut names: Vec<_> = topic.keys().map(String::as_str).collect();
        names.sort_unstable();
        let mut wanted =
            "id title slug category tags status visibility createdBy author organizationId isPinned excerpt \
            views likes replyCount hasBestAnswer isBookmarked lastActivityAt createdAt updatedAt"
                .split_whitespace()
                .collect::<Vec<_>>();
        wanted.sort_unstable();
        assert_eq!(names, wanted);
        assert_eq!(topic["tags"], json!(["a", "b\"c"]));
        assert_eq!(topic["excerpt"], "Pump P-101 vibrates above 40 Hz.");
        assert_eq!(topic["createdAt"], json!(forum.host.now()));
    }
}
