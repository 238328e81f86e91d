//! `POST /use-cases/{id}/publish`: from then on everybody sees it. What was archived may come back this way.

use p2p_sdk::{Batch, Code, Ctx, Problem, Request, Response, again_unless_matched, params};

use super::card::{Card, Status};
use super::found::Found;
use super::{complete, read};
use crate::told::{self, Told};

const PUBLISH: &str = "UPDATE use_cases SET status = 'published', published_at = $3, listed_at = $3, updated_at = $3, \
    version = version + 1 WHERE id = $1 AND version = $2 AND status <> 'published'";

/// Publishes a use case.
pub async fn publish(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    again_unless_matched(&request, async || show(ctx, &request).await).await
}

async fn show(ctx: &Ctx, request: &Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let found = Found::of(ctx, request.id("id")?).await?;
    let card = found.card()?;
    actor.author_or_admin(card.submitted_by, card.organization_id)?;
    if card.status == Status::Published {
        return Err(Problem::new(Code::BadState).says("It is published already.", "منشورة بالفعل."));
    }
    request.matched(card.version)?;
    complete::require(&found.detail)?;
    let now = ctx.now();
    let text = told::text(ctx, &found.detail).await;
    let shown = Card { status: Status::Published, published_at: Some(now), ..card.clone() };
    let mut told = Told::of(&shown).by(actor.user_id).saying(shown.excerpt, &text);
    told.from = Some(card.status);
    let batch = Batch::new().run_one(PUBLISH, params![card.id, card.version, now]);
    batch.tell(told.event("published")).commit(ctx).await?;
    read::answer(ctx, card.id).await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::test_host::Sending;
    use p2p_sdk::{Actor, Language, Role, Uuid};
    use serde_json::json;

    use crate::fixture::{Atlas, complete, draft};

    fn publish<'a>(atlas: &'a Atlas, by: &Actor, id: Uuid) -> Sending<'a> {
        atlas.host.post(&format!("/use-cases/{id}/publish")).by(by)
    }

    #[test]
    fn a_complete_draft_is_published_once() {
        let atlas = Atlas::new();
        let id = atlas.begun(&atlas.huda, &complete("Camera over a mould"));
        atlas.told();
        atlas.host.advance(Duration::from_secs(60));
        let answer = publish(&atlas, &atlas.omar, id).send();
        let case = answer.json();
        assert_eq!((answer.status, answer.header("etag")), (200, Some("\"2\"")));
        assert_eq!((&case["status"], &case["publishedAt"]), (&json!("published"), &json!(atlas.host.now())));
        let told = atlas.told();
        assert_eq!((told.len(), told[0].0.as_str()), (1, "use-cases.use-case.published"));
        let told = &told[0].1;
        assert_eq!(
            (&told["from"], &told["status"], &told["actorId"]),
            (&json!("draft"), &json!("published"), &json!(atlas.omar.user_id))
        );
        assert_eq!(
            (&told["publishedAt"], &told["text"]),
            (&json!(atlas.host.now()), &json!("One part in twenty was bad. A camera over each mould."))
        );
        let again = publish(&atlas, &atlas.huda, id).send();
        assert_eq!((again.status, again.code().as_str()), (409, "BAD_STATE"));
        assert!(atlas.told().is_empty());
    }

    #[test]
    fn everything_that_is_missing_is_told_at_once() {
        let atlas = Atlas::new();
        let id = atlas.begun(&atlas.huda, &draft("Only a title"));
        let answer = publish(&atlas, &atlas.huda, id).language(Language::Ar).send();
        let missing = [
            "industry",
            "technology",
            "problemStatement",
            "solution",
            "outcomes",
            "location.city",
            "location.coordinates",
        ];
        assert_eq!((answer.status, &answer.json()["details"]["missing"]), (422, &json!(missing)));
        let wanted: Vec<_> = missing.map(|field| (field.to_owned(), "REQUIRED".to_owned())).into();
        assert_eq!(answer.wrong_fields(), wanted);
        assert_eq!(answer.json()["message"], "توجد حقول ناقصة قبل النشر.");
        assert_eq!(atlas.read(None, id).status, 404);
    }

    #[test]
    fn its_author_and_their_admins_may() {
        let atlas = Atlas::new();
        let member = atlas.host.colleague(&atlas.huda, Role::Member);
        for (by, status) in [
            (&atlas.stranger, 404),
            (&member, 404),
            (&atlas.huda, 200),
            (&atlas.omar, 200),
            (&atlas.platform_admin, 200),
        ] {
            let id = atlas.begun(&atlas.huda, &complete("Who may publish it?"));
            assert_eq!(publish(&atlas, by, id).send().status, status);
        }
        let shown = atlas.published(&atlas.huda, &complete("For all to see"));
        assert_eq!(publish(&atlas, &atlas.stranger, shown).send().status, 403);
        assert_eq!(atlas.host.post(&format!("/use-cases/{shown}/publish")).send().status, 401);
    }

    #[test]
    fn what_was_archived_comes_back_as_the_newest() {
        let atlas = Atlas::new();
        let id = atlas.published(&atlas.huda, &complete("It was good once"));
        atlas.published(&atlas.huda, &complete("Another one"));
        atlas.archive(&atlas.huda, id);
        atlas.told();
        atlas.host.advance(Duration::from_secs(60));
        assert_eq!(publish(&atlas, &atlas.huda, id).send().status, 200);
        assert_eq!(atlas.told()[0].1["from"], "archived");
        assert_eq!(atlas.titles(None, ""), ["It was good once", "Another one"]);
    }

    #[test]
    fn of_many_at_once_one_publishes() {
        let atlas = Atlas::new();
        let id = atlas.begun(&atlas.huda, &complete("Camera over a mould"));
        atlas.told();
        let answers = publish(&atlas, &atlas.huda, id)
            .send_with([publish(&atlas, &atlas.omar, id), publish(&atlas, &atlas.huda, id)]);
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!((statuses, atlas.told().len()), (vec![200, 409, 409], 1));
        let stale = atlas.begun(&atlas.huda, &complete("It was edited"));
        let answer = publish(&atlas, &atlas.huda, stale).header("if-match", "\"7\"").send();
        assert_eq!((answer.status, answer.code().as_str()), (409, "VERSION_CONFLICT"));
    }
}
