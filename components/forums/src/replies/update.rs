//! `PATCH /forums/replies/{id}`: its author writes it anew.

use p2p_sdk::{Batch, Check, Ctx, Problem, Request, Response, Uuid, again_unless_matched};

use super::create::CONTENT;
use super::reply::Reply;
use super::row::ReplyRow;
use crate::posts::{self, Dressing, NewContent};
use crate::revisions::Edit;
use crate::told::Words;

/// Changes a reply.
pub async fn update(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    again_unless_matched(&request, async || change(ctx, &request).await).await
}

async fn change(ctx: &Ctx, request: &Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let (topic, reply) = ReplyRow::find(ctx, request.id("id")?).await?;
    actor.author(reply.author_id)?;
    let NewContent { content } = request.json()?;
    Check::new().prose("content", &content, CONTENT).finish()?;
    request.matched(reply.version)?;
    let edit = Edit::reply(ctx, &reply)?;
    let words = Words::of(ctx, topic.within(), &content).await?;
    let mut told = words.told(topic.told(reply.id, reply.author_id, reply.organization_id));
    told.post_id = Some(reply.post_id);
    let batch = edit.write(Batch::new()).tell(told.event("forums.reply.updated"));
    edit.finish(ctx, batch, &content).await?;
    again(ctx, reply.id).await
}

/// The reply as it stands now.
pub async fn again(ctx: &Ctx, id: Uuid) -> Result<Response, Problem> {
    let (topic, reply) = ReplyRow::find(ctx, id).await?;
    let wanted = reply.wanted().ok_or_else(Problem::not_found)?;
    let text = posts::text(ctx, wanted).await?;
    let dressing = Dressing::of(ctx, std::iter::once(reply.author_id), vec![text]).await?;
    let shown = Reply::new(&reply, topic.best_reply_id, &dressing, &dressing.authors()?);
    Ok(Response::ok(&shown).etag(reply.version))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::Sending;
    use p2p_sdk::{Actor, Uuid, params};
    use serde_json::json;

    use crate::fixture::Forum;

    fn change<'a>(forum: &'a Forum, by: &Actor, reply: Uuid, content: &str) -> Sending<'a> {
        forum.host.patch(&format!("/forums/replies/{reply}")).by(by).json(&json!({ "content": content }))
    }

    fn replied() -> (Forum, Uuid, Uuid) {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        forum.reply(topic, &forum.omar, "Another one");
        let reply = forum.reply(topic, &forum.huda, "The first text");
        (forum, topic, reply)
    }

    #[test]
    fn its_author_writes_it_anew() {
        let (forum, topic, reply) = replied();
        forum.host.events();
        let answer = change(&forum, &forum.huda, reply, "The second text").send();
        assert_eq!((answer.status, answer.header("etag")), (200, Some("\"2\"")));
        let read = forum.read_post(&forum.omar, topic, "").json();
        assert_eq!(read["replies"][1], answer.json());
        assert_eq!(read["replies"][0]["content"], "Another one");
        assert_eq!(forum.host.events()[0].topic, "forums.reply.updated");
        for by in [&forum.omar, &forum.stranger, &forum.platform_admin] {
            assert_eq!(change(&forum, by, reply, "Not mine").send().status, 403);
        }
        assert_eq!(change(&forum, &forum.huda, reply, "").send().status, 422);
        assert_eq!(change(&forum, &forum.huda, forum.host.new_id(), "x").send().status, 404);
        let within = forum.open_within(&forum.huda, "Among ourselves");
        let hidden = forum.reply(within, &forum.huda, "x");
        assert_eq!(change(&forum, &forum.stranger, hidden, "y").send().status, 404);
    }

    #[test]
    fn a_stale_write_changes_nothing() {
        let (forum, topic, reply) = replied();
        let matched = |content: &str| change(&forum, &forum.huda, reply, content).header("if-match", "\"1\"");
        let mut statuses: Vec<_> =
            matched("A").send_with([matched("B")]).iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        let versions = "SELECT count(*) FROM post_revisions WHERE post_id = $1";
        assert_eq!(forum.number(versions, topic), 2);
    }

    #[test]
    fn a_text_that_never_reached_its_document_is_read_all_the_same() {
        let (forum, topic, reply) = replied();
        let id = topic.to_string();
        let body: Vec<u8> = forum
            .host
            .query("SELECT body FROM p2p_documents WHERE id = $1", &params![id])
            .value()
            .unwrap()
            .unwrap();
        assert_eq!(change(&forum, &forum.huda, reply, "The second text").send().status, 200);
        forum.host.execute("UPDATE p2p_documents SET body = $2 WHERE id = $1", params![id, body]);
        assert_eq!(
            forum.read_post(&forum.omar, topic, "").json()["replies"][1]["content"],
            "The second text"
        );
    }
}
