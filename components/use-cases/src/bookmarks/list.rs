//! `GET /use-cases/bookmarks`: what the caller keeps and may still see.

use p2p_sdk::{Ctx, Cursor, FromRow, Page, PageRequest, Problem, Query, Request, Response, Timestamp, Uuid};

use crate::cases::{Card, Viewer, columns, show_page};

/// Names the list in its cursors.
const LIST: &str = "use-cases.bookmarks";

/// Answers a page of use cases.
pub async fn list(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    ctx.actor()?;
    let wanted = PageRequest::of(&request)?;
    let viewer = Viewer::of(ctx);
    let rows = page(viewer, wanted.after(LIST)?.unwrap_or(PageRequest::LATEST), &wanted).rows(ctx).await?;
    let cards = rows.read(|row| Ok((Card::from_row(row)?, row.get::<Timestamp>()?)))?;
    let mut page = Page::new(&wanted, cards, |(last, at)| Cursor::new(LIST, p2p_sdk::params![at, last.id]))
        .map(|(card, _)| card);
    if wanted.count {
        page = page.with_total(kept("use_case_id", viewer).counted().number(ctx).await?);
    }
    show_page(ctx, page).await
}

fn page(viewer: Viewer, (at, id): (Timestamp, Uuid), wanted: &PageRequest) -> Query {
    // The caller is the first parameter of what is kept.
    let mut query = kept(&format!("{}, kept_at", columns(1)), viewer);
    let (at, id) = (query.bind(&at), query.bind(&id));
    query.add(&format!(" AND (kept_at, use_case_id) < (${at}, ${id})"));
    query.page("kept_at DESC, use_case_id DESC", wanted)
}

/// These columns of what the caller keeps and may see.
fn kept(columns: &str, viewer: Viewer) -> Query {
    let mut query = Query::default();
    let user = query.bind(&viewer.user());
    let own = viewer
        .own(&mut query)
        .map_or_else(|| "1 = 1".to_owned(), |own| format!("(status = 'published' OR {own})"));
    query.add(&format!(
        "SELECT {columns} FROM (SELECT use_case_id, created_at AS kept_at FROM bookmarks WHERE user_id = ${user}) \
        AS kept JOIN use_cases ON use_cases.id = kept.use_case_id WHERE {own}"
    ));
    query
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::{Actor, params};
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::{Atlas, complete};

    fn keep(atlas: &Atlas, by: &Actor, id: Uuid) {
        let answer = atlas.host.post(&format!("/use-cases/{id}/bookmark")).by(by).send();
        assert_eq!((answer.status, &answer.json()["bookmarked"]), (200, &json!(true)));
        atlas.host.advance(Duration::from_secs(1));
    }

    fn page(atlas: &Atlas, by: &Actor, query: &str) -> Value {
        let answer = atlas.host.get(&format!("/use-cases/bookmarks?{query}")).by(by).send();
        assert_eq!(answer.status, 200, "{query}");
        answer.json()
    }

    #[test]
    fn the_last_one_kept_comes_first_and_everybody_has_their_own() {
        let atlas = Atlas::new();
        let ids: Vec<_> =
            (0..5).map(|n| atlas.published(&atlas.huda, &complete(&format!("Use case {n}")))).collect();
        for n in [3, 0, 4, 1] {
            keep(&atlas, &atlas.stranger, ids[n]);
        }
        keep(&atlas, &atlas.huda, ids[2]);
        let first = page(&atlas, &atlas.stranger, "limit=3&count=true");
        assert_eq!(
            (Atlas::titles_of(&first), &first["total"]),
            (["Use case 1", "Use case 4", "Use case 0"].map(str::to_owned).into(), &json!(4))
        );
        assert!(first["items"].as_array().unwrap().iter().all(|card| card["isBookmarked"] == true));
        let next = format!("limit=3&cursor={}", first["nextCursor"].as_str().unwrap());
        assert_eq!(Atlas::titles_of(&page(&atlas, &atlas.stranger, &next)), ["Use case 3"]);
        assert_eq!(
            Atlas::titles_of(&page(&atlas, &atlas.stranger, "limit=2&page=2")),
            ["Use case 0", "Use case 3"]
        );
        assert_eq!(Atlas::titles_of(&page(&atlas, &atlas.huda, "")), ["Use case 2"]);
    }

    #[test]
    fn what_is_no_longer_seen_is_left_out() {
        let atlas = Atlas::new();
        let id = atlas.published(&atlas.huda, &complete("It was good once"));
        for by in [&atlas.stranger, &atlas.huda, &atlas.omar, &atlas.platform_admin] {
            keep(&atlas, by, id);
        }
        atlas.archive(&atlas.huda, id);
        let seen = |by: &Actor| {
            let page = page(&atlas, by, "count=true");
            assert_eq!(page["total"], json!(Atlas::titles_of(&page).len()));
            Atlas::titles_of(&page).len()
        };
        let all = [&atlas.huda, &atlas.omar, &atlas.platform_admin, &atlas.stranger];
        assert_eq!(all.map(seen), [1, 1, 1, 0]);
    }

    #[test]
    fn only_a_cursor_of_this_list_is_taken_and_only_from_those_who_are_signed_in() {
        let atlas = Atlas::new();
        for cursor in ["forged".to_owned(), Cursor::new("use-cases.newest", params![true]).to_string()] {
            let path = format!("/use-cases/bookmarks?cursor={cursor}");
            assert_eq!(atlas.host.get(&path).by(&atlas.huda).send().code(), "CURSOR_INVALID");
        }
        assert_eq!(atlas.host.get("/use-cases/bookmarks").send().status, 401);
    }

    #[test]
    fn the_list_is_read_through_its_index_and_in_its_order() {
        let atlas = Atlas::new();
        let wanted = PageRequest { limit: 20, cursor: None, offset: 0, count: false };
        let query = super::page(Viewer::Person(Uuid::NIL), PageRequest::LATEST, &wanted);
        let steps = atlas.host.plan(&query.text, &query.params);
        assert!(
            steps[0].contains("bookmarks_latest (user_id=? AND (created_at,use_case_id)<(?,?))"),
            "{steps:?}"
        );
        assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{steps:?}");
    }
}
