//! What topics are sorted under, and how many stand under each. The categories come with the migrations and are never
//! changed here; the counts are kept with each topic, in its own commit.

use p2p_sdk::{Batch, Ctx, Feature, Problem, Request, Response, Rule, Uuid, Viewer, from_row, get, params};
use serde::Serialize;

use crate::topics::Visibility;

const FIND: &str = "SELECT slug FROM categories WHERE slug = $1";
const COUNT: &str = "INSERT INTO category_counts (category, scope, topics) VALUES ($1, $2, $3) \
    ON CONFLICT (category, scope) DO UPDATE SET topics = category_counts.topics + excluded.topics";

const UNKNOWN: Rule = Rule::Own("UNKNOWN", "is no category", "ليس تصنيفاً معروفاً");

/// The scope of topics that the whole network sees.
const NETWORK: Uuid = Uuid::NIL;

/// A category.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Category<'a> {
    pub slug: &'a str,
    pub name: &'a str,
    pub name_ar: &'a str,
    /// Topics under it that the caller may see.
    pub count: u64,
}
from_row!(Category<'a> { slug, name, name_ar, count });

/// Refuses a category that does not exist (422).
pub async fn require(ctx: &Ctx, slug: &str) -> Result<(), Problem> {
    let found = ctx.sql().query(FIND, &params![slug]).await?;
    if found.is_empty() { Err(Problem::invalid("category", UNKNOWN)) } else { Ok(()) }
}

/// Counts a topic of this category, or with `-1` no longer does.
pub fn count(
    batch: Batch,
    category: &str,
    visibility: Visibility,
    organization: Option<Uuid>,
    by: i64,
) -> Batch {
    let scope = match visibility {
        Visibility::Network => NETWORK,
        Visibility::Organization => organization.unwrap_or(NETWORK),
    };
    batch.run_one(COUNT, params![category, scope, by])
}

/// GET /forums/categories.
async fn list(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    let (scopes, params) = match Viewer::of(ctx.actor()?) {
        Viewer::PlatformAdmin => ("", params![]),
        Viewer::Member(own) => (" AND n.scope IN ($1, $2)", params![NETWORK, own]),
        Viewer::Outsider => (" AND n.scope = $1", params![NETWORK]),
    };
    let text = format!(
        "SELECT c.slug, c.name, c.name_ar, CAST(COALESCE(sum(n.topics), 0) AS BIGINT) FROM categories c \
        LEFT JOIN category_counts n ON n.category = c.slug{scopes} \
        GROUP BY c.slug, c.name, c.name_ar, c.position ORDER BY c.position"
    );
    let rows = ctx.sql().query(&text, &params).await?;
    Ok(Response::ok(&rows.all::<Category<'_>>()?))
}

/// What categories add to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature.route(
        get("/forums/categories", list)
            .summary("All categories, with how many topics of each the caller may see.")
            .answers::<Vec<Category<'static>>>(200),
    )
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Role};
    use serde_json::{Value, json};

    use crate::fixture::{Forum, draft, with};

    fn counts(forum: &Forum, by: &Actor) -> (i64, i64) {
        let all: Vec<Value> = forum.host.get("/forums/categories").by(by).send().read();
        let of = |slug: &str| {
            let found = all.iter().find(|category| category["slug"] == slug);
            found.unwrap()["count"].as_i64().unwrap()
        };
        assert_eq!(
            all.iter().map(|category| category["count"].as_i64().unwrap()).sum::<i64>(),
            of("general") + of("quality")
        );
        (of("general"), of("quality"))
    }

    #[test]
    fn all_are_told_in_their_order_in_both_languages() {
        let forum = Forum::new();
        let answer = forum.host.get("/forums/categories").by(&forum.huda).send();
        let all: Vec<Value> = answer.read();
        assert_eq!((answer.status, all.len()), (200, 10));
        assert_eq!(all[0], json!({ "slug": "general", "name": "General", "nameAr": "عام", "count": 0 }));
        assert_eq!(all[9]["slug"], "announcements");
        assert_eq!(forum.host.get("/forums/categories").send().status, 401);
    }

    #[test]
    fn everybody_meets_the_count_of_what_they_see() {
        let forum = Forum::new();
        forum.open(&forum.huda, "For everybody");
        forum.open(&forum.stranger, "For everybody too");
        forum.open_within(&forum.huda, "Among ourselves");
        let quality = with(draft("Of another organization"), "category", json!("quality"));
        forum.opened(&forum.stranger, &with(quality, "visibility", json!("organization")));
        let nobody = Actor { organization_id: None, ..forum.host.person(Role::Member) };
        assert_eq!(counts(&forum, &forum.omar), (3, 0));
        assert_eq!(counts(&forum, &forum.stranger), (2, 1));
        assert_eq!(counts(&forum, &nobody), (2, 0));
        assert_eq!(counts(&forum, &forum.platform_admin), (3, 1));
        for by in [&forum.omar, &forum.stranger, &nobody, &forum.platform_admin] {
            let seen = forum.list(by, "count=true&category=general").json()["total"].clone();
            assert_eq!(json!(counts(&forum, by).0), seen, "the list counts the same");
        }
    }
}
