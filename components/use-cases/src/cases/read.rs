//! `GET /use-cases/{id}`: for everybody once it is published.

use p2p_sdk::{Ctx, Problem, Request, Response, Uuid};

use super::card::Status;
use super::found::Found;
use super::whole;
use crate::views::VIEWS;

/// Answers a use case, and notes who looked at it.
pub async fn read(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let found = Found::of(ctx, request.id("id")?).await?;
    let card = found.card()?;
    // Strangers without a session cannot be told apart, and are not counted.
    if let (Some(actor), Status::Published) = (&ctx.call().actor, card.status) {
        VIEWS.note(ctx, card.id, card.submitted_by, actor.user_id).await;
    }
    whole::answer(ctx, 200, card, &found.detail).await
}

/// The use case as it stands now.
pub async fn answer(ctx: &Ctx, id: Uuid) -> Result<Response, Problem> {
    let found = Found::of(ctx, id).await?;
    whole::answer(ctx, 200, found.card()?, &found.detail).await
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Role, params};
    use serde_json::json;

    use crate::fixture::{Atlas, complete, draft};

    #[test]
    fn it_is_seen_by_everybody_once_it_is_published() {
        let atlas = Atlas::new();
        let begun = atlas.begun(&atlas.huda, &draft("Not yet ready"));
        let published = atlas.published(&atlas.huda, &complete("For all to see"));
        let member = atlas.host.colleague(&atlas.huda, Role::Member);
        for (by, status) in [
            (None, 404),
            (Some(&atlas.huda), 200),
            (Some(&atlas.omar), 200),
            (Some(&member), 404),
            (Some(&atlas.stranger), 404),
            (Some(&atlas.platform_admin), 200),
        ] {
            assert_eq!(atlas.read(by, begun).status, status);
            assert_eq!(atlas.read(by, published).status, 200);
        }
        for id in [atlas.host.new_id().to_string(), "1".to_owned(), "%00".to_owned()] {
            assert_eq!(atlas.read(Some(&atlas.huda), &id).status, 404, "{id}");
        }
    }

    #[test]
    fn a_use_case_has_the_shape_of_the_contract() {
        let atlas = Atlas::new();
        let case = atlas.read(None, atlas.published(&atlas.huda, &complete("Shape of it"))).json();
        for name in "id title slug status industry technology problemStatement problemStatementHtml solution solutionHtml \
            outcomes vendorInfo media location latitude longitude tags organization author views likes isLiked isBookmarked \
            publishedAt createdAt updatedAt"
            .split_whitespace()
        {
            assert!(case.get(name).is_some(), "{name}");
        }
        assert_eq!((&case["isLiked"], &case["isBookmarked"]), (&json!(false), &json!(false)));
    }

    #[test]
    fn the_present_document_is_shown_whatever_else_lies_there() {
        let atlas = Atlas::new();
        let id = atlas.published(&atlas.huda, &complete("For all to see"));
        for n in 0..6 {
            // Left behind by edits that were never committed; more than are looked at together.
            let body =
                json!({ "submission_id": id, "solution": "never", "updated_at": "2026-02-01T00:00:00Z" });
            let put =
                "INSERT INTO p2p_documents (collection, id, version, body) VALUES ('use_cases', $1, 1, $2)";
            atlas.host.execute(put, params![format!("orphan-{n}"), body.to_string().into_bytes()]);
        }
        assert_eq!(atlas.read(None, id).json()["solution"], "A camera over each mould.");
        atlas.host.execute("DELETE FROM p2p_documents", params![]);
        assert_eq!(atlas.read(None, id).status, 500, "told of rather than shown empty");
    }
}
