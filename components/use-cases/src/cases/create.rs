//! `POST /use-cases`: the document first, which nobody can see, then the commit that makes it a draft and tells of it.

use p2p_sdk::{Ctx, Problem, Request, Response};

use super::derived::Derived;
use super::detail::{self, Detail};
use super::draft::UseCaseChanges;
use super::whole;
use crate::told::{self, Told};

/// Begins a use case.
pub async fn create(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let new: UseCaseChanges = request.json()?;
    new.check_new()?;
    let mut detail = Detail::new(ctx, actor);
    new.apply(&mut detail);
    let derived = Derived::of(ctx, &detail).await?;
    let text = told::text(ctx, &detail).await;
    let card = derived.card();
    let told = Told::of(&card).by(actor.user_id).saying(&derived.excerpt, &text);
    let batch = derived.insert().tell(told.event("created"));
    detail::insert(ctx, derived.revision, &detail).await?;
    let answer = whole::answer(ctx, 201, card, &detail).await?;
    batch.answer(ctx, answer).await
}

#[cfg(test)]
mod tests {
    use p2p_sdk::params;
    use serde_json::{Value, json};

    use crate::fixture::{Atlas, complete, draft, with};

    #[test]
    fn a_draft_is_answered_as_it_will_be_read() {
        let atlas = Atlas::new();
        let answer = atlas
            .post(&atlas.huda, &with(complete("  Ölpumpe: a < b?  "), "solution", json!("if a < b && c")));
        assert_eq!((answer.status, answer.header("etag")), (201, Some("\"1\"")));
        let case = answer.json();
        let read = atlas.read(Some(&atlas.huda), case["id"].as_str().unwrap());
        assert_eq!((&case, read.header("etag")), (&read.json(), Some("\"1\"")));
        assert_eq!(
            (&case["title"], &case["slug"], &case["status"]),
            (&json!("Ölpumpe: a < b?"), &json!("ölpumpe-a-b"), &json!("draft"))
        );
        assert_eq!(
            (&case["solution"], &case["solutionHtml"]),
            (&json!("if a < b && c"), &json!("<p>if a &lt; b &amp;&amp; c</p>"))
        );
        assert_eq!(
            case["outcomes"],
            json!({ "costSavings": "20%", "efficiencyGain": "30%", "roiTimeline": "6 months" })
        );
        assert_eq!(case["vendorInfo"], json!({ "name": "Sahm", "contact": "sales@sahm.example" }));
        assert_eq!((&case["media"], &case["excerpt"]), (&json!([]), &json!("One part in twenty was bad.")));
        assert!(case.get("publishedAt").is_none());
    }

    #[test]
    fn a_title_alone_is_enough() {
        let atlas = Atlas::new();
        let case = atlas.post(&atlas.huda, &draft("Only a title")).json();
        assert_eq!(
            (&case["industry"], &case["technology"], &case["tags"]),
            (&Value::Null, &json!([]), &json!([]))
        );
        assert_eq!(case["location"], json!({ "city": null, "coordinates": null }));
        assert_eq!(
            (&case["latitude"], &case["outcomes"], &case["vendorInfo"]),
            (&Value::Null, &json!({}), &json!({}))
        );
        assert_eq!(atlas.host.post("/use-cases").json(&draft("Who am I?")).send().status, 401);
        assert_eq!(atlas.host.post("/use-cases").by(&atlas.huda).body(b"{").send().code(), "MALFORMED");
    }

    #[test]
    fn the_event_and_the_row_are_one_commit() {
        let atlas = Atlas::new();
        let id = atlas.begun(&atlas.huda, &complete("Camera over a mould"));
        let wanted = json!({ "id": id, "authorId": atlas.huda.user_id, "actorId": atlas.huda.user_id,
            "organizationId": atlas.huda.organization_id, "title": "Camera over a mould", "slug": "camera-over-a-mould",
            "status": "draft", "industry": "Manufacturing", "technology": ["AI", "IoT"], "city": "Riyadh",
            "tags": ["automation", "quality-control"], "excerpt": "One part in twenty was bad.",
            "text": "One part in twenty was bad. A camera over each mould.", "latitude": 24.7136, "longitude": 46.6753,
            "createdAt": atlas.host.now() });
        assert_eq!(atlas.told(), [("use-cases.use-case.created".to_owned(), wanted)]);
        let refuse =
            "CREATE TRIGGER refuse BEFORE INSERT ON use_case_terms BEGIN SELECT RAISE(ABORT, 'no'); END";
        atlas.host.execute(refuse, params![]);
        assert!(atlas.post(&atlas.huda, &complete("It will not come")).status >= 500);
        assert_eq!(
            (atlas.told().len(), atlas.documents()),
            (0, 2),
            "the document came first and is an orphan now"
        );
        assert_eq!(atlas.titles(Some(&atlas.huda), "mine=true"), ["Camera over a mould"]);
    }

    #[test]
    fn the_same_key_begins_one() {
        let atlas = Atlas::new();
        let send = |title: &str| {
            let post = atlas.host.post("/use-cases").by(&atlas.huda).header("idempotency-key", "k-1");
            post.json(&draft(title)).send()
        };
        let (first, second) = (send("Only once"), send("Only once"));
        assert_eq!((first.status, &first.body), (201, &second.body));
        assert_eq!(send("Another one").status, 422);
        assert_eq!(atlas.titles(Some(&atlas.huda), "mine=true"), ["Only once"]);
    }
}
