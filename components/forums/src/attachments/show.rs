//! `GET /forums/attachments/{id}`: leads on to a link that the host makes for the moment, for whoever may see the post and
//! for whoever sent the file.

use p2p_sdk::{Ctx, Problem, Request, Response, Uuid, Viewer, params};

use super::blob;
use crate::topics::Visibility;

/// How long a browser may go on with a link, which is a little less than the link is good for.
const FOLLOWED_SECONDS: u32 = 300;
const LINK_SECONDS: u32 = FOLLOWED_SECONDS + 60;

const FIND: &str = "SELECT a.owner_id, t.visibility, t.organization_id FROM attachments a \
    LEFT JOIN posts p ON p.id = a.post_id AND p.status = 'open' \
    LEFT JOIN topics t ON t.id = p.topic_id AND t.status <> 'deleted' WHERE a.id = $1";

/// Leads on to a file.
pub async fn show(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let id: Uuid = request.id("id")?;
    let rows = ctx.sql().query(FIND, &params![id]).await?;
    let found = rows.first::<(Uuid, Option<Visibility>, Option<Uuid>)>()?;
    let (owner, visibility, organization) = found.ok_or_else(Problem::not_found)?;
    let sees = visibility.is_some_and(|visibility| visibility.shows(Viewer::of(actor), organization));
    if !sees && owner != actor.user_id {
        return Err(Problem::not_found());
    }
    let link = ctx.blobs().url(&blob(id), LINK_SECONDS).await?;
    Ok(Response::found(&link, FOLLOWED_SECONDS))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Actor;
    use p2p_sdk::test_host::Answered;
    use serde_json::{Value, json};

    use crate::fixture::{Forum, draft, with};

    fn sent(forum: &Forum) -> Value {
        let upload = forum.host.stage("file", "a.txt", "text/plain", b"a");
        let answer = forum.host.post("/forums/attachments").by(&forum.huda).upload(upload).send();
        answer.json()["attachments"][0].take()
    }

    fn show(forum: &Forum, by: &Actor, file: &Value) -> Answered {
        let path = file["url"].as_str().unwrap().strip_prefix("/api/v1").unwrap();
        forum.host.get(path).by(by).send()
    }

    #[test]
    fn it_leads_on_to_a_link_of_the_moment() {
        let forum = Forum::new();
        let file = sent(&forum);
        let answer = show(&forum, &forum.huda, &file);
        let link = format!("/files/attachments/{}?ttl=360", file["id"].as_str().unwrap());
        assert_eq!((answer.status, answer.header("location")), (302, Some(link.as_str())));
        assert_eq!(answer.header("cache-control"), Some("private, max-age=300"));
    }

    #[test]
    fn whoever_sees_the_post_sees_the_file() {
        let forum = Forum::new();
        let seen = |file: &Value| {
            [&forum.huda, &forum.omar, &forum.stranger, &forum.platform_admin]
                .map(|by| show(&forum, by, file).status)
        };
        let [waiting, open, within] = [(); 3].map(|()| sent(&forum));
        let topic = with(draft("With a file"), "attachments", json!([open["id"]]));
        let topic = forum.opened(&forum.huda, &topic);
        let inner = with(draft("Among ourselves"), "attachments", json!([within["id"]]));
        forum.opened(&forum.huda, &with(inner, "visibility", json!("organization")));
        assert_eq!(seen(&waiting), [302, 404, 404, 404]);
        assert_eq!(seen(&open), [302, 302, 302, 302]);
        assert_eq!(seen(&within), [302, 302, 404, 302]);
        forum.host.delete(&format!("/forums/topics/{topic}")).by(&forum.huda).send();
        assert_eq!(seen(&open), [302, 404, 404, 404], "the sender alone, when the topic is gone");
        for path in [forum.host.new_id().to_string(), "1".to_owned()] {
            let found = forum.host.get(&format!("/forums/attachments/{path}")).by(&forum.huda).send();
            assert_eq!(found.status, 404);
        }
        let path = format!("/forums/attachments/{}", open["id"].as_str().unwrap());
        assert_eq!(forum.host.get(&path).send().status, 401);
    }

    #[test]
    fn a_file_goes_from_sight_with_its_post() {
        let forum = Forum::new();
        let (topic, file) = (forum.open(&forum.huda, "With answers"), sent(&forum));
        let body = json!({ "content": "See the file", "attachments": [file["id"]] });
        let post =
            forum.host.post(&format!("/forums/topics/{topic}/posts")).by(&forum.huda).json(&body).send();
        let path = format!("/forums/posts/{}", post.json()["id"].as_str().unwrap());
        assert_eq!(show(&forum, &forum.stranger, &file).status, 302);
        assert_eq!(forum.host.delete(&path).by(&forum.huda).send().status, 204);
        assert_eq!(show(&forum, &forum.stranger, &file).status, 404);
    }
}
