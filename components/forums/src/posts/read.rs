//! `GET /forums/posts/{id}`: a post and a page of the replies to it, by their position.

use p2p_sdk::{Actor, Code, Ctx, Cursor, PageRequest, Problem, Request, Response, Uuid, params};

use super::page::{Bare, FIRST_PAGE};
use super::post::OnePost;
use super::row::PostRow;
use crate::replies::{self, ReplyRow};

/// Names the list of replies in its cursors.
const LIST: &str = "forums.replies";

/// Answers a post.
pub async fn read(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let id = request.id("id")?;
    answer(ctx, id, &PageRequest::of(&request)?).await
}

/// The post as it stands now, with its first replies.
pub async fn again(ctx: &Ctx, id: Uuid) -> Result<Response, Problem> {
    answer(ctx, id, &FIRST_PAGE).await
}

async fn answer(ctx: &Ctx, id: Uuid, wanted: &PageRequest) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let (topic, post) = PostRow::find(ctx, id).await?;
    let mut replies = page(ctx, actor, id, wanted).await?;
    let limit = wanted.limit as usize;
    let more = replies.len() > limit;
    replies.truncate(limit);
    let count = replies.len();
    let mut bare = Bare::of(ctx, wanted, vec![post], false, replies, Vec::new()).await?;
    let more = more || bare.replies.len() < count;
    let replies_next = bare.replies.last().filter(|_| more).map(cursor);
    let dressing = bare.dress(ctx, None).await?;
    let page = bare.show(&dressing, topic.best_reply_id)?;
    let post = page.items.into_iter().next().ok_or_else(Problem::not_found)?;
    Ok(Response::ok(&OnePost { post, replies_next }).etag(bare.version()))
}

async fn page(ctx: &Ctx, actor: &Actor, post: Uuid, wanted: &PageRequest) -> Result<Vec<ReplyRow>, Problem> {
    let behind = match &wanted.cursor {
        None => -1,
        Some(cursor) => match cursor.read::<(Uuid, i64)>(LIST)? {
            (of, position) if of == post => position,
            _ => return Err(Problem::new(Code::CursorInvalid)),
        },
    };
    replies::page_of(ctx, actor, post, behind, wanted.fetch(), wanted.offset).await
}

fn cursor(last: &ReplyRow) -> String {
    Cursor::new(LIST, params![last.post_id, last.position]).to_string()
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Uuid, params};
    use serde_json::{Value, json};

    use crate::fixture::Forum;
    use crate::posts::place;

    /// All replies of a post in their order, page by page, and how many pages that took.
    fn walked(forum: &Forum, post: Uuid, limit: u32) -> (Vec<String>, usize) {
        let (mut contents, mut pages, mut cursor) = (Vec::new(), 0, String::new());
        loop {
            let answer = forum.read_post(&forum.huda, post, &format!("limit={limit}{cursor}"));
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
            let page = answer.json();
            let replies = page["replies"].as_array().unwrap();
            contents.extend(replies.iter().map(|reply| reply["content"].as_str().unwrap().to_owned()));
            pages += 1;
            match &page["repliesNext"] {
                Value::String(next) => cursor = format!("&cursor={next}"),
                _ => return (contents, pages),
            }
        }
    }

    #[test]
    fn a_post_comes_with_its_replies_page_by_page() {
        let forum = Forum::new();
        let post = forum.answer(forum.open(&forum.huda, "Why does it vibrate?"), &forum.huda, "An answer");
        for n in 0..7 {
            forum.reply(post, &forum.stranger, &format!("Reply {n}"));
        }
        let wanted: Vec<_> = (0..7).map(|n| format!("Reply {n}")).collect();
        assert_eq!(walked(&forum, post, 3), (wanted, 3));
        let answer = forum.read_post(&forum.huda, post, "limit=7");
        assert_eq!((answer.header("etag"), &answer.json()["repliesNext"]), (Some("\"1\""), &Value::Null));
        assert_eq!(
            (&answer.json()["content"], &answer.json()["replyCount"]),
            (&json!("An answer"), &json!(7))
        );
    }

    #[test]
    fn the_cursor_of_another_post_is_refused() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let (one, other) =
            (forum.answer(topic, &forum.huda, "One"), forum.answer(topic, &forum.huda, "Other"));
        for n in 0..3 {
            forum.reply(one, &forum.huda, &format!("{n}"));
        }
        let page = forum.read_post(&forum.huda, one, "limit=1").json();
        let query = format!("cursor={}", page["repliesNext"].as_str().unwrap());
        assert_eq!(forum.read_post(&forum.huda, one, &query).status, 200);
        for (post, query) in [(other, query.as_str()), (one, "cursor=forged")] {
            let answer = forum.read_post(&forum.huda, post, query);
            assert_eq!((answer.status, answer.code().as_str()), (400, "CURSOR_INVALID"));
        }
    }

    /// Rows and documents as ten thousand replies would have left them.
    fn ten_thousand(forum: &Forum, post: Uuid) {
        let rows = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) \
            INSERT INTO replies (id, post_id, topic_id, author_id, chunk, position, revision, created_at) \
            SELECT CAST(printf('%016d', i) AS BLOB), id, topic_id, author_id, i / 500, i, \
            CAST(printf('%016d', i) AS BLOB), created_at FROM posts, n WHERE id = $1";
        assert_eq!(forum.host.execute(rows, params![post]), 10_000);
        for chunk in 0..20u32 {
            let id = |n: u32| Uuid::from_bytes(format!("{n:016}").into_bytes().try_into().unwrap());
            let reply = |n: u32| json!({ "id": id(n), "content": format!("Reply {n}"), "revision": id(n) });
            let replies: Vec<_> = (chunk * 500..(chunk + 1) * 500).map(reply).collect();
            let body = json!({ "content": "The post", "replies": replies }).to_string().into_bytes();
            let (collection, id) = place(post, chunk);
            let put =
                "INSERT OR REPLACE INTO p2p_documents (collection, id, version, body) VALUES ($1, $2, 1, $3)";
            forum.host.execute(put, params![collection, id, body]);
        }
        let count = "UPDATE posts SET reply_count = 10000, total_replies = 10000, open_chunk = 19, \
            chunk_replies = 500 WHERE id = $1";
        forum.host.execute(count, params![post]);
    }

    #[test]
    fn ten_thousand_replies_are_read_page_by_page() {
        let forum = Forum::new();
        let post = forum.answer(forum.open(&forum.huda, "A long thread"), &forum.huda, "The post");
        ten_thousand(&forum, post);
        let (contents, pages) = walked(&forum, post, 100);
        assert_eq!((contents.len(), pages), (10_000, 100));
        assert!(contents.iter().enumerate().all(|(n, content)| *content == format!("Reply {n}")));
        let next = forum.reply(post, &forum.omar, "One more");
        let chunk = "SELECT chunk FROM replies WHERE id = $1";
        assert_eq!(forum.number(chunk, next), 20, "it begins a new document");
        let page = forum
            .read(&forum.huda, forum.read_post(&forum.huda, post, "").json()["topicId"].as_str().unwrap());
        assert_eq!(page.json()["posts"]["items"][1]["replies"].as_array().unwrap().len(), 10);
    }

    #[test]
    fn what_one_may_not_see_is_not_there() {
        let forum = Forum::new();
        let within = forum.open_within(&forum.huda, "Among ourselves");
        let post = forum.answer(within, &forum.huda, "A secret");
        for (by, status) in [(&forum.omar, 200), (&forum.platform_admin, 200), (&forum.stranger, 404)] {
            assert_eq!(forum.read_post(by, post, "").status, status);
        }
        assert_eq!(forum.read_post(&forum.huda, forum.host.new_id(), "").status, 404);
        forum.set(within, "status = $2", "deleted");
        assert_eq!(forum.read_post(&forum.huda, post, "").status, 404);
        assert_eq!(forum.host.get("/forums/posts/nonsense").by(&forum.huda).send().status, 404);
    }
}
