//! `GET /forums/topics/{id}/posts`: a page of a topic's posts, oldest first.

use p2p_sdk::{Ctx, PageRequest, Problem, Request, Response, params};

use super::page::fetch;
use crate::topics::Seen;

const COUNT: &str = "SELECT count(*) FROM \
    (SELECT id FROM posts WHERE topic_id = $1 AND status = 'open' LIMIT $2) AS counted";

/// Answers a page of posts.
pub async fn list(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let id = request.id("id")?;
    let wanted = PageRequest::of(&request)?;
    let topic = Seen::find(ctx, id).await?;
    let mut bare = fetch(ctx, actor, id, &wanted).await?.complete(ctx, actor, &wanted).await?;
    let dressing = bare.dress(ctx, None).await?;
    let page = bare.show(&dressing, topic.best_reply_id)?;
    if !wanted.count {
        return Ok(Response::ok(&page));
    }
    let counted = ctx.sql().query(COUNT, &params![id, PageRequest::count_limit()]).await?;
    Ok(Response::ok(&page.with_total(counted.value()?.unwrap_or(0))))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::{Cursor, Timestamp, Uuid, params};
    use serde_json::{Value, json};

    use crate::fixture::Forum;

    fn list(forum: &Forum, topic: Uuid, query: &str) -> p2p_sdk::test_host::Answered {
        forum.host.get(&format!("/forums/topics/{topic}/posts?{query}")).by(&forum.huda).send()
    }

    fn contents(page: &Value) -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items.iter().map(|post| post["content"].as_str().unwrap().to_owned()).collect()
    }

    /// A root post and six more, two at one moment, one of them deleted.
    fn seven() -> (Forum, Uuid) {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        for n in 1..=6 {
            if n % 2 == 0 {
                forum.host.advance(Duration::from_secs(60));
            }
            let post = forum.answer(topic, &forum.stranger, &format!("Answer {n}"));
            if n == 4 {
                let path = format!("/forums/posts/{post}");
                assert_eq!(forum.host.delete(&path).by(&forum.stranger).send().status, 204);
            }
        }
        (forum, topic)
    }

    #[test]
    fn pages_have_no_gaps_and_no_repeats() {
        let (forum, topic) = seven();
        let whole = list(&forum, topic, "count=true").json();
        assert_eq!((whole["total"].clone(), contents(&whole).len()), (json!(6), 6));
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = list(&forum, topic, &format!("limit=2{cursor}")).json();
            walked.extend(contents(&page));
            match &page["nextCursor"] {
                Value::String(next) => cursor = format!("&cursor={next}"),
                _ => break,
            }
        }
        assert_eq!(walked, contents(&whole));
        let numbered: Vec<_> = (1..=3)
            .flat_map(|n| contents(&list(&forum, topic, &format!("limit=2&page={n}")).json()))
            .collect();
        assert_eq!(numbered, walked);
    }

    #[test]
    fn the_cursor_of_a_topic_goes_on_where_its_page_ended() {
        let (forum, topic) = seven();
        let next = forum.read(&forum.huda, topic).json()["posts"]["nextCursor"].clone();
        assert_eq!(next, Value::Null, "all six fit");
        for cursor in [
            "forged".to_owned(),
            Cursor::new("forums.topics.latest", params![true, Timestamp(1), Uuid::NIL]).to_string(),
            Cursor::new("forums.posts", params![7i64]).to_string(),
        ] {
            assert_eq!(list(&forum, topic, &format!("cursor={cursor}")).code(), "CURSOR_INVALID", "{cursor}");
        }
    }

    #[test]
    fn each_post_shows_its_first_ten_replies() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let post = forum.answer(topic, &forum.huda, "An answer");
        let replies: Vec<_> =
            (0..13).map(|n| forum.reply(post, &forum.omar, &format!("Reply {n}"))).collect();
        forum.reply(topic, &forum.omar, "To the root");
        let gone = forum.host.delete(&format!("/forums/replies/{}", replies[1])).by(&forum.omar).send();
        assert_eq!(gone.status, 204);
        let page = list(&forum, topic, "").json();
        assert_eq!(
            (&page["items"][0]["replyCount"], &page["items"][1]["replyCount"]),
            (&json!(1), &json!(12))
        );
        let shown: Vec<_> =
            page["items"][1]["replies"].as_array().unwrap().iter().map(|r| r["id"].clone()).collect();
        let wanted: Vec<_> = [0].into_iter().chain(2..=10).map(|n: usize| json!(replies[n])).collect();
        assert_eq!(shown, wanted);
        assert_eq!(page["items"][0]["replies"][0]["contentHtml"], "<p>To the root</p>");
    }

    #[test]
    fn what_is_too_much_for_one_answer_goes_to_the_next_page() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Long ones");
        for _ in 0..30 {
            forum.answer(topic, &forum.huda, &"ع".repeat(10_000));
        }
        let page = list(&forum, topic, "limit=100").json();
        let got = page["items"].as_array().unwrap().len();
        assert!((20..30).contains(&got), "{got}");
        let rest =
            list(&forum, topic, &format!("limit=100&cursor={}", page["nextCursor"].as_str().unwrap())).json();
        assert_eq!((got + rest["items"].as_array().unwrap().len(), &rest["hasNext"]), (31, &json!(false)));
    }

    #[test]
    fn what_one_may_not_see_is_not_there() {
        let forum = Forum::new();
        let within = forum.open_within(&forum.huda, "Among ourselves");
        let path = format!("/forums/topics/{within}/posts");
        for (by, status) in [(&forum.omar, 200), (&forum.platform_admin, 200), (&forum.stranger, 404)] {
            assert_eq!(forum.host.get(&path).by(by).send().status, status);
        }
        assert_eq!(list(&forum, forum.host.new_id(), "").status, 404);
        let post = forum.answer(within, &forum.huda, "x");
        assert_eq!(list(&forum, post, "").status, 404, "the id of a post is no topic's");
    }

    #[test]
    fn pages_are_read_through_an_index() {
        let forum = Forum::new();
        let plan = |text: &str| forum.host.plan(text, &params![]);
        let steps = plan(
            "SELECT id FROM posts p WHERE p.topic_id = x'00' AND p.status = 'open' \
            AND (p.created_at, p.id) > (1, x'00') ORDER BY p.created_at, p.id LIMIT 3",
        );
        assert!(
            steps.len() == 1 && steps[0].contains("posts_topic (topic_id=? AND (created_at,id)>(?,?))"),
            "{steps:?}"
        );
        let steps = plan(
            "SELECT id FROM replies r WHERE r.post_id = x'00' AND r.position > 5 \
            AND (r.status = 'open' OR r.children > 0) ORDER BY r.position LIMIT 3",
        );
        assert!(
            steps.len() == 1 && steps[0].contains("replies_shown (post_id=? AND position>?)"),
            "{steps:?}"
        );
    }
}
