//! `POST /forums/topics/{id}/lock`: a locked topic is read and takes nothing more.

use p2p_sdk::{Ctx, Problem, Request, Response};

use super::flag::{Flag, switch};
use super::row::Status;
use crate::switch::Switch;

const LOCKED: Flag = Flag {
    event: "forums.topic.locked",
    set: "UPDATE topics SET status = CASE WHEN $2 THEN 'locked' ELSE 'open' END \
        WHERE id = $1 AND status = CASE WHEN $2 THEN 'open' ELSE 'locked' END",
    is: |topic| topic.status == Status::Locked,
    tell: |told, on| told.locked = Some(on),
};

/// Locks a topic, or opens it again.
pub async fn lock(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let Switch { locked, .. } = request.json_or_empty()?;
    switch(ctx, &request, locked, &LOCKED).await
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Uuid};
    use serde_json::{Value, json};

    use crate::fixture::Forum;

    fn lock(forum: &Forum, by: &Actor, topic: Uuid, body: &Value) -> (u16, Value) {
        let answer = forum.host.post(&format!("/forums/topics/{topic}/lock")).by(by).json(body).send();
        (answer.status, answer.json()["status"].clone())
    }

    #[test]
    fn a_locked_topic_is_read_and_takes_no_posts() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Enough was said");
        let post = || {
            let post = forum.host.post(&format!("/forums/topics/{topic}/posts")).by(&forum.huda);
            post.json(&json!({ "content": "One more thing" })).send()
        };
        assert_eq!(lock(&forum, &forum.omar, topic, &json!({})), (200, json!("locked")));
        assert_eq!((post().status, post().code().as_str()), (409, "BAD_STATE"));
        assert_eq!(forum.read(&forum.stranger, topic).json()["status"], "locked");
        assert_eq!(forum.titles(&forum.stranger, ""), ["Enough was said"]);
        assert_eq!(lock(&forum, &forum.omar, topic, &json!({ "locked": false })), (200, json!("open")));
        assert_eq!(post().status, 201);
    }

    #[test]
    fn each_change_is_told_once() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Enough was said");
        forum.host.events();
        for on in [true, true, false, false] {
            lock(&forum, &forum.omar, topic, &json!({ "locked": on }));
        }
        let events = forum.host.events();
        let told: Vec<_> = events
            .iter()
            .map(|event| {
                assert_eq!(event.topic, "forums.topic.locked");
                serde_json::from_slice::<Value>(&event.payload).unwrap()["locked"].clone()
            })
            .collect();
        assert_eq!(told, [true, false]);
    }

    #[test]
    fn its_author_alone_may_not() {
        let forum = Forum::new();
        let (open, within) = (forum.open(&forum.huda, "For all"), forum.open_within(&forum.huda, "For us"));
        for (by, topic, status) in [
            (&forum.huda, open, 403),
            (&forum.stranger, open, 403),
            (&forum.stranger, within, 404),
            (&forum.platform_admin, within, 200),
        ] {
            assert_eq!(lock(&forum, by, topic, &json!({ "locked": true })).0, status);
        }
        forum.set(open, "status = $2", "deleted");
        assert_eq!(lock(&forum, &forum.platform_admin, open, &json!({ "locked": false })).0, 404);
    }
}
