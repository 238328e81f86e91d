//! `GET /dashboard/activity`, `GET /activity`, and the latest few for the dashboard's first page.

use p2p_sdk::{
    Ctx, Cursor, Page, PageRequest, Problem, Request, Response, Search, Uuid, Viewer, join, params,
};

use super::ACTIVITIES;
use super::feed::Feed;
use super::shown::{Gathered, Listed, listed};
use super::wanted::{Logged, Scope, Wanted};

/// Documents that are read beside the latest rows. Some are of activities that are not shared, such as signing in.
const BESIDE: u32 = 40;

/// Answers a page of what the caller may see.
pub async fn activity(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let Wanted { scope } = request.query()?;
    let wanted = PageRequest::of(&request)?;
    let actor = ctx.actor()?;
    let feed = match (scope, actor.organization_id) {
        (Scope::Me, _) => Feed::Person(actor.user_id),
        (Scope::Network, _) => Feed::Network,
        (Scope::Organization, Some(organization)) => Feed::Organization(organization),
        // Who belongs nowhere has no colleagues.
        (Scope::Organization, None) => Feed::Organization(Uuid::NIL),
    };
    answer(ctx, feed, &wanted).await
}

/// Answers a page of everything in the caller's organization; 404 for who belongs to none.
pub async fn log(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let Logged { user_id: user, action_type: action } = request.query()?;
    let wanted = PageRequest::of(&request)?;
    let organization = ctx.admin()?.organization_id.ok_or_else(Problem::not_found)?;
    answer(ctx, Feed::Log { organization, user, action }, &wanted).await
}

/// The latest few that the caller's organization shares, or the caller's own when they belong to none. Rows and documents
/// are asked for at the same time; a document that is not among the latest is asked for by its id.
pub async fn recent(ctx: &Ctx, most: u32) -> Result<Gathered, Problem> {
    let actor = ctx.actor()?;
    let latest = Search::new(BESIDE).descending("created_at");
    let (feed, latest) = match actor.organization_id {
        Some(id) => (Feed::Organization(id), latest.equal("organization_id", &id)),
        None => (Feed::Person(actor.user_id), latest.equal("user_id", &actor.user_id)),
    };
    let query = feed.page(Viewer::of(actor), None, i64::from(most), 0);
    let stores = ctx.concurrent();
    let (rows, documents) = join(query.rows(&stores), stores.documents().find(ACTIVITIES, latest)).await;
    Gathered::of(ctx, listed(&rows?)?, &documents?).await
}

async fn answer(ctx: &Ctx, feed: Feed, wanted: &PageRequest) -> Result<Response, Problem> {
    let viewer = Viewer::of(ctx.actor()?);
    let rows = feed.page(viewer, wanted.after(feed.name())?, wanted.fetch(), wanted.offset).rows(ctx).await?;
    let place = |last: &Listed| Cursor::new(feed.name(), params![last.created_at, last.id]);
    let mut page = Page::new(wanted, listed(&rows)?, place);
    if wanted.count {
        page = page.with_total(feed.count(viewer).number(ctx).await?);
    }
    let mut gathered = Gathered::of(ctx, std::mem::take(&mut page.items), &[]).await?;
    let items = gathered.show(ctx.call().language)?;
    let Page { limit, has_next, next_cursor, total, total_is_capped, .. } = page;
    Ok(Response::ok(&Page { items, limit, has_next, next_cursor, total, total_is_capped }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::{Actor, Language};
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::{Board, use_case};

    fn page(board: &Board, by: &Actor, path: &str) -> Value {
        let answer = board.host.get(path).by(by).send();
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    fn actions(board: &Board, by: &Actor, path: &str) -> Vec<String> {
        let page = page(board, by, path);
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["actionType"].as_str().unwrap().to_owned()).collect()
    }

    fn scopes(board: &Board, by: &Actor) -> [Vec<String>; 3] {
        ["me", "organization", "network"]
            .map(|scope| actions(board, by, &format!("/dashboard/activity?scope={scope}")))
    }

    #[test]
    fn an_activity_has_a_card_a_sentence_and_what_its_document_knows() {
        let board = Board::new();
        let topic = board.topic(&board.layla, "Pump P-101");
        let reply = board.reply(topic, topic, &board.omar);
        let page = page(&board, &board.layla, "/dashboard/activity");
        let (replied, opened) = (&page["items"][0], &page["items"][1]);
        assert_eq!(replied["summary"], "Replied in the topic “Pump P-101”");
        assert_eq!(replied["metadata"]["postId"], json!(topic));
        assert_eq!((&replied["entityType"], &replied["entityId"]), (&json!("forum"), &json!(reply)));
        assert_eq!(
            (&opened["user"]["name"], &opened["actionType"]),
            (&json!("Layla Noor"), &json!("topic_created"))
        );
        let metadata =
            json!({ "topicId": topic, "category": "general", "title": "Pump P-101", "slug": "pump-p-101" });
        assert_eq!(opened["metadata"], metadata);
        let arabic = board.host.get("/dashboard/activity").by(&board.layla).language(Language::Ar).send();
        assert_eq!(arabic.json()["items"][1]["summary"], "فتح الموضوع «Pump P-101»");
    }

    #[test]
    fn an_activity_whose_document_is_on_its_way_is_shown_without_it() {
        let board = Board::new();
        board.topic(&board.layla, "Pump P-101");
        board.host.execute("DELETE FROM p2p_documents", params![]);
        let shown = page(&board, &board.layla, "/dashboard/activity");
        assert_eq!(shown["items"][0]["metadata"], json!({ "title": "Pump P-101", "slug": "pump-p-101" }));
    }

    #[test]
    fn one_behind_many_that_are_not_shared_is_whole_too() {
        let board = Board::new();
        board.topic(&board.layla, "Pump P-101");
        for _ in 0..BESIDE {
            board.tell("accounts.user.logged-in", &board.standing(&board.omar));
        }
        board.topic(&board.omar, "Pump P-102");
        let recent = board.stats(&board.layla)["recentActivity"].clone();
        let known: Vec<_> =
            recent.as_array().unwrap().iter().map(|shown| &shown["metadata"]["category"]).collect();
        assert_eq!(known, [&json!("general"); 2], "{recent}");
    }

    #[test]
    fn everybody_sees_what_they_may() {
        let board = Board::new();
        board.tell("accounts.user.logged-in", &board.standing(&board.omar));
        board.message(&board.omar, &board.stranger);
        board.tell("use-cases.use-case.created", &use_case(board.host.new_id(), &board.omar, "draft"));
        board.topic_within(&board.omar, "Ours alone");
        board.topic(&board.omar, "For all");
        let own = ["topic_created", "topic_created", "use_case_submitted", "message_sent", "login"];
        let shared = vec!["topic_created".to_owned(); 2];
        assert_eq!(
            scopes(&board, &board.omar),
            [own.map(str::to_owned).to_vec(), shared.clone(), shared.clone()]
        );
        assert_eq!(scopes(&board, &board.layla), [vec![], shared.clone(), shared.clone()]);
        assert_eq!(scopes(&board, &board.stranger), [vec![], vec![], shared[..1].to_vec()]);
        assert_eq!(scopes(&board, &board.platform_admin)[2], shared);
        let homeless = Actor { organization_id: None, ..board.stranger.clone() };
        assert_eq!(scopes(&board, &homeless), [vec![], vec![], shared[..1].to_vec()]);
        assert_eq!(actions(&board, &board.layla, "/activity"), own);
        assert_eq!(actions(&board, &board.stranger, "/activity"), [""; 0]);
    }

    #[test]
    fn what_was_hidden_since_is_shown_no_longer() {
        let board = Board::new();
        let (hidden, deleted) = (board.topic(&board.layla, "Hidden"), board.topic(&board.layla, "Deleted"));
        let post = board.post(hidden, &board.stranger);
        board.reply(hidden, post, &board.omar);
        let case = board.host.new_id();
        board.tell("use-cases.use-case.published", &use_case(case, &board.layla, "published"));
        assert_eq!(scopes(&board, &board.stranger)[2].len(), 5);
        let mut change = board.topic_payload(&board.layla, hidden, "Hidden");
        change["visibility"] = json!("organization");
        board.tell("forums.topic.updated", &change);
        board.tell("forums.topic.deleted", &board.topic_payload(&board.layla, deleted, "Deleted"));
        assert_eq!(scopes(&board, &board.stranger), [vec![], vec![], vec!["use_case_published".to_owned()]]);
        assert_eq!(scopes(&board, &board.omar)[2].len(), 4);
        board.tell("use-cases.use-case.archived", &use_case(case, &board.layla, "archived"));
        assert_eq!(scopes(&board, &board.stranger)[2], [""; 0]);
        assert_eq!(scopes(&board, &board.layla)[0].len(), 3, "one's own archived use case stays one's own");
        board.tell("forums.post.deleted", &board.post_payload(hidden, post, &board.stranger));
        assert_eq!(
            scopes(&board, &board.omar),
            [vec![], vec!["topic_created".to_owned()], vec!["topic_created".to_owned()]]
        );
    }

    #[test]
    fn an_admin_narrows_the_log() {
        let board = Board::new();
        for by in [&board.layla, &board.omar, &board.omar, &board.stranger] {
            board.tell("accounts.user.logged-in", &board.standing(by));
            board.topic(by, "A topic of theirs");
        }
        let omar = board.omar.user_id;
        for (query, count) in [
            ("".to_owned(), 6),
            (format!("userId={omar}"), 4),
            ("actionType=login".to_owned(), 3),
            (format!("userId={omar}&actionType=login"), 2),
            (format!("userId={}", board.stranger.user_id), 0),
        ] {
            let found = page(&board, &board.layla, &format!("/activity?count=true&{query}"));
            assert_eq!(
                (found["items"].as_array().unwrap().len(), &found["total"]),
                (count, &json!(count)),
                "{query}"
            );
        }
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repeat() {
        let board = Board::new();
        let topics: Vec<_> = (0..7).map(|n| board.topic(&board.layla, &format!("Topic {n}"))).collect();
        board.host.advance(Duration::from_secs(60));
        let mut seen = Vec::new();
        let mut path = "/dashboard/activity?scope=network&limit=3&count=true".to_owned();
        loop {
            let page = page(&board, &board.stranger, &path);
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["entityId"].clone()));
            let Some(next) = page["nextCursor"].as_str() else { break };
            path = format!("/dashboard/activity?scope=network&limit=3&cursor={next}");
        }
        assert_eq!(seen.len(), topics.len());
        assert!(topics.iter().all(|topic| seen.contains(&json!(topic))));
        let second = page(&board, &board.stranger, "/dashboard/activity?scope=network&limit=3&page=2");
        assert_eq!(second["items"][0]["entityId"], seen[3]);
    }

    #[test]
    fn only_who_may_and_only_what_is_known_is_answered() {
        let board = Board::new();
        for path in ["/dashboard/activity", "/activity"] {
            assert_eq!(board.host.get(path).send().status, 401, "{path}");
        }
        assert_eq!(board.host.get("/activity").by(&board.omar).send().status, 403);
        let homeless = Actor { organization_id: None, ..board.platform_admin.clone() };
        assert_eq!(board.host.get("/activity").by(&homeless).send().status, 404);
        let get = |path: &str| board.host.get(path).by(&board.layla).send();
        assert_eq!(get("/dashboard/activity?scope=all").wrong_fields()[0].0, "scope");
        assert_eq!(get("/activity?actionType=slept").wrong_fields()[0].0, "actionType");
        assert_eq!(get("/activity?userId=omar").wrong_fields()[0].0, "userId");
        let foreign = Cursor::new("forums.topics.latest", params![board.host.now(), Uuid::NIL]);
        for cursor in [foreign.to_string(), "forged".to_owned()] {
            assert_eq!(get(&format!("/dashboard/activity?cursor={cursor}")).code(), "CURSOR_INVALID");
        }
        board.host.fail_sql(p2p_sdk::host::SqlError::Busy);
        assert_eq!(get("/dashboard/activity").code(), "BUSY");
    }
}
