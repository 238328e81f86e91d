//! Use cases that somebody keeps for later: theirs alone. How many do is told to everybody, who they are to nobody.

mod list;

use p2p_sdk::{Batch, Code, Ctx, Feature, Page, Problem, Request, Response, Uuid, again, get, params, post};
use serde::Serialize;

use crate::cases::{Card, seen};
use crate::switch::{Bookmark, Switch};
use crate::told::Told;

/// Refused by the key when it is there already.
const KEEP: &str =
    "INSERT INTO bookmarks (user_id, use_case_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const FORGET: &str = "DELETE FROM bookmarks WHERE user_id = $1 AND use_case_id = $2";
const COUNT: &str = "UPDATE use_cases SET bookmark_count = bookmark_count + $2 WHERE id = $1";

/// How it is.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Bookmarked {
    pub bookmarked: bool,
    /// How many keep it.
    pub count: i64,
}

async fn bookmark(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let Switch { bookmarked, .. } = request.json_or_empty()?;
    let id = request.id("id")?;
    again(async || switch(ctx, id, bookmarked).await).await
}

async fn switch(ctx: &Ctx, id: Uuid, wanted: Option<bool>) -> Result<Response, Problem> {
    let user = ctx.actor()?.user_id;
    let rows = seen(ctx, id).await?;
    let card = rows.first::<Card<'_>>()?.ok_or_else(Problem::not_found)?;
    let bookmarked = wanted.unwrap_or(!card.is_bookmarked);
    if bookmarked == card.is_bookmarked {
        return Ok(Response::ok(&Bookmarked { bookmarked, count: card.bookmark_count }));
    }
    let by = if bookmarked { 1 } else { -1 };
    let count = card.bookmark_count + by;
    let mut told = Told::of(&card).by(user);
    (told.bookmarked, told.count) = (Some(bookmarked), Some(count));
    // The counter first: it waits for whoever deletes the use case.
    let batch = Batch::new().run_one(COUNT, params![id, by]);
    let batch = if bookmarked {
        batch.run_one(KEEP, params![user, id, ctx.now()])
    } else {
        batch.run_one(FORGET, params![user, id])
    };
    batch.tell(told.event("bookmarked")).commit(ctx).await?;
    Ok(Response::ok(&Bookmarked { bookmarked, count }))
}

/// What bookmarks add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature
        .route(
            post("/use-cases/{id}/bookmark", bookmark)
                .summary("Keeps a use case for later, or no longer.")
                .may_take::<Bookmark>()
                .example(r#"{"bookmarked": true}"#)
                .answers::<Bookmarked>(200)
                .fails(&[Code::NotFound, Code::VersionConflict]),
        )
        .route(
            get("/use-cases/bookmarks", list::list)
                .summary("Use cases the caller keeps, the last one kept first.")
                .paged()
                .answers::<Page<Card<'static>>>(200),
        )
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Actor;
    use p2p_sdk::test_host::Sending;
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::{Atlas, complete, draft};

    fn sending<'a>(atlas: &'a Atlas, by: &Actor, id: Uuid) -> Sending<'a> {
        atlas.host.post(&format!("/use-cases/{id}/bookmark")).by(by)
    }

    #[test]
    fn it_is_kept_as_wanted_or_the_other_way_round() {
        let atlas = Atlas::new();
        let id = atlas.published(&atlas.huda, &complete("For later"));
        atlas.told();
        for (by, body, bookmarked, count) in [
            (&atlas.huda, json!({}), true, 1),
            (&atlas.stranger, json!({ "bookmarked": true }), true, 2),
            (&atlas.stranger, json!({ "bookmarked": true }), true, 2),
            (&atlas.huda, json!({}), false, 1),
            (&atlas.huda, json!({ "bookmarked": false }), false, 1),
        ] {
            let answer = sending(&atlas, by, id).json(&body).send();
            assert_eq!(
                (answer.status, answer.json()),
                (200, json!({ "bookmarked": bookmarked, "count": count }))
            );
        }
        let told: Vec<Value> = atlas.told().into_iter().map(|(_, told)| told["count"].clone()).collect();
        assert_eq!(told, [json!(1), json!(2), json!(1)]);
        assert_eq!(atlas.read(Some(&atlas.stranger), id).json()["isBookmarked"], true);
    }

    #[test]
    fn many_at_once_keep_it_once() {
        let atlas = Atlas::new();
        let id = atlas.published(&atlas.huda, &complete("For later"));
        let keep = || sending(&atlas, &atlas.stranger, id).json(&json!({ "bookmarked": true }));
        let answers = keep().send_with([keep(), keep(), keep()]);
        assert!(answers.iter().all(|answer| answer.status == 200 && answer.json()["count"] == 1));
        assert_eq!(atlas.number("SELECT bookmark_count FROM use_cases WHERE id = $1", id), 1);
    }

    #[test]
    fn what_is_not_seen_is_not_kept() {
        let atlas = Atlas::new();
        let begun = atlas.begun(&atlas.huda, &draft("Not yet ready"));
        assert_eq!(sending(&atlas, &atlas.stranger, begun).send().status, 404);
        assert_eq!(sending(&atlas, &atlas.huda, begun).send().status, 200);
        assert_eq!(atlas.host.post(&format!("/use-cases/{begun}/bookmark")).send().status, 401);
        let wrong = sending(&atlas, &atlas.huda, begun).json(&json!({ "bookmarked": 1 })).send();
        assert_eq!(wrong.wrong_fields(), [("bookmarked".into(), "TYPE".into())]);
    }
}
