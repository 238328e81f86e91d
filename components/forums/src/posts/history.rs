//! `GET /forums/posts/{id}/history`: every text a post had, the latest first, for its author and those who may delete it.

use p2p_sdk::{Ctx, Problem, Request, Response};

use super::row::PostRow;
use crate::topics::versions;

/// Names the list in its cursors.
const LIST: &str = "forums.posts.history";

/// A post that was never edited has the one it is.
const FIND: &str = "SELECT version, revision, edited_by, edited_at, NULL, NULL, NULL FROM (\
        SELECT version, revision, edited_by, edited_at FROM post_revisions \
        WHERE post_id = $1 AND reply_id IS NULL \
        UNION ALL \
        SELECT version, revision, author_id, created_at FROM posts WHERE id = $1 AND edited_at IS NULL\
    ) AS versions WHERE version < $2 ORDER BY version DESC LIMIT $3 OFFSET $4";

/// Answers a page of versions.
pub async fn history(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let (_, post) = PostRow::find(ctx, request.id("id")?).await?;
    versions(ctx, &request, &post, (LIST, FIND)).await
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::fixture::Forum;

    #[test]
    fn versions_come_page_by_page_the_latest_first() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let post = forum.answer(topic, &forum.huda, "Text 1");
        let get = |query: &str| {
            forum.host.get(&format!("/forums/posts/{post}/history?{query}")).by(&forum.huda).send()
        };
        assert_eq!(get("").json()["items"][0]["content"], "Text 1");
        for n in 2..=5 {
            let body = json!({ "content": format!("Text {n}") });
            forum.host.patch(&format!("/forums/posts/{post}")).by(&forum.huda).json(&body).send();
        }
        let (mut walked, mut query) = (Vec::new(), "limit=2".to_owned());
        loop {
            let page = get(&query).json();
            walked.extend(page["items"].as_array().unwrap().iter().map(|item| item["content"].clone()));
            let Value::String(next) = &page["nextCursor"] else { break };
            query = format!("limit=2&cursor={next}");
        }
        assert_eq!(walked, [5, 4, 3, 2, 1].map(|n| json!(format!("Text {n}"))));
        assert_eq!(get("cursor=forged").code(), "CURSOR_INVALID");
    }

    #[test]
    fn it_is_for_its_author_and_their_admins() {
        let forum = Forum::new();
        let within = forum.open_within(&forum.huda, "Among ourselves");
        let post = forum.answer(within, &forum.huda, "x");
        let member = forum.host.colleague(&forum.huda, p2p_sdk::Role::Member);
        for (by, status) in [
            (&forum.huda, 200),
            (&forum.omar, 200),
            (&forum.platform_admin, 200),
            (&member, 403),
            (&forum.stranger, 404),
        ] {
            let path = format!("/forums/posts/{post}/history");
            assert_eq!(forum.host.get(&path).by(by).send().status, status);
        }
    }
}
