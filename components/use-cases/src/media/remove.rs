//! `DELETE /use-cases/{id}/media/{mediaId}`: the file is named no more, and goes by the event that tells so.

use p2p_sdk::{Ctx, Problem, Request, Response, Uuid, again_unless_matched};

use super::dropped;
use super::written::Written;
use crate::cases::{Detail, Found};

/// Takes a file away.
pub async fn remove(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    again_unless_matched(&request, async || take(ctx, &request).await).await
}

async fn take(ctx: &Ctx, request: &Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let found = Found::of(ctx, request.id("id")?).await?;
    let card = found.card()?;
    actor.author_or_admin(card.submitted_by, card.organization_id)?;
    let id: Uuid = request.id("mediaId")?;
    let mut detail = Detail { updated_at: ctx.now(), ..found.detail.clone() };
    let at = detail.media.iter().position(|file| file.id == id).ok_or_else(Problem::not_found)?;
    request.matched(card.version)?;
    let file = detail.media.remove(at);
    let (written, batch) = Written::begin(ctx, &card, &detail).await?;
    let batch = batch.tell(dropped(card.id, card.organization_id, &file));
    let done = batch.commit(ctx).await.map_err(Problem::from);
    written.end(ctx, done).await?;
    Ok(Response::no_content())
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::Sending;
    use p2p_sdk::{Actor, Role};
    use serde_json::json;

    use super::*;
    use crate::fixture::{Atlas, complete};

    fn remove<'a>(atlas: &'a Atlas, by: &Actor, case: Uuid, file: Uuid) -> Sending<'a> {
        atlas.host.delete(&format!("/use-cases/{case}/media/{file}")).by(by)
    }

    #[test]
    fn it_is_named_no_more_and_its_bytes_go_by_the_event() {
        let atlas = Atlas::new();
        let case = atlas.published(&atlas.huda, &complete("With files"));
        let (picture, paper) =
            (atlas.file(case, "a.png", "image/png"), atlas.file(case, "b.pdf", "application/pdf"));
        atlas.told();
        assert_eq!(remove(&atlas, &atlas.omar, case, picture).send().status, 204);
        assert_eq!(remove(&atlas, &atlas.omar, case, picture).send().status, 404);
        let left = atlas.read(None, case);
        assert_eq!((left.json()["media"].as_array().unwrap().len(), left.header("etag")), (1, Some("\"5\"")));
        assert!(left.json().get("thumbnailUrl").is_none(), "it was the cover");
        let told = atlas.told();
        let name = format!("media/{case}/{picture}");
        let wanted = json!({ "organizationId": atlas.huda.organization_id, "name": name, "bytes": 20 });
        assert_eq!(told, [("use-cases.file.dropped".to_owned(), wanted)]);
        let kept = |name: &str| atlas.blob(name);
        assert!(kept(&name) && kept(&format!("{name}-480")), "until the event is heard");
        let hear = || atlas.host.hear(atlas.host.new_id(), &told[0].0, picture, &told[0].1);
        assert_eq!((hear(), hear()), (Ok(()), Ok(())), "again is fine");
        assert!(!kept(&name) && !kept(&format!("{name}-480")) && kept(&format!("media/{case}/{paper}")));
        assert_eq!(atlas.documents(), 1);
    }

    #[test]
    fn its_author_and_their_admins_may_and_versions_count() {
        let atlas = Atlas::new();
        let case = atlas.published(&atlas.huda, &complete("With a file"));
        let file = atlas.file(case, "b.pdf", "application/pdf");
        let member = atlas.host.colleague(&atlas.huda, Role::Member);
        for (by, file, status) in
            [(&atlas.stranger, file, 403), (&member, file, 403), (&atlas.huda, case, 404)]
        {
            assert_eq!(remove(&atlas, by, case, file).send().status, status);
        }
        let path = format!("/use-cases/{case}/media/{file}");
        assert_eq!(atlas.host.delete(&path).send().status, 401);
        assert_eq!(remove(&atlas, &atlas.huda, case, file).header("if-match", "\"2\"").send().status, 409);
        let answers =
            remove(&atlas, &atlas.huda, case, file).send_with([remove(&atlas, &atlas.omar, case, file)]);
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404]);
    }
}
