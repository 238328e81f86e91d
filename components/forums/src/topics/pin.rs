//! `POST /forums/topics/{id}/pin`: pinned topics lead every list.

use p2p_sdk::{Ctx, Problem, Request, Response};

use super::flag::{Flag, switch};
use crate::switch::Switch;

const PINNED: Flag = Flag {
    event: "forums.topic.pinned",
    set: "UPDATE topics SET is_pinned = $2 WHERE id = $1 AND is_pinned <> $2 AND status <> 'deleted'",
    is: |topic| topic.is_pinned,
    tell: |told, on| told.pinned = Some(on),
};

/// Pins a topic, or no longer.
pub async fn pin(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let Switch { pinned, .. } = request.json_or_empty()?;
    switch(ctx, &request, pinned, &PINNED).await
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Role, Uuid};
    use serde_json::{Value, json};

    use crate::fixture::Forum;

    fn pin(forum: &Forum, by: &Actor, topic: Uuid, body: &Value) -> (u16, Value) {
        let answer = forum.host.post(&format!("/forums/topics/{topic}/pin")).by(by).json(body).send();
        (answer.status, answer.json()["isPinned"].clone())
    }

    #[test]
    fn it_is_pinned_as_wanted_or_the_other_way_round() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Read this first");
        forum.open(&forum.huda, "The newest one");
        forum.host.events();
        for (body, wanted) in [
            (json!({}), true),
            (json!({}), false),
            (json!({ "pinned": true }), true),
            (json!({ "pinned": true }), true),
        ] {
            assert_eq!(pin(&forum, &forum.omar, topic, &body), (200, json!(wanted)), "{body}");
        }
        assert_eq!(forum.titles(&forum.stranger, ""), ["Read this first", "The newest one"]);
        let told: Vec<_> = forum
            .host
            .events()
            .into_iter()
            .map(|event| {
                let payload: Value = serde_json::from_slice(&event.payload).unwrap();
                assert_eq!((event.topic.as_str(), event.key), ("forums.topic.pinned", topic.to_string()));
                assert_eq!(payload["actorId"], json!(forum.omar.user_id));
                assert_eq!(
                    (&payload["topicId"], &payload["title"]),
                    (&json!(topic), &json!("Read this first"))
                );
                payload["pinned"].clone()
            })
            .collect();
        assert_eq!(told, [true, false, true], "what is so already is not told");
    }

    #[test]
    fn the_answer_is_the_topic_and_its_version_stays() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Read this first");
        let answer = forum.host.post(&format!("/forums/topics/{topic}/pin")).by(&forum.omar).send();
        assert_eq!(
            (answer.header("etag"), answer.json()),
            (Some("\"1\""), forum.list(&forum.omar, "").json()["items"][0].take())
        );
    }

    #[test]
    fn admins_of_its_organization_and_of_the_platform_may() {
        let forum = Forum::new();
        let (open, within) = (forum.open(&forum.huda, "For all"), forum.open_within(&forum.huda, "For us"));
        let nobody = Actor { organization_id: None, ..forum.host.person(Role::Admin) };
        for (by, topic, status) in [
            (&forum.huda, open, 403),
            (&forum.stranger, open, 403),
            (&nobody, open, 403),
            (&forum.stranger, within, 404),
            (&forum.omar, within, 200),
            (&forum.platform_admin, within, 200),
            (&forum.omar, forum.host.new_id(), 404),
        ] {
            assert_eq!(pin(&forum, by, topic, &json!({})).0, status);
        }
        forum.set(open, "status = $2", "deleted");
        assert_eq!(pin(&forum, &forum.platform_admin, open, &json!({})).0, 404);
        assert_eq!(forum.host.post(&format!("/forums/topics/{within}/pin")).send().status, 401);
        let wrong = forum.host.post(&format!("/forums/topics/{within}/pin")).by(&forum.omar);
        assert_eq!(
            wrong.json(&json!({ "pinned": "yes" })).send().wrong_fields(),
            [("pinned".into(), "TYPE".into())]
        );
    }

    #[test]
    fn a_topic_of_nobody_is_for_platform_admins() {
        let forum = Forum::new();
        let nobody = Actor { organization_id: None, ..forum.host.person(Role::Admin) };
        let topic = forum.open(&nobody, "By nobody's admin");
        assert_eq!(pin(&forum, &nobody, topic, &json!({})).0, 403);
        assert_eq!(pin(&forum, &forum.platform_admin, topic, &json!({})).0, 200);
    }
}
