//! `DELETE /use-cases/{id}`: what everybody saw is archived, a draft is gone for good with its files. What is archived goes
//! only for whoever names its version: a request that is sent twice must not take away what it was to keep.

use p2p_sdk::{Batch, Ctx, Problem, Request, Response, again_unless_matched, params};

use super::card::{Card, Status};
use super::detail;
use super::found::Found;
use crate::media;
use crate::told::Told;

const ARCHIVE: &str = "UPDATE use_cases SET status = 'archived', updated_at = $3, version = version + 1 \
    WHERE id = $1 AND version = $2 AND status = 'published'";
/// First of all: it holds off whoever likes or keeps it.
const HOLD: &str =
    "UPDATE use_cases SET version = version + 1 WHERE id = $1 AND version = $2 AND status <> 'published'";
const BELOW: [&str; 4] = [
    "DELETE FROM use_case_terms WHERE use_case_id = $1",
    "DELETE FROM use_case_likes WHERE use_case_id = $1",
    "DELETE FROM bookmarks WHERE use_case_id = $1",
    "DELETE FROM use_case_views WHERE use_case_id = $1",
];
const DELETE: &str = "DELETE FROM use_cases WHERE id = $1";

/// Archives or deletes a use case.
pub async fn delete(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    again_unless_matched(&request, async || remove(ctx, &request).await).await
}

async fn remove(ctx: &Ctx, request: &Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let found = Found::of(ctx, request.id("id")?).await?;
    let card = found.card()?;
    actor.author_or_admin(card.submitted_by, card.organization_id)?;
    request.matched(card.version)?;
    let mut told = Told::of(&card).by(actor.user_id);
    told.from = Some(card.status);
    if card.status == Status::Published {
        told.status = Status::Archived;
        let batch = Batch::new().run_one(ARCHIVE, params![card.id, card.version, ctx.now()]);
        batch.tell(told.event("archived")).commit(ctx).await?;
        return Ok(Response::no_content());
    }
    if card.status == Status::Archived && request.header("if-match").is_none() {
        return Ok(Response::no_content());
    }
    let batch = gone(&card).tell(told.event("deleted"));
    let batch = found
        .detail
        .media
        .iter()
        .fold(batch, |batch, file| batch.tell(media::dropped(card.id, card.organization_id, file)));
    batch.commit(ctx).await?;
    detail::forget(ctx, card.revision).await;
    Ok(Response::no_content())
}

fn gone(card: &Card<'_>) -> Batch {
    let batch = Batch::new().run_one(HOLD, params![card.id, card.version]);
    let batch = BELOW.into_iter().fold(batch, |batch, text| batch.run(text, params![card.id]));
    batch.run_one(DELETE, params![card.id])
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::Answered;
    use p2p_sdk::{Actor, Role, Uuid, params};
    use serde_json::json;

    use crate::fixture::{Atlas, complete, draft};

    fn delete(atlas: &Atlas, by: &Actor, id: Uuid) -> Answered {
        atlas.host.delete(&format!("/use-cases/{id}")).by(by).send()
    }

    #[test]
    fn what_is_published_is_archived() {
        let atlas = Atlas::new();
        let id = atlas.published(&atlas.huda, &complete("It was good once"));
        atlas.told();
        let answer = delete(&atlas, &atlas.omar, id);
        assert_eq!((answer.status, answer.body.len()), (204, 0));
        assert_eq!((atlas.read(None, id).status, atlas.read(Some(&atlas.stranger), id).status), (404, 404));
        let read = atlas.read(Some(&atlas.huda), id);
        assert_eq!((&read.json()["status"], read.header("etag")), (&json!("archived"), Some("\"3\"")));
        let told = atlas.told();
        assert_eq!((told.len(), told[0].0.as_str()), (1, "use-cases.use-case.archived"));
        let told = &told[0].1;
        assert_eq!(
            (&told["from"], &told["status"], &told["authorId"]),
            (&json!("published"), &json!("archived"), &json!(atlas.huda.user_id))
        );
    }

    #[test]
    fn what_is_not_is_gone_for_good() {
        let atlas = Atlas::new();
        let archived = atlas.published(&atlas.huda, &complete("It was good once"));
        for path in ["like", "bookmark"] {
            let sent = atlas.host.post(&format!("/use-cases/{archived}/{path}")).by(&atlas.stranger).send();
            assert_eq!(sent.status, 200);
        }
        atlas.read(Some(&atlas.stranger), archived);
        atlas.archive(&atlas.huda, archived);
        let begun = atlas.begun(&atlas.huda, &draft("Not yet ready"));
        let file = atlas.file(begun, "plan.pdf", "application/pdf");
        atlas.told();
        for (id, from) in [(archived, "archived"), (begun, "draft")] {
            let answer =
                atlas.host.delete(&format!("/use-cases/{id}")).by(&atlas.huda).header("if-match", "*").send();
            assert_eq!(answer.status, 204);
            assert_eq!(delete(&atlas, &atlas.huda, id).status, 404);
            let told = atlas.told();
            assert_eq!(
                (told[0].0.as_str(), &told[0].1["from"]),
                ("use-cases.use-case.deleted", &json!(from))
            );
            if from == "draft" {
                let name = format!("media/{begun}/{file}");
                let wanted =
                    json!({ "organizationId": atlas.huda.organization_id, "name": name, "bytes": 10 });
                assert_eq!((told.len(), &told[1]), (2, &("use-cases.file.dropped".to_owned(), wanted)));
            }
        }
        for table in
            ["use_cases", "use_case_terms", "use_case_likes", "bookmarks", "use_case_views", "p2p_documents"]
        {
            let left = atlas.host.query(&format!("SELECT count(*) FROM {table}"), &params![]);
            assert_eq!(left.value::<i64>().unwrap(), Some(0), "{table}");
        }
    }

    #[test]
    fn two_deletions_archive_and_no_more() {
        let atlas = Atlas::new();
        let id = atlas.published(&atlas.huda, &complete("It was good once"));
        atlas.told();
        let send = || atlas.host.delete(&format!("/use-cases/{id}")).by(&atlas.huda);
        let answers = send().send_with([send(), send()]);
        assert!(answers.iter().all(|answer| answer.status == 204));
        assert_eq!((delete(&atlas, &atlas.huda, id).status, atlas.told().len()), (204, 1));
        assert_eq!(atlas.read(Some(&atlas.huda), id).json()["status"], "archived");
    }

    #[test]
    fn whoever_may_not_is_told_so_or_sees_nothing() {
        let atlas = Atlas::new();
        let member = atlas.host.colleague(&atlas.huda, Role::Member);
        let published = atlas.published(&atlas.huda, &complete("For all to see"));
        let begun = atlas.begun(&atlas.huda, &draft("Not yet ready"));
        for (by, id, status) in [
            (&atlas.stranger, published, 403),
            (&member, published, 403),
            (&member, begun, 404),
            (&atlas.stranger, begun, 404),
            (&atlas.omar, begun, 204),
            (&atlas.platform_admin, published, 204),
            (&atlas.huda, atlas.host.new_id(), 404),
        ] {
            assert_eq!(delete(&atlas, by, id).status, status);
        }
        assert_eq!(atlas.host.delete(&format!("/use-cases/{published}")).send().status, 401);
    }

    #[test]
    fn a_version_that_is_not_the_present_one_deletes_nothing() {
        let atlas = Atlas::new();
        let id = atlas.begun(&atlas.huda, &draft("It was edited"));
        atlas.set(id, "version = $2", 3i64);
        let send = |tag: &str| {
            let delete = atlas.host.delete(&format!("/use-cases/{id}")).by(&atlas.huda);
            delete.header("if-match", tag).send()
        };
        assert_eq!((send("\"1\"").status, send("\"1\"").code().as_str()), (409, "VERSION_CONFLICT"));
        assert_eq!(send("\"3\"").status, 204);
    }
}
