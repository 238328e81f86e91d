//! `PATCH /forums/replies/{id}/best`: the reply that answers a topic. There is one at most, also when several are chosen at
//! once: each commit names the one it replaces, and whoever comes second looks again.

use p2p_sdk::host::Event;
use p2p_sdk::{Batch, Ctx, Problem, Request, Response, Uuid, again, from_row, params};

use super::row::ReplyRow;
use super::update;
use crate::contributors::{self, Deed};
use crate::switch::Switch;
use crate::told::Told;
use crate::topics::Seen;

/// Holds the reply, so that it is not deleted at the same moment.
const HOLD: &str = "UPDATE replies SET likes = likes WHERE id = $1 AND status = 'open'";
const CHOOSE: &str = "UPDATE topics SET best_reply_id = $2, best_author_id = $3, has_best_answer = $4 \
    WHERE id = $1 AND status <> 'deleted' AND best_reply_id IS NOT DISTINCT FROM $5";

const PLACE: &str = "SELECT id, post_id, author_id, organization_id FROM replies WHERE id = $1";

/// Chooses a reply, or withdraws the choice.
pub async fn best(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    again(async || choose(ctx, &request).await).await
}

async fn choose(ctx: &Ctx, request: &Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let (topic, reply) = ReplyRow::find(ctx, request.id("id")?).await?;
    Problem::unless(actor.platform_admin || actor.user_id == topic.created_by)?;
    let best = request.json_or_empty::<Switch>()?.best.unwrap_or(true);
    if best != (topic.best_reply_id == Some(reply.id)) {
        let old = place(ctx, topic.best_reply_id).await?;
        write(&topic, &reply, best, old).commit(ctx).await?;
    }
    update::again(ctx, reply.id).await
}

fn write(topic: &Seen, reply: &ReplyRow, best: bool, old: Option<Place>) -> Batch {
    let (chosen, author) = (best.then_some(reply.id), best.then_some(reply.author_id));
    let batch = Batch::new()
        .run_one(HOLD, params![reply.id])
        .run_one(CHOOSE, params![topic.id, chosen, author, best, topic.best_reply_id]);
    let batch = match old {
        Some(old) => {
            let batch = contributors::credit(batch, old.author_id, old.organization_id, Deed::BestAnswer, -1);
            batch.tell(old.withdrawn(topic))
        }
        None => batch,
    };
    if !best {
        return batch;
    }
    let batch = contributors::credit(batch, reply.author_id, reply.organization_id, Deed::BestAnswer, 1);
    batch.tell(Place::of(reply).told(topic).event("forums.answer.chosen"))
}

/// A reply that is or was the best answer.
#[derive(Clone, Copy)]
pub struct Place {
    pub reply_id: Uuid,
    pub post_id: Uuid,
    author_id: Uuid,
    organization_id: Option<Uuid>,
}
from_row!(Place { reply_id, post_id, author_id, organization_id });

/// Where the best answer stands, if there is one.
pub async fn place(ctx: &Ctx, best: Option<Uuid>) -> Result<Option<Place>, Problem> {
    match best {
        Some(best) => Ok(ctx.sql().query(PLACE, &params![best]).await?.first()?),
        None => Ok(None),
    }
}

impl Place {
    /// Of this reply.
    pub fn of(reply: &ReplyRow) -> Self {
        let ReplyRow { id, post_id, author_id, organization_id, .. } = *reply;
        Self { reply_id: id, post_id, author_id, organization_id }
    }

    /// What is told when it is the best answer no longer.
    pub fn withdrawn(&self, topic: &Seen) -> Event {
        self.told(topic).event("forums.answer.withdrawn")
    }

    fn told<'a>(&self, topic: &'a Seen) -> Told<'a> {
        Told {
            reply_id: Some(self.reply_id),
            post_id: Some(self.post_id),
            topic_author_id: Some(topic.created_by),
            ..topic.told(self.reply_id, self.author_id, self.organization_id)
        }
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::Sending;
    use p2p_sdk::{Actor, Uuid, params};
    use serde_json::{Value, json};

    use crate::fixture::Forum;

    fn best<'a>(forum: &'a Forum, by: &Actor, reply: Uuid, body: &Value) -> Sending<'a> {
        forum.host.patch(&format!("/forums/replies/{reply}/best")).by(by).json(body)
    }

    fn replied(count: usize) -> (Forum, Uuid, Vec<Uuid>) {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let authors = [&forum.omar, &forum.stranger];
        let replies = (0..count).map(|n| forum.reply(topic, authors[n % 2], &format!("Reply {n}"))).collect();
        forum.host.events();
        (forum, topic, replies)
    }

    /// The one best answer, by the topic and by the replies; both must say the same, and so must reputation.
    fn chosen(forum: &Forum, topic: Uuid) -> Option<Uuid> {
        let read = forum.read(&forum.huda, topic).json();
        let replies = read["posts"]["items"][0]["replies"].as_array().unwrap().iter();
        let marked: Vec<_> = replies.filter(|reply| reply["isBestAnswer"] == true).collect();
        assert!(marked.len() <= 1, "{marked:?}");
        assert_eq!(read["hasBestAnswer"], json!(marked.len() == 1));
        let score = "SELECT sum(best_answers) FROM contributors WHERE best_answers >= 0 AND user_id <> $1";
        assert_eq!(forum.number(score, Uuid::NIL), i64::try_from(marked.len()).unwrap());
        marked.first().map(|reply| reply["id"].as_str().unwrap().parse().unwrap())
    }

    #[test]
    fn a_new_one_replaces_the_old() {
        let (forum, topic, replies) = replied(2);
        let answer = best(&forum, &forum.huda, replies[0], &json!({})).send();
        assert_eq!((answer.status, &answer.json()["isBestAnswer"]), (200, &json!(true)));
        assert_eq!(chosen(&forum, topic), Some(replies[0]));
        assert_eq!(best(&forum, &forum.huda, replies[1], &json!({ "best": true })).send().status, 200);
        assert_eq!(chosen(&forum, topic), Some(replies[1]));
        let names: Vec<_> = forum.host.events().into_iter().map(|event| event.topic).collect();
        assert_eq!(names, ["forums.answer.chosen", "forums.answer.withdrawn", "forums.answer.chosen"]);
        assert_eq!(best(&forum, &forum.huda, replies[0], &json!({ "best": false })).send().status, 200);
        assert_eq!(chosen(&forum, topic), Some(replies[1]), "another one is withdrawn by its own name only");
        assert_eq!(best(&forum, &forum.huda, replies[1], &json!({ "best": false })).send().status, 200);
        assert_eq!((chosen(&forum, topic), forum.host.events().len()), (None, 1));
    }

    #[test]
    fn the_topics_author_and_platform_admins_choose() {
        let (forum, topic, replies) = replied(1);
        for (by, status) in
            [(&forum.omar, 403), (&forum.stranger, 403), (&forum.platform_admin, 200), (&forum.huda, 200)]
        {
            assert_eq!(best(&forum, by, replies[0], &json!({})).send().status, status);
        }
        assert_eq!(forum.host.events().len(), 1, "what is so already is told no more");
        assert_eq!(best(&forum, &forum.huda, topic, &json!({})).send().status, 404);
        assert_eq!(best(&forum, &forum.huda, replies[0], &json!({ "best": 1 })).send().status, 422);
        let within = forum.open_within(&forum.huda, "Among ourselves");
        let hidden = forum.reply(within, &forum.omar, "x");
        assert_eq!(best(&forum, &forum.stranger, hidden, &json!({})).send().status, 404);
    }

    /// Every order in which a few people may choose, withdraw and delete at the same time.
    #[test]
    fn however_many_choose_at_once_there_is_one() {
        for round in 0..12 {
            let (forum, topic, replies) = replied(4);
            best(&forum, &forum.huda, replies[round % 4], &json!({})).send();
            let choose = |n: usize| {
                let by = if n.is_multiple_of(2) { &forum.huda } else { &forum.platform_admin };
                best(
                    &forum,
                    by,
                    replies[(n * 3 + round) % 4],
                    &json!({ "best": !(n + round).is_multiple_of(5) }),
                )
            };
            let gone = replies[(round / 2) % 4];
            let delete = forum.host.delete(&format!("/forums/replies/{gone}")).by(&forum.platform_admin);
            let others: Vec<_> = (1..6).map(choose).chain([delete]).collect();
            let rotated = others.len() - round % 5;
            let mut others: Vec<_> = others.into_iter().collect();
            others.rotate_left(rotated % 6);
            let answers = choose(0).send_with(others);
            assert!(
                answers.iter().all(|answer| [200, 204, 404, 409].contains(&answer.status)),
                "{answers:?}"
            );
            let found = chosen(&forum, topic);
            let stored = forum.host.query("SELECT best_reply_id FROM topics WHERE id = $1", &params![topic]);
            assert_eq!(stored.value::<Option<Uuid>>().unwrap().unwrap(), found, "round {round}");
            let (mut chosen, mut withdrawn) = (0, 0);
            for event in forum.host.events() {
                chosen += usize::from(event.topic == "forums.answer.chosen");
                withdrawn += usize::from(event.topic == "forums.answer.withdrawn");
            }
            assert_eq!(chosen - withdrawn, usize::from(found.is_some()), "round {round}");
        }
    }
}
