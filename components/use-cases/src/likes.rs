//! `POST /use-cases/{id}/like`: on, off, or over. A row per person and use case, and its counter, in one commit; what
//! somebody else did in between makes it look again.

use p2p_sdk::host::SqlError;
use p2p_sdk::{Batch, Code, Ctx, Feature, Problem, Request, Response, Uuid, params, post};
use serde::Serialize;

use crate::cases::{Card, seen};
use crate::switch::{Like, Switch};
use crate::told::Told;

const TRIES: usize = 5;

const COUNT: &str = "UPDATE use_cases SET likes = likes + $2 WHERE id = $1";
const LIKE: &str = "INSERT INTO use_case_likes (use_case_id, user_id) VALUES ($1, $2)";
const UNLIKE: &str = "DELETE FROM use_case_likes WHERE use_case_id = $1 AND user_id = $2";

/// How it is now.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Liked {
    pub liked: bool,
    /// How many like it.
    pub count: i64,
}

async fn like(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let user = ctx.actor()?.user_id;
    let id = request.id("id")?;
    let mut wanted = request.json_or_empty::<Switch>()?.liked;
    for _ in 0..TRIES {
        let rows = seen(ctx, id).await?;
        let card = rows.first::<Card<'_>>()?.ok_or_else(Problem::not_found)?;
        let liked = wanted.unwrap_or(!card.is_liked);
        if liked == card.is_liked {
            return Ok(Response::ok(&Liked { liked, count: card.likes }));
        }
        wanted = Some(liked);
        match batch(&card, user, liked).commit(ctx).await {
            Ok(_) | Err(SqlError::Stale(_) | SqlError::UniqueViolation(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::new(Code::VersionConflict))
}

fn batch(card: &Card<'_>, user: Uuid, liked: bool) -> Batch {
    let (row, by) = if liked { (LIKE, 1) } else { (UNLIKE, -1) };
    let mut told = Told::of(card).by(user);
    (told.liked, told.count) = (Some(liked), Some(card.likes + by));
    let batch = Batch::new().run_one(COUNT, params![card.id, by]).run_one(row, params![card.id, user]);
    batch.tell(told.event("liked"))
}

/// What likes add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature.route(
        post("/use-cases/{id}/like", like)
            .summary("Like a use case, or no longer.")
            .may_take::<Like>()
            .example(r#"{"liked": true}"#)
            .answers::<Liked>(200)
            .fails(&[Code::NotFound, Code::VersionConflict]),
    )
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::Sending;
    use p2p_sdk::{Actor, Role};
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::{Atlas, complete, draft};

    fn like<'a>(atlas: &'a Atlas, by: &Actor, id: Uuid, body: &Value) -> Sending<'a> {
        atlas.host.post(&format!("/use-cases/{id}/like")).by(by).json(body)
    }

    #[test]
    fn a_like_is_on_off_or_over_and_told_once() {
        let atlas = Atlas::new();
        let id = atlas.published(&atlas.huda, &complete("Camera over a mould"));
        atlas.told();
        for (by, body, liked, count) in [
            (&atlas.omar, json!({}), true, 1),
            (&atlas.stranger, json!({ "liked": true }), true, 2),
            (&atlas.stranger, json!({ "liked": true }), true, 2),
            (&atlas.omar, json!({}), false, 1),
            (&atlas.omar, json!({ "liked": false }), false, 1),
        ] {
            let answer = like(&atlas, by, id, &body).send();
            assert_eq!(
                (answer.status, answer.json()),
                (200, json!({ "liked": liked, "count": count })),
                "{body}"
            );
        }
        let told: Vec<_> = atlas
            .told()
            .into_iter()
            .map(|(topic, told)| (topic, told["liked"].clone(), told["count"].clone()))
            .collect();
        let wanted = [(true, 1), (true, 2), (false, 1)];
        assert_eq!(
            told,
            wanted.map(|(liked, count)| ("use-cases.use-case.liked".to_owned(), json!(liked), json!(count)))
        );
        let seen = |by: Option<&Actor>| {
            let case = atlas.read(by, id);
            (
                case.json()["isLiked"].clone(),
                case.json()["likes"].clone(),
                case.header("etag").map(str::to_owned),
            )
        };
        let etag = Some("\"2\"".to_owned());
        assert_eq!(seen(Some(&atlas.stranger)), (json!(true), json!(1), etag.clone()));
        assert_eq!(
            (seen(Some(&atlas.omar)), seen(None)),
            ((json!(false), json!(1), etag.clone()), (json!(false), json!(1), etag))
        );
    }

    #[test]
    fn many_at_once_count_each_person_once() {
        let atlas = Atlas::new();
        let id = atlas.published(&atlas.huda, &complete("Camera over a mould"));
        let people: Vec<_> = (0..4).map(|_| atlas.host.person(Role::Member)).collect();
        let on = json!({ "liked": true });
        let all = people.iter().chain(&people).map(|by| like(&atlas, by, id, &on));
        let answers = like(&atlas, &people[0], id, &on).send_with(all);
        assert!(answers.iter().all(|answer| answer.status == 200 && answer.json()["liked"] == true));
        let rows = "SELECT count(*) FROM use_case_likes WHERE use_case_id = $1";
        assert_eq!((atlas.number(rows, id), &atlas.read(None, id).json()["likes"]), (4, &json!(4)));
    }

    #[test]
    fn what_is_not_seen_is_not_liked() {
        let atlas = Atlas::new();
        let begun = atlas.begun(&atlas.huda, &draft("Not yet ready"));
        assert_eq!(like(&atlas, &atlas.stranger, begun, &json!({})).send().status, 404);
        assert_eq!(atlas.host.post(&format!("/use-cases/{begun}/like")).send().status, 401);
        let wrong = like(&atlas, &atlas.huda, begun, &json!({ "liked": "yes" })).send();
        assert_eq!(wrong.wrong_fields(), [("liked".into(), "TYPE".into())]);
    }
}
