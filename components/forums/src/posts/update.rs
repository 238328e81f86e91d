//! `PATCH /forums/posts/{id}`: its author writes it anew. The root post's text is its topic's: both get a new version.

use p2p_sdk::{Batch, Check, Ctx, Problem, Request, Response, again_unless_matched, params};
use serde::Deserialize;

use super::row::PostRow;
use super::{create, read};
use crate::revisions::Edit;
use crate::told::Words;
use crate::topics;

const ROOT: &str = "UPDATE topics SET version = version + 1, updated_at = $2, excerpt = $3 \
    WHERE id = $1 AND status <> 'deleted'";

/// What something says from now on.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct NewContent {
    /// Markdown.
    pub content: String,
}

/// Changes a post.
pub async fn update(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    again_unless_matched(&request, async || change(ctx, &request).await).await
}

async fn change(ctx: &Ctx, request: &Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let (topic, post) = PostRow::find(ctx, request.id("id")?).await?;
    actor.author(post.author_id)?;
    let NewContent { content } = request.json()?;
    let length = if post.is_root { topics::CONTENT } else { create::CONTENT };
    Check::new().prose("content", &content, length).finish()?;
    request.matched(post.version)?;
    let edit = Edit::post(ctx, &post)?;
    let words = Words::of(ctx, topic.within(), &content).await?;
    let mut told = words.told(topic.told(post.id, post.author_id, post.organization_id));
    let excerpt = if post.is_root { topics::excerpt(ctx, &content).await } else { String::new() };
    let batch = if post.is_root {
        told.excerpt = Some(&excerpt);
        let change = |batch: Batch| batch.run_one(ROOT, params![topic.id, edit.at, excerpt]);
        let batch = edit.write(Batch::new());
        let batch = topics::keep_version(batch, topic.id, actor.user_id, edit.at, change);
        batch.tell(told.event("forums.topic.updated"))
    } else {
        edit.write(Batch::new()).tell(told.event("forums.post.updated"))
    };
    edit.finish(ctx, batch, &content).await?;
    read::again(ctx, post.id).await
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::{Answered, Sending};
    use p2p_sdk::{Actor, Uuid, params};
    use serde_json::{Value, json};

    use crate::fixture::Forum;

    fn change<'a>(forum: &'a Forum, by: &Actor, post: Uuid, content: &str) -> Sending<'a> {
        forum.host.patch(&format!("/forums/posts/{post}")).by(by).json(&json!({ "content": content }))
    }

    fn posted() -> (Forum, Uuid, Uuid) {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let post = forum.answer(topic, &forum.huda, "The first text");
        (forum, topic, post)
    }

    #[test]
    fn the_new_text_is_read_and_the_old_one_is_history() {
        let (forum, topic, post) = posted();
        forum.host.events();
        let answer = change(&forum, &forum.huda, post, "The second text").send();
        assert_eq!((answer.status, answer.header("etag")), (200, Some("\"2\"")));
        assert_eq!(
            (&answer.json()["content"], &answer.json()["editedAt"]),
            (&json!("The second text"), &json!(forum.host.now()))
        );
        assert_eq!(forum.read(&forum.omar, topic).json()["posts"]["items"][1]["content"], "The second text");
        let events = forum.host.events();
        let told: Value = serde_json::from_slice(&events[0].payload).unwrap();
        assert_eq!(
            (events[0].topic.as_str(), &told["text"]),
            ("forums.post.updated", &json!("The second text"))
        );
        let path = format!("/forums/posts/{post}/history");
        let history = forum.host.get(&path).by(&forum.omar).send().json();
        let texts: Vec<_> = history["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| (v["version"].clone(), v["content"].clone()))
            .collect();
        assert_eq!(texts, [(json!(2), json!("The second text")), (json!(1), json!("The first text"))]);
    }

    #[test]
    fn only_the_author_writes_it_anew() {
        let (forum, _, post) = posted();
        for by in [&forum.omar, &forum.stranger, &forum.platform_admin] {
            assert_eq!(change(&forum, by, post, "Not mine").send().status, 403);
        }
        let within = forum.open_within(&forum.huda, "Among ourselves");
        assert_eq!(change(&forum, &forum.stranger, within, "Not mine").send().status, 404);
        assert_eq!(change(&forum, &forum.huda, forum.host.new_id(), "Nothing").send().status, 404);
        assert_eq!(
            change(&forum, &forum.huda, post, "").send().wrong_fields(),
            [("content".into(), "REQUIRED".into())]
        );
        assert_eq!(forum.read_post(&forum.huda, post, "").json()["content"], "The first text");
    }

    #[test]
    fn a_stale_write_changes_nothing() {
        let (forum, _, post) = posted();
        let matched = |content: &str, tag: &str| {
            change(&forum, &forum.huda, post, content).header("if-match", tag).send()
        };
        assert_eq!(matched("Second", "\"1\"").status, 200);
        let stale = matched("Third", "\"1\"");
        assert_eq!((stale.status, stale.code().as_str()), (409, "VERSION_CONFLICT"));
        assert_eq!(forum.read_post(&forum.huda, post, "").json()["content"], "Second");
        assert_eq!(matched("Third", "*").status, 200);
    }

    #[test]
    fn of_many_at_once_the_last_committed_is_read() {
        let (forum, _, post) = posted();
        let text = |n: usize| format!("Text number {n}");
        let others = (1..5).map(|n| change(&forum, &forum.huda, post, &text(n)));
        let answers = change(&forum, &forum.huda, post, &text(0)).send_with(others);
        assert!(answers.iter().all(|answer| answer.status == 200 || answer.status == 409));
        let done = answers.iter().filter(|answer| answer.status == 200).count();
        let read = forum.read_post(&forum.huda, post, "");
        assert_eq!(read.header("etag"), Some(format!("\"{}\"", done + 1).as_str()));
        let history = forum.host.get(&format!("/forums/posts/{post}/history")).by(&forum.huda).send().json();
        assert_eq!(history["items"][0]["content"], read.json()["content"]);
        assert_eq!(
            history["items"].as_array().unwrap().len(),
            done + 1,
            "none that was acknowledged is lost"
        );
    }

    #[test]
    fn of_two_who_name_a_version_one_loses() {
        let (forum, _, post) = posted();
        let one = |content: &str| change(&forum, &forum.huda, post, content).header("if-match", "\"1\"");
        let mut statuses: Vec<_> =
            one("A").send_with([one("B")]).iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }

    #[test]
    fn a_text_that_never_reached_its_document_is_read_all_the_same() {
        let (forum, topic, post) = posted();
        forum.reply(post, &forum.omar, "A reply");
        let body = |id: Uuid| -> Vec<u8> {
            forum
                .host
                .query("SELECT body FROM p2p_documents WHERE id = $1", &params![id.to_string()])
                .value()
                .unwrap()
                .unwrap()
        };
        let before = body(post);
        assert_eq!(change(&forum, &forum.huda, post, "The second text").send().status, 200);
        forum
            .host
            .execute("UPDATE p2p_documents SET body = $2 WHERE id = $1", params![post.to_string(), before]);
        let read = |answer: Answered| answer.json();
        assert_eq!(read(forum.read_post(&forum.huda, post, ""))["content"], "The second text");
        assert_eq!(read(forum.read(&forum.huda, topic))["posts"]["items"][1]["content"], "The second text");
    }

    #[test]
    fn a_commit_that_fails_shows_nothing_of_it() {
        let (forum, _, post) = posted();
        let refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON posts BEGIN SELECT RAISE(ABORT, 'no'); END";
        forum.host.execute(refuse, params![]);
        forum.host.events();
        assert!(change(&forum, &forum.huda, post, "It will not come").send().status >= 500);
        assert_eq!(forum.read_post(&forum.huda, post, "").json()["content"], "The first text");
        assert!(forum.host.events().is_empty());
    }

    #[test]
    fn the_root_posts_text_is_its_topics() {
        let (forum, topic, _) = posted();
        forum.host.events();
        assert_eq!(change(&forum, &forum.huda, topic, "Too short").send().status, 422);
        let text = "It vibrates above **50 Hz** only, I found.";
        assert_eq!(change(&forum, &forum.huda, topic, text).send().status, 200);
        let read = forum.read(&forum.huda, topic);
        assert_eq!((read.header("etag"), &read.json()["content"]), (Some("\"2\""), &json!(text)));
        assert_eq!(read.json()["excerpt"], "It vibrates above 50 Hz only, I found.");
        assert_eq!(forum.host.events()[0].topic, "forums.topic.updated");
        let versions =
            forum.host.get(&format!("/forums/topics/{topic}/history")).by(&forum.huda).send().json();
        assert_eq!(versions["items"].as_array().unwrap().len(), 2);
    }
}
