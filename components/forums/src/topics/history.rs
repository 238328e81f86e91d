//! `GET /forums/topics/{id}/history`: every version of a topic, the latest first, for its author and their admins. A
//! version is kept in the commit that makes it; a topic that was never edited has only the one it is.

use p2p_sdk::{
    Batch, Ctx, Cursor, FromRow, Page, PageRequest, People, Person, Problem, Request, Response, Row,
    RowError, Timestamp, Uuid, params,
};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::posts::{self, PostRow};
use crate::revisions;

/// Names the list in its cursors.
const LIST: &str = "forums.topics.history";
/// As many contents of the longest kind fit into an answer.
const LIMIT_MAX: u32 = 20;

/// The first version, before a second one is made of it. The first text of a root post has the topic's id.
const KEEP_FIRST: &str = "INSERT INTO topic_edits \
    (topic_id, version, title, category, tags, revision, edited_by, edited_at) \
    SELECT id, version, title, category, tags, id, created_by, created_at FROM topics \
    WHERE id = $1 AND version = 1 ON CONFLICT (topic_id, version) DO NOTHING";
const KEEP: &str = "INSERT INTO topic_edits \
    (topic_id, version, title, category, tags, revision, edited_by, edited_at) \
    SELECT t.id, t.version, t.title, t.category, t.tags, p.revision, $2, $3 \
    FROM topics t JOIN posts p ON p.id = t.id WHERE t.id = $1";
const FIND: &str = "SELECT version, revision, edited_by, edited_at, title, category, tags FROM (\
        SELECT version, revision, edited_by, edited_at, title, category, tags \
        FROM topic_edits WHERE topic_id = $1 \
        UNION ALL \
        SELECT t.version, p.revision, t.created_by, t.created_at, t.title, t.category, t.tags \
        FROM topics t JOIN posts p ON p.id = t.id \
        WHERE t.id = $1 AND NOT EXISTS (SELECT 1 FROM topic_edits WHERE topic_id = $1)\
    ) AS versions WHERE version < $2 ORDER BY version DESC LIMIT $3 OFFSET $4";

/// How a topic or a post once was, or is.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Version<'a> {
    pub version: i64,
    /// Of a topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    /// Of a topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<&'a str>,
    /// Of a topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "describe", schema(value_type = Option<Vec<String>>))]
    pub tags: Option<&'a RawValue>,
    /// Markdown, as it was written.
    pub content: String,
    /// Who wrote this version.
    pub author: Person<'a>,
    pub written_at: Timestamp,
    #[serde(skip)]
    revision: Uuid,
}

impl<'a> FromRow<'a> for Version<'a> {
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        Ok(Self {
            version: row.get()?,
            revision: row.get()?,
            author: Person::former(row.get()?),
            written_at: row.get()?,
            title: row.get()?,
            category: row.get()?,
            tags: row.get()?,
            content: String::new(),
        })
    }
}

/// Wraps the statements that make a new version of a topic's row; its root post has its new text before them.
pub fn keep(
    batch: Batch,
    topic: Uuid,
    by: Uuid,
    at: Timestamp,
    change: impl FnOnce(Batch) -> Batch,
) -> Batch {
    change(batch.run(KEEP_FIRST, params![topic])).run_one(KEEP, params![topic, by, at])
}

/// Answers the versions of a topic.
pub async fn history(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let (_, root) = PostRow::find(ctx, request.id("id")?).await?;
    if !root.is_root {
        return Err(Problem::not_found());
    }
    page(ctx, &request, &root, (LIST, FIND)).await
}

/// Answers the versions that a statement finds: of the thing `$1`, before the version `$2`, the latest first.
pub async fn page(
    ctx: &Ctx,
    request: &Request,
    post: &PostRow,
    (list, find): (&str, &str),
) -> Result<Response, Problem> {
    ctx.actor()?.author_or_admin(post.author_id, post.organization_id)?;
    let mut wanted = PageRequest::of(request)?;
    wanted.limit = wanted.limit.min(LIMIT_MAX);
    let (before,) = wanted.after(list)?.unwrap_or((i64::MAX,));
    let rows = ctx.sql().query(find, &params![post.id, before, wanted.fetch(), wanted.offset]).await?;
    let versions = rows.all::<Version<'_>>()?;
    let mut page = Page::new(&wanted, versions, |last| Cursor::new(list, params![last.version]));
    let cards = People::ask(ctx, page.items.iter().map(|version| version.author.id)).await?;
    let authors = People::read(&cards)?;
    for version in &mut page.items {
        version.author = authors.get(version.author.id);
        version.content = content(ctx, post, version.revision).await?;
    }
    Ok(Response::ok(&page))
}

async fn content(ctx: &Ctx, root: &PostRow, revision: Uuid) -> Result<String, Problem> {
    if revision == root.revision {
        return Ok(posts::text(ctx, root.wanted()).await?.content);
    }
    Ok(revisions::content(ctx, revision).await?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::Actor;
    use p2p_sdk::test_host::Answered;
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::Forum;

    fn ask(forum: &Forum, by: &Actor, topic: Uuid, query: &str) -> Answered {
        forum.host.get(&format!("/forums/topics/{topic}/history?{query}")).by(by).send()
    }

    fn edit(forum: &Forum, by: &Actor, path: &str, changes: &Value) {
        forum.host.advance(Duration::from_secs(60));
        let answer = forum.host.patch(path).by(by).json(changes).send();
        assert_eq!(answer.status, 200, "{path}");
    }

    /// Each version in short.
    fn versions(page: &Value) -> Vec<(i64, String, String)> {
        let text = |version: &Value, name: &str| version[name].as_str().unwrap().to_owned();
        let short = |version: &Value| {
            (version["version"].as_i64().unwrap(), text(version, "title"), text(version, "content"))
        };
        page["items"].as_array().unwrap().iter().map(short).collect()
    }

    const FIRST: &str = "Pump P-101 vibrates above **40 Hz**.";

    #[test]
    fn a_topic_that_was_never_edited_has_one_version() {
        let forum = Forum::new();
        let opened = forum.host.now();
        let topic = forum.open(&forum.huda, "As it was");
        let page = ask(&forum, &forum.huda, topic, "").json();
        let wanted = json!({ "version": 1, "title": "As it was", "category": "general", "tags": [], "content": FIRST,
            "author": page["items"][0]["author"], "writtenAt": opened });
        assert_eq!(page["items"], json!([wanted]));
        assert_eq!(page["items"][0]["author"]["name"], "Huda Salem");
    }

    #[test]
    fn every_version_is_kept_with_who_made_it_and_when() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "As it was");
        let path = format!("/forums/topics/{topic}");
        edit(&forum, &forum.omar, &path, &json!({ "title": "By the admin" }));
        let second = "Pump P-101 no longer vibrates.";
        edit(&forum, &forum.huda, &format!("/forums/posts/{topic}"), &json!({ "content": second }));
        let third = "Pump P-101 vibrates once more.";
        edit(&forum, &forum.huda, &path, &json!({ "content": third, "category": "quality", "tags": ["a"] }));
        let page = ask(&forum, &forum.huda, topic, "").json();
        let wanted = [
            (4, "By the admin", third),
            (3, "By the admin", second),
            (2, "By the admin", FIRST),
            (1, "As it was", FIRST),
        ];
        assert_eq!(
            versions(&page),
            wanted.map(|(version, title, text)| (version, title.into(), text.into()))
        );
        let items = &page["items"];
        assert_eq!((&items[0]["category"], &items[0]["tags"]), (&json!("quality"), &json!(["a"])));
        assert_eq!((&items[1]["category"], &items[1]["tags"]), (&json!("general"), &json!([])));
        assert_eq!(items[2]["author"]["id"], json!(forum.omar.user_id));
        assert_eq!(items[0]["writtenAt"], json!(forum.host.now()));
        assert_eq!(forum.read(&forum.huda, topic).header("etag"), Some("\"4\""));
    }

    #[test]
    fn it_goes_on_at_the_cursor() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Title 1");
        for n in 2..=5 {
            let title = json!({ "title": format!("Title {n}") });
            edit(&forum, &forum.huda, &format!("/forums/topics/{topic}"), &title);
        }
        let first = ask(&forum, &forum.huda, topic, "limit=3").json();
        let next = format!("limit=3&cursor={}", first["nextCursor"].as_str().unwrap());
        let second = ask(&forum, &forum.huda, topic, &next).json();
        let numbers =
            |page: &Value| versions(page).into_iter().map(|(version, ..)| version).collect::<Vec<_>>();
        assert_eq!((numbers(&first), numbers(&second)), (vec![5, 4, 3], vec![2, 1]));
        assert_eq!(second["nextCursor"], Value::Null);
        assert_eq!(ask(&forum, &forum.huda, topic, "cursor=forged").code(), "CURSOR_INVALID");
        assert_eq!(ask(&forum, &forum.huda, topic, "limit=100").json()["limit"], 20);
    }

    #[test]
    fn it_is_for_the_author_and_their_admins() {
        let forum = Forum::new();
        let (open, within) = (forum.open(&forum.huda, "For all"), forum.open_within(&forum.huda, "For us"));
        let of_omar = forum.open(&forum.omar, "By the admin");
        let post = forum.answer(open, &forum.huda, "No topic at all");
        for (by, topic, status) in [
            (&forum.huda, within, 200),
            (&forum.omar, within, 200),
            (&forum.platform_admin, within, 200),
            (&forum.stranger, open, 403),
            (&forum.stranger, within, 404),
            (&forum.huda, of_omar, 403),
            (&forum.huda, post, 404),
            (&forum.huda, forum.host.new_id(), 404),
        ] {
            assert_eq!(ask(&forum, by, topic, "").status, status);
        }
        assert_eq!(forum.host.get(&format!("/forums/topics/{open}/history")).send().status, 401);
        forum.host.delete(&format!("/forums/topics/{open}")).by(&forum.huda).send();
        assert_eq!(ask(&forum, &forum.huda, open, "").status, 404);
    }
}
