//! `PATCH /use-cases/{id}`: a new document, then the commit that makes it the present one.

use p2p_sdk::{Code, Ctx, Problem, Request, Response, again_unless_matched};

use super::card::{Card, Status};
use super::derived::Derived;
use super::detail::{self, Detail};
use super::draft::UseCaseChanges;
use super::found::Found;
use super::{complete, read};
use crate::told::{self, Told};

/// Changes a use case.
pub async fn update(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    again_unless_matched(&request, async || change(ctx, &request).await).await
}

async fn change(ctx: &Ctx, request: &Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let found = Found::of(ctx, request.id("id")?).await?;
    let card = found.card()?;
    actor.author_or_admin(card.submitted_by, card.organization_id)?;
    let changes: UseCaseChanges = request.json()?;
    changes.check()?;
    request.matched(card.version)?;
    if !changes.is_empty() {
        let mut detail = Detail { updated_at: ctx.now(), ..found.detail.clone() };
        changes.apply(&mut detail);
        write(ctx, &card, &detail).await?;
    }
    read::answer(ctx, card.id).await
}

async fn write(ctx: &Ctx, card: &Card<'_>, detail: &Detail) -> Result<(), Problem> {
    if card.status == Status::Published {
        complete::require(detail)?;
    }
    let derived = Derived::of(ctx, detail).await?;
    let text = told::text(ctx, detail).await;
    let now = derived.over(card);
    let told = Told::of(&now).by(ctx.actor()?.user_id).saying(&derived.excerpt, &text);
    let batch = derived.update(card.version).tell(told.event("updated"));
    detail::insert(ctx, derived.revision, detail).await?;
    let done = batch.commit(ctx).await.map_err(Problem::from);
    match &done {
        Ok(_) => detail::forget(ctx, card.revision).await,
        // Of other failures it is not known that nothing was kept.
        Err(problem) if problem.code() == Code::VersionConflict => {
            detail::forget(ctx, derived.revision).await;
        }
        Err(_) => {}
    }
    done.map(drop)
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::Sending;
    use p2p_sdk::{Actor, Role, Uuid};
    use serde_json::{Value, json};

    use crate::fixture::{Atlas, complete, draft};

    fn change<'a>(atlas: &'a Atlas, by: &Actor, id: Uuid, body: &Value) -> Sending<'a> {
        atlas.host.patch(&format!("/use-cases/{id}")).by(by).json(body)
    }

    #[test]
    fn everything_changes_in_one_version() {
        let atlas = Atlas::new();
        let id = atlas.begun(&atlas.huda, &complete("Camera over a mould"));
        atlas.told();
        let body = json!({ "title": "  Kamera über der Form  ", "industry": "Plastics", "technology": ["LiDAR"],
            "problemStatement": "Two in **twenty**.", "solution": "Two cameras.", "outcomes": { "costSavings": "40%" },
            "vendorInfo": {}, "location": { "city": "Jeddah", "coordinates": [21.5, 39.2] }, "tags": ["New Tag"] });
        let answer = change(&atlas, &atlas.huda, id, &body).send();
        assert_eq!((answer.status, answer.header("etag")), (200, Some("\"2\"")));
        let read = atlas.read(Some(&atlas.omar), id).json();
        assert_eq!(answer.json(), read);
        assert_eq!(
            (&read["title"], &read["slug"], &read["tags"]),
            (&json!("Kamera über der Form"), &json!("kamera-über-der-form"), &json!(["new-tag"]))
        );
        assert_eq!((&read["outcomes"], &read["vendorInfo"]), (&json!({ "costSavings": "40%" }), &json!({})));
        assert_eq!((&read["latitude"], &read["excerpt"]), (&json!(21.5), &json!("Two in twenty.")));
        let mine = |filter: &str| atlas.titles(Some(&atlas.huda), &format!("mine=true&{filter}")).len();
        for (filter, found) in [
            ("city=riyadh", 0),
            ("city=jeddah", 1),
            ("tag=automation", 0),
            ("tag=new-tag", 1),
            ("search=mould", 0),
            ("search=lidar", 1),
        ] {
            assert_eq!(mine(filter), found, "{filter}");
        }
        let told = atlas.told();
        assert_eq!((told.len(), told[0].0.as_str()), (1, "use-cases.use-case.updated"));
        assert_eq!(
            (&told[0].1["title"], &told[0].1["text"]),
            (&json!("Kamera über der Form"), &json!("Two in twenty. Two cameras."))
        );
        assert_eq!(atlas.documents(), 1, "the one before is gone");
    }

    #[test]
    fn what_is_not_given_stays() {
        let atlas = Atlas::new();
        let id = atlas.begun(&atlas.huda, &complete("Camera over a mould"));
        let before = atlas.read(Some(&atlas.huda), id);
        assert_eq!(
            change(&atlas, &atlas.huda, id, &json!({})).send().body,
            before.body,
            "nothing, no version"
        );
        assert_eq!(change(&atlas, &atlas.huda, id, &json!({ "industry": " " })).send().status, 200);
        let mut wanted = before.json();
        wanted["industry"] = Value::Null;
        assert_eq!(atlas.read(Some(&atlas.huda), id).json(), wanted);
    }

    #[test]
    fn what_is_published_stays_complete() {
        let atlas = Atlas::new();
        let id = atlas.published(&atlas.huda, &complete("Camera over a mould"));
        let body = json!({ "location": { "city": "Riyadh" }, "outcomes": {} });
        let answer = change(&atlas, &atlas.huda, id, &body).send();
        assert_eq!(answer.status, 422);
        assert_eq!(answer.json()["details"]["missing"], json!(["outcomes", "location.coordinates"]));
        assert_eq!(atlas.documents(), 1);
        assert_eq!(
            change(&atlas, &atlas.huda, id, &json!({ "title": "Another title" })).send().json()["status"],
            "published"
        );
    }

    #[test]
    fn its_author_and_their_admins_may() {
        let atlas = Atlas::new();
        let published = atlas.published(&atlas.huda, &complete("For all to see"));
        let begun = atlas.begun(&atlas.huda, &draft("Not yet ready"));
        let member = atlas.host.colleague(&atlas.huda, Role::Member);
        let body = json!({ "title": "Another title" });
        for (by, id, status) in [
            (&atlas.stranger, published, 403),
            (&member, published, 403),
            (&atlas.stranger, begun, 404),
            (&atlas.omar, begun, 200),
            (&atlas.platform_admin, begun, 200),
            (&atlas.huda, atlas.host.new_id(), 404),
        ] {
            assert_eq!(change(&atlas, by, id, &body).send().status, status);
        }
        assert_eq!(atlas.host.patch(&format!("/use-cases/{published}")).json(&body).send().status, 401);
        let wrong = change(&atlas, &atlas.huda, begun, &json!({ "title": "abc" })).send();
        assert_eq!(wrong.wrong_fields(), [("title".into(), "TOO_SHORT".into())]);
    }

    #[test]
    fn of_two_who_name_a_version_one_loses_and_others_try_again() {
        let atlas = Atlas::new();
        let id = atlas.begun(&atlas.huda, &draft("Not yet ready"));
        let named = |title: &str| {
            change(&atlas, &atlas.huda, id, &json!({ "title": title })).header("if-match", "\"1\"")
        };
        let answers = named("Title A").send_with([named("Title B")]);
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        let title = |n: usize| change(&atlas, &atlas.huda, id, &json!({ "title": format!("Title {n}") }));
        let answers = title(0).send_with([title(1), title(2)]);
        assert!(answers.iter().all(|answer| answer.status == 200));
        assert_eq!(atlas.read(Some(&atlas.huda), id).header("etag"), Some("\"5\""));
        assert_eq!(atlas.documents(), 1, "losers leave nothing behind");
    }
}
