//! `GET /dashboard/trending`: the hottest things that the caller may see, read in their order through an index.

use p2p_sdk::{
    Ctx, Cursor, Page, PageRequest, People, Person, Problem, Request, Response, Timestamp, Uuid, Viewer,
};
use serde::{Deserialize, Serialize};

use super::heat::Window;
use super::statement::{count, page};
use crate::moments::hour_of;

/// Stands before everything.
const FIRST: (i64, Uuid) = (i64::MAX, Uuid::from_bytes([0xff; 16]));

/// How far back is looked.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Wanted {
    pub window: Window,
}

/// A topic or a use case that is talked about.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Trend<'a> {
    /// topic or use-case.
    #[serde(rename = "type")]
    pub kind: String,
    pub id: Uuid,
    pub title: String,
    pub slug: String,
    /// A topic's category, a use case's industry.
    pub category: String,
    pub author: Option<Person<'a>>,
    pub likes: i64,
    /// What people did around it, what is older counting less.
    pub score: f64,
    pub created_at: Timestamp,
    #[serde(skip)]
    author_id: Uuid,
    #[serde(skip)]
    key: i64,
}

/// Answers a page of trends.
pub async fn list(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let wanted = PageRequest::of(&request)?;
    let Wanted { window } = request.query()?;
    let (viewer, now) = (Viewer::of(ctx.actor()?), hour_of(ctx.now()));
    let name = name(window);
    let place = wanted.after::<(i64, Uuid)>(&name)?;
    let query = page(window, viewer, now, place.unwrap_or(FIRST), &wanted);
    let trends = query.rows(ctx).await?.read(|row| {
        let key = row.get()?;
        Ok(Trend {
            key,
            score: window.score(key, now),
            id: row.get()?,
            kind: row.get()?,
            title: row.get()?,
            slug: row.get()?,
            category: row.get()?,
            author_id: row.get()?,
            author: None,
            likes: row.get()?,
            created_at: row.get()?,
        })
    })?;
    let mut page = Page::new(&wanted, trends, |last| Cursor::new(&name, p2p_sdk::params![last.key, last.id]));
    if wanted.count {
        page = page.with_total(count(window, viewer, now).number(ctx).await?);
    }
    let cards = People::ask(ctx, page.items.iter().map(|trend| trend.author_id)).await?;
    let authors = People::read(&cards)?;
    for trend in &mut page.items {
        trend.author = Some(authors.get(trend.author_id));
    }
    Ok(Response::ok(&page))
}

/// Names the list in its cursors.
fn name(window: Window) -> String {
    format!("dashboard.trending.{}", window.column())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::Actor;
    use serde_json::{Value, json};

    use crate::fixture::{Board, use_case};

    const HOUR: Duration = Duration::from_secs(60 * 60);

    fn page(board: &Board, by: &Actor, query: &str) -> Value {
        let answer = board.host.get(&format!("/dashboard/trending?{query}")).by(by).send();
        assert_eq!(answer.status, 200, "{query}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    fn titles(board: &Board, by: &Actor, query: &str) -> Vec<String> {
        let page = page(board, by, query);
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    }

    fn score(board: &Board, query: &str) -> f64 {
        page(board, &board.layla, query)["items"][0]["score"].as_f64().unwrap()
    }

    #[test]
    fn what_most_is_done_around_comes_first_and_cools() {
        let board = Board::new();
        let busy = board.topic(&board.layla, "Busy");
        for _ in 0..2 {
            board.post(busy, &board.omar);
        }
        board.host.advance(12 * HOUR);
        board.topic(&board.omar, "Fresh");
        assert_eq!(
            titles(&board, &board.stranger, "window=24h"),
            ["Fresh", "Busy"],
            "30 are 7.5 two half-lives later"
        );
        board.post(busy, &board.omar);
        assert_eq!(titles(&board, &board.stranger, "window=24h"), ["Busy", "Fresh"]);
        assert_eq!(titles(&board, &board.stranger, "window=30d"), ["Busy", "Fresh"]);
        assert_eq!(score(&board, "window=24h"), 17.5);
        board.host.advance(6 * HOUR);
        assert_eq!(score(&board, "window=24h"), 8.75);
    }

    #[test]
    fn a_window_shows_what_was_touched_within_it() {
        let board = Board::new();
        board.topic(&board.layla, "Weeks ago");
        board.host.advance(14 * 24 * HOUR);
        board.topic(&board.layla, "Days ago");
        board.host.advance(2 * 24 * HOUR);
        board.topic(&board.layla, "Today");
        assert_eq!(titles(&board, &board.omar, "window=24h"), ["Today"]);
        assert_eq!(titles(&board, &board.omar, ""), ["Today", "Days ago"]);
        assert_eq!(titles(&board, &board.omar, "window=30d&count=true"), ["Today", "Days ago", "Weeks ago"]);
        assert_eq!(page(&board, &board.omar, "window=7d&count=true")["total"], 2);
    }

    #[test]
    fn much_that_is_long_ago_is_not_within_a_short_window() {
        let board = Board::new();
        let topic = board.topic(&board.layla, "Yesterday's talk");
        for _ in 0..60 {
            board.post(topic, &board.omar);
        }
        board.host.advance(26 * HOUR);
        assert_eq!(titles(&board, &board.omar, "window=24h"), [""; 0]);
        assert_eq!(titles(&board, &board.omar, "window=7d"), ["Yesterday's talk"]);
    }

    #[test]
    fn drafts_and_what_an_organization_keeps_are_seen_by_those_who_may() {
        let board = Board::new();
        board.topic_within(&board.layla, "Ours alone");
        let id = board.host.new_id();
        board.tell("use-cases.use-case.created", &use_case(id, &board.layla, "draft"));
        assert_eq!(titles(&board, &board.layla, ""), ["Ours alone"]);
        board.tell("use-cases.use-case.published", &use_case(id, &board.layla, "published"));
        board.like(use_case(id, &board.layla, "published"), &board.omar, true, 1);
        for by in [&board.omar, &board.platform_admin] {
            assert_eq!(titles(&board, by, ""), ["Less scrap", "Ours alone"]);
        }
        let homeless = Actor { organization_id: None, ..board.stranger.clone() };
        for by in [&board.stranger, &homeless] {
            assert_eq!(titles(&board, by, "count=true"), ["Less scrap"]);
        }
        let item = page(&board, &board.stranger, "")["items"][0].clone();
        assert_eq!(
            (&item["type"], &item["category"], &item["likes"], &item["author"]["name"]),
            (&json!("use-case"), &json!("Manufacturing"), &json!(1), &json!("Layla Noor"))
        );
        board.tell("use-cases.use-case.archived", &use_case(id, &board.layla, "archived"));
        assert_eq!(titles(&board, &board.layla, ""), ["Ours alone"]);
        board.like(use_case(id, &board.layla, "archived"), &board.stranger, true, 2);
        assert_eq!(titles(&board, &board.layla, ""), ["Ours alone"], "a late like does not bring it back");
        let places = board.host.query("SELECT count(*) FROM trends", &p2p_sdk::params![]);
        assert_eq!(places.value::<i64>().unwrap(), Some(1), "what nobody sees has no place");
        board.tell("use-cases.use-case.published", &use_case(id, &board.layla, "published"));
        assert_eq!(score(&board, ""), 20.0, "what was done around it was kept");
    }

    #[test]
    fn pages_follow_each_other_and_a_cursor_is_of_one_window() {
        let board = Board::new();
        for n in 0..5 {
            board.topic(&board.layla, &format!("Topic {n}"));
            board.host.advance(HOUR);
        }
        let first = page(&board, &board.omar, "limit=2");
        assert_eq!(first["items"][0]["title"], "Topic 4");
        let next = first["nextCursor"].as_str().unwrap();
        assert_eq!(titles(&board, &board.omar, &format!("limit=2&cursor={next}")), ["Topic 2", "Topic 1"]);
        assert_eq!(titles(&board, &board.omar, "limit=2&page=3"), ["Topic 0"]);
        let get =
            |query: &str| board.host.get(&format!("/dashboard/trending?{query}")).by(&board.omar).send();
        assert_eq!(get(&format!("window=24h&cursor={next}")).code(), "CURSOR_INVALID");
        assert_eq!(get("window=1y").wrong_fields()[0].0, "window");
        assert_eq!(board.host.get("/dashboard/trending").send().status, 401);
    }
}
