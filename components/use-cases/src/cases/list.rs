//! `GET /use-cases`: one statement for the page, one question to the directory for its authors. Feeds the public map.

use p2p_sdk::{Ctx, Page, PageRequest, People, Problem, Request, Response};

use super::card::Card;
use super::filter::Filter;
use super::selection::Selection;
use super::viewer::Viewer;

/// Answers a page of use cases.
pub async fn list(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let wanted = PageRequest::of(&request)?;
    let filter = request.query::<Filter>()?.normalize()?;
    if filter.mine {
        ctx.actor()?;
    }
    let selection = Selection::new(&filter, Viewer::of(ctx));
    let total = if wanted.count { Some(selection.clone().count().number(ctx).await?) } else { None };
    let rows = selection.page(&wanted)?.rows(ctx).await?;
    let page = Page::new(&wanted, rows.all::<Card<'_>>()?, |last| last.cursor(filter.sort));
    let page = match total {
        Some(total) => page.with_total(total),
        None => page,
    };
    show(ctx, page).await
}

/// Answers use cases with cards of their authors.
pub async fn show(ctx: &Ctx, page: Page<Card<'_>>) -> Result<Response, Problem> {
    let cards = People::ask(ctx, page.items.iter().map(|card| card.submitted_by)).await?;
    let authors = People::read(&cards)?;
    let mut page: Page<Card<'_>> = page;
    for card in &mut page.items {
        card.sign(&authors);
    }
    Ok(Response::ok(&page))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::{Actor, Cursor, params};
    use serde_json::{Value, json};

    use crate::fixture::{Atlas, complete, draft, with};

    /// Nine that are published, at three moments, two of them by somebody else.
    fn nine() -> Atlas {
        let atlas = Atlas::new();
        for n in 0..9 {
            let by = if n % 4 == 3 { &atlas.stranger } else { &atlas.huda };
            let id = atlas.published(by, &complete(&format!("Use case {n}")));
            atlas.set(id, "views = $2", i64::from(n % 4));
            atlas.set(id, "likes = $2", i64::from(n % 2));
            if n % 3 == 2 {
                atlas.host.advance(Duration::from_secs(60));
            }
        }
        atlas
    }

    fn numbers(titles: &[String]) -> String {
        titles.iter().map(|title| &title[title.len() - 1..]).collect()
    }

    /// Every page behind the other, by cursor.
    fn walked(atlas: &Atlas, query: &str) -> String {
        let (mut walked, mut cursor) = (String::new(), String::new());
        loop {
            let page = atlas.list(None, &format!("{query}&limit=2{cursor}")).json();
            walked += &numbers(&Atlas::titles_of(&page));
            match &page["nextCursor"] {
                Value::String(next) => cursor = format!("&cursor={next}"),
                _ => return walked,
            }
        }
    }

    #[test]
    fn pages_have_no_gaps_and_no_repeats_in_any_order() {
        let atlas = nine();
        for (query, wanted) in
            [("", "876543210"), ("sort=mostViewed", "736251840"), ("sort=mostLiked", "753186420")]
        {
            assert_eq!(numbers(&atlas.titles(None, query)), wanted, "{query}");
            assert_eq!(walked(&atlas, query), wanted, "{query}");
        }
        let by_number: Vec<_> =
            (1..=5).map(|page| numbers(&atlas.titles(None, &format!("limit=2&page={page}")))).collect();
        assert_eq!(by_number, ["87", "65", "43", "21", "0"]);
        let page = atlas.list(None, "limit=1000&count=true").json();
        assert_eq!((&page["limit"], &page["total"]), (&json!(100), &json!(9)));
    }

    #[test]
    fn a_cursor_that_is_not_of_this_list_is_refused() {
        let atlas = nine();
        let newest = atlas.list(None, "limit=2").json()["nextCursor"].as_str().unwrap().to_owned();
        let wrong = Cursor::new("use-cases.newest", params!["a", p2p_sdk::Uuid::NIL]);
        for query in [
            "cursor=forged".to_owned(),
            format!("cursor={newest}x"),
            format!("sort=mostViewed&cursor={newest}"),
            format!("cursor={wrong}"),
        ] {
            let answer = atlas.list(None, &query);
            assert_eq!((answer.status, answer.code().as_str()), (400, "CURSOR_INVALID"), "{query}");
        }
    }

    #[test]
    fn without_a_session_there_are_published_ones_only() {
        let atlas = Atlas::new();
        atlas.published(&atlas.huda, &complete("For all to see"));
        atlas.begun(&atlas.huda, &draft("Not yet ready"));
        let archived = atlas.published(&atlas.huda, &complete("It was good once"));
        atlas.archive(&atlas.huda, archived);
        let member = atlas.host.colleague(&atlas.huda, p2p_sdk::Role::Member);
        let (all, begun, old) = (&["For all to see"][..], &["Not yet ready"][..], &["It was good once"][..]);
        let seen: [(Option<&Actor>, &[&str], &[&str]); 6] = [
            (None, &[], &[]),
            (Some(&atlas.huda), begun, old),
            (Some(&atlas.omar), begun, old),
            (Some(&member), &[], &[]),
            (Some(&atlas.stranger), &[], &[]),
            (Some(&atlas.platform_admin), begun, old),
        ];
        for (by, drafts, archived) in seen {
            assert_eq!(atlas.titles(by, ""), all);
            assert_eq!(atlas.titles(by, "status=published"), all);
            assert_eq!(atlas.titles(by, "status=draft"), drafts);
            assert_eq!(atlas.titles(by, "status=archived"), archived);
        }
        let mine = ["It was good once", "Not yet ready", "For all to see"];
        assert_eq!(atlas.titles(Some(&atlas.huda), "mine=true"), mine);
        assert_eq!(atlas.titles(Some(&atlas.huda), "mine=true&status=draft"), begun);
        assert!(atlas.titles(Some(&atlas.omar), "mine=true").is_empty());
        assert_eq!(atlas.list(None, "mine=true").status, 401);
    }

    #[test]
    fn filters_narrow_and_join_and_repeat() {
        let atlas = Atlas::new();
        let plain = with(complete("Camera over a mould"), "industry", json!("Plastics"));
        atlas.published(&atlas.huda, &with(plain, "tags", json!(["Quality Control"])));
        let other = with(complete("مراقبة المضخات 100%_آمنة"), "industry", json!("Food"));
        let other = with(with(other, "tags", json!(["pumps"])), "technology", json!(["IoT", "MQTT"]));
        let place = json!({ "city": "جدة", "coordinates": [21.5433, 39.1728] });
        atlas.published(&atlas.stranger, &with(other, "location", place));
        let (plain, other) = (&["Camera over a mould"][..], &["مراقبة المضخات 100%_آمنة"][..]);
        let both = ["مراقبة المضخات 100%_آمنة", "Camera over a mould"];
        let own = format!("organizationId={}", atlas.huda.organization_id.unwrap());
        for (query, wanted) in [
            ("industry=PLASTICS", plain),
            ("industry=plastics&industry=food", &both),
            ("industry=plastics&city=%D8%AC%D8%AF%D9%87", &[]),
            ("city=%D8%AC%D8%AF%D9%87", other),
            ("city=riyadh", plain),
            ("technology=mqtt&technology=lidar", other),
            ("technology=mq", &[]),
            ("tag=Quality+control", plain),
            ("tag=quality-control&search=camera", plain),
            ("search=mould+camera+riyadh", plain),
            ("search=100%25_", other),
            ("search=a%25s", &[]),
            ("search=%D8%A7%D9%84%D9%85%D8%B6%D8%AE%D8%A7%D8%AA", other),
            ("bbox=46,24,47,25", plain),
            ("bbox=34,16,56,33", &both),
            ("bbox=0,0,10,10", &[]),
            ("bbox=47,16,40,33", other),
            (own.as_str(), plain),
            ("search=+&tag=&city=&bbox=", &both),
        ] {
            assert_eq!(atlas.titles(None, query), wanted, "{query}");
        }
    }

    #[test]
    fn a_card_has_the_shape_of_the_contract() {
        let atlas = Atlas::new();
        let id = atlas.published(&atlas.huda, &complete("Shape of a card"));
        let page = atlas.list(None, "").json();
        let card = page["items"][0].as_object().unwrap();
        let mut names: Vec<_> = card.keys().map(String::as_str).collect();
        names.sort_unstable();
        let mut wanted = "id title slug status industry technology excerpt outcomes location latitude longitude tags \
            submittedBy author organizationId organization views likes isLiked isBookmarked publishedAt createdAt updatedAt"
            .split_whitespace()
            .collect::<Vec<_>>();
        wanted.sort_unstable();
        assert_eq!(names, wanted);
        assert_eq!((&card["id"], &card["slug"]), (&json!(id), &json!("shape-of-a-card")));
        assert_eq!(card["location"], json!({ "city": "Riyadh", "coordinates": [24.7136, 46.6753] }));
        assert_eq!((&card["latitude"], &card["longitude"]), (&json!(24.7136), &json!(46.6753)));
        let organization = json!({ "id": atlas.huda.organization_id, "name": "Acme" });
        assert_eq!((&card["organization"], &card["author"]["name"]), (&organization, &json!("Huda Salem")));
    }

    #[test]
    fn an_organization_stays_when_its_author_left() {
        let atlas = Atlas::new();
        atlas.published(&atlas.omar, &complete("By somebody who left"));
        let card = atlas.list(None, "").json()["items"][0].clone();
        assert_eq!(
            (&card["author"]["name"], &card["organization"]["name"]),
            (&json!("Former member"), &json!("Acme"))
        );
    }
}
