//! `POST /forums/posts/{id}/like` and `/forums/replies/{id}/like`: on, off, or over. A row per person and thing, and its
//! counter, in one commit; what somebody else did in between makes it look again.

use p2p_sdk::host::{Event, SqlError};
use p2p_sdk::{Batch, Code, Ctx, Feature, Problem, Request, Response, Uuid, params, post};
use serde::Serialize;

use crate::contributors::{self, Deed};
use crate::posts::PostRow;
use crate::replies::ReplyRow;
use crate::switch::{Like, Switch};
use crate::topics::Seen;

const TRIES: usize = 5;

/// How it is now.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Liked {
    pub liked: bool,
    /// How many like it.
    pub count: i64,
}

/// What can be liked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Post,
    Reply,
}

/// A thing as far as liking it goes.
struct Thing {
    kind: Kind,
    id: Uuid,
    post_id: Uuid,
    author_id: Uuid,
    organization_id: Option<Uuid>,
    likes: i64,
    is_liked: bool,
}

impl Thing {
    async fn find(ctx: &Ctx, kind: Kind, id: Uuid) -> Result<(Seen, Self), Problem> {
        match kind {
            Kind::Post => {
                let (topic, row) = PostRow::find(ctx, id).await?;
                let PostRow { author_id, organization_id, likes, is_liked, .. } = row;
                Ok((topic, Self { kind, id, post_id: id, author_id, organization_id, likes, is_liked }))
            }
            Kind::Reply => {
                let (topic, row) = ReplyRow::find(ctx, id).await?;
                let ReplyRow { post_id, author_id, organization_id, likes, is_liked, .. } = row;
                Ok((topic, Self { kind, id, post_id, author_id, organization_id, likes, is_liked }))
            }
        }
    }

    /// The statements that like it, or no longer do. `by` is 1 or -1.
    fn batch(&self, user: Uuid, topic: Uuid, by: i64) -> Batch {
        let (table, column, likes) = match self.kind {
            Kind::Post => ("posts", "post_id", "post_likes"),
            Kind::Reply => ("replies", "reply_id", "reply_likes"),
        };
        let count = format!("UPDATE {table} SET likes = likes + $2 WHERE id = $1 AND status = 'open'");
        let row = if by > 0 {
            format!("INSERT INTO {likes} ({column}, user_id) VALUES ($1, $2)")
        } else {
            format!("DELETE FROM {likes} WHERE {column} = $1 AND user_id = $2")
        };
        let batch = Batch::new().run_one(&count, params![self.id, by]).run_one(&row, params![self.id, user]);
        let batch = if self.id == topic {
            batch.run_one("UPDATE topics SET likes = likes + $2 WHERE id = $1", params![topic, by])
        } else {
            batch
        };
        contributors::credit(batch, self.author_id, self.organization_id, Deed::Like, by)
    }

    fn event(&self, topic: &Seen, user: Uuid, liked: bool) -> Event {
        let mut told = topic.told(self.id, self.author_id, self.organization_id);
        told.post_id = Some(self.post_id);
        told.actor_id = Some(user);
        told.liked = Some(liked);
        told.count = Some(self.likes + if liked { 1 } else { -1 });
        told.event(match self.kind {
            Kind::Post => "forums.post.liked",
            Kind::Reply => "forums.reply.liked",
        })
    }
}

async fn like(ctx: &Ctx, request: &Request, kind: Kind) -> Result<Response, Problem> {
    let user = ctx.actor()?.user_id;
    let id = request.id("id")?;
    let mut wanted = None;
    for _ in 0..TRIES {
        let (topic, thing) = Thing::find(ctx, kind, id).await?;
        let liked = match wanted {
            Some(liked) => liked,
            None => request.json_or_empty::<Switch>()?.liked.unwrap_or(!thing.is_liked),
        };
        if liked == thing.is_liked {
            return Ok(Response::ok(&Liked { liked, count: thing.likes }));
        }
        wanted = Some(liked);
        let batch = thing.batch(user, topic.id, if liked { 1 } else { -1 });
        match batch.tell(thing.event(&topic, user, liked)).commit(ctx).await {
            Ok(_) | Err(SqlError::Stale(_) | SqlError::UniqueViolation(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::new(Code::VersionConflict))
}

async fn like_post(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    like(ctx, &request, Kind::Post).await
}

async fn like_reply(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    like(ctx, &request, Kind::Reply).await
}

/// What likes add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature
        .route(
            post("/forums/posts/{id}/like", like_post)
                .summary("Like a post, or no longer.")
                .may_take::<Like>()
                .example(r#"{"liked": true}"#)
                .answers::<Liked>(200)
                .fails(&[Code::NotFound, Code::VersionConflict]),
        )
        .route(
            post("/forums/replies/{id}/like", like_reply)
                .summary("Like a reply, or no longer.")
                .may_take::<Like>()
                .example(r#"{"liked": true}"#)
                .answers::<Liked>(200)
                .fails(&[Code::NotFound, Code::VersionConflict]),
        )
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::Sending;
    use p2p_sdk::{Actor, Uuid};
    use serde_json::{Value, json};

    use crate::fixture::Forum;

    fn like<'a>(forum: &'a Forum, by: &Actor, thing: &str, body: &Value) -> Sending<'a> {
        forum.host.post(&format!("/forums/{thing}/like")).by(by).json(body)
    }

    fn liked(liked: bool, count: i64) -> Value {
        json!({ "liked": liked, "count": count })
    }

    #[test]
    fn a_like_is_on_off_or_over() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let reply = forum.reply(topic, &forum.huda, "A reply");
        for thing in [format!("posts/{topic}"), format!("replies/{reply}")] {
            for (by, body, wanted) in [
                (&forum.omar, json!({}), liked(true, 1)),
                (&forum.stranger, json!({ "liked": true }), liked(true, 2)),
                (&forum.stranger, json!({ "liked": true }), liked(true, 2)),
                (&forum.omar, json!({}), liked(false, 1)),
                (&forum.omar, json!({ "liked": false }), liked(false, 1)),
            ] {
                let answer = like(&forum, by, &thing, &body).send();
                assert_eq!((answer.status, answer.json()), (200, wanted), "{thing} {body}");
            }
        }
        let post = |by: &Actor| forum.read_post(by, topic, "").json();
        let (own, others) = (post(&forum.stranger), post(&forum.omar));
        assert_eq!(
            (&own["isLiked"], &own["replies"][0]["isLiked"], &own["likes"]),
            (&json!(true), &json!(true), &json!(1))
        );
        assert_eq!((&others["isLiked"], &others["replies"][0]["isLiked"]), (&json!(false), &json!(false)));
        assert_eq!(forum.read(&forum.huda, topic).json()["likes"], 1, "a topic's likes are its root post's");
        assert_eq!(forum.number("SELECT likes FROM contributors WHERE user_id = $1", forum.huda.user_id), 2);
    }

    #[test]
    fn each_change_is_told_once() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        forum.host.events();
        for body in [json!({}), json!({ "liked": true }), json!({})] {
            like(&forum, &forum.omar, &format!("posts/{topic}"), &body).send();
        }
        let told = forum.host.events().into_iter().map(|event| {
            let told: Value = serde_json::from_slice(&event.payload).unwrap();
            (event.topic, told["liked"].clone(), told["count"].clone(), told["actorId"].clone())
        });
        let by = json!(forum.omar.user_id);
        let wanted = [(true, 1), (false, 0)]
            .map(|(liked, count)| ("forums.post.liked".to_owned(), json!(liked), json!(count), by.clone()));
        assert_eq!(told.collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn many_at_once_count_each_person_once() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let thing = format!("posts/{topic}");
        let people: Vec<_> = (0..4).map(|_| forum.host.person(p2p_sdk::Role::Member)).collect();
        let on = json!({ "liked": true });
        let all = people.iter().chain(&people).map(|by| like(&forum, by, &thing, &on));
        let answers = like(&forum, &people[0], &thing, &on).send_with(all);
        assert!(answers.iter().all(|answer| answer.status == 200 && answer.json()["liked"] == true));
        let rows = "SELECT count(*) FROM post_likes WHERE post_id = $1";
        assert_eq!(
            (forum.number(rows, topic), &forum.read(&forum.huda, topic).json()["likes"]),
            (4, &json!(4))
        );
    }

    #[test]
    fn nothing_deleted_or_hidden_is_liked() {
        let forum = Forum::new();
        let within = forum.open_within(&forum.huda, "Among ourselves");
        let reply = forum.reply(within, &forum.huda, "x");
        let parent = forum.reply(within, &forum.huda, "y");
        forum.reply_to(within, parent, &forum.huda, "z");
        assert_eq!(like(&forum, &forum.stranger, &format!("posts/{within}"), &json!({})).send().status, 404);
        assert_eq!(like(&forum, &forum.stranger, &format!("replies/{reply}"), &json!({})).send().status, 404);
        assert_eq!(like(&forum, &forum.omar, &format!("replies/{within}"), &json!({})).send().status, 404);
        let gone = forum.host.delete(&format!("/forums/replies/{parent}")).by(&forum.huda).send();
        assert_eq!(gone.status, 204);
        assert_eq!(
            like(&forum, &forum.omar, &format!("replies/{parent}"), &json!({})).send().status,
            404,
            "a place only"
        );
        let wrong = like(&forum, &forum.omar, &format!("posts/{within}"), &json!({ "liked": "yes" })).send();
        assert_eq!(wrong.wrong_fields(), [("liked".into(), "TYPE".into())]);
        let nobody = forum.host.post(&format!("/forums/posts/{}/like", Uuid::NIL)).by(&forum.omar).send();
        assert_eq!(nobody.status, 404);
    }
}
