//! How much there is of one's own organization. People and invitations are counted where they stand; the rest comes from
//! the counters, and is a moment behind.

use p2p_sdk::{Ctx, Problem, Request, Response, params};
use serde::Serialize;

use super::{counters, own};

const PEOPLE: &str = "SELECT count(*), count(CASE WHEN is_active THEN 1 END), \
    count(CASE WHEN is_active AND role = 'admin' THEN 1 END), \
    (SELECT count(*) FROM invitations WHERE organization_id = $1 AND expires_at > $2) \
    FROM users WHERE organization_id = $1";
const COUNTERS: &str = "SELECT name, value FROM organization_counters WHERE organization_id = $1";

/// How much there is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Stats {
    users: People,
    invitations: Invitations,
    topics: i64,
    /// Answers to topics.
    posts: i64,
    replies: i64,
    use_cases: UseCases,
    messages: i64,
    /// Of files that its people uploaded.
    storage_bytes: i64,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = StatsUsers))]
struct People {
    total: i64,
    active: i64,
    /// Active ones.
    admins: i64,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = StatsInvitations))]
struct Invitations {
    /// That can still be accepted.
    pending: i64,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = StatsUseCases))]
struct UseCases {
    draft: i64,
    published: i64,
    archived: i64,
}

/// GET /organizations/stats
pub async fn stats(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    let organization = own(ctx.actor()?)?;
    let rows = ctx.sql().query(PEOPLE, &params![organization, ctx.now()]).await?;
    let (total, active, admins, pending) = rows.first::<(i64, i64, i64, i64)>()?.unwrap_or_default();
    let rows = ctx.sql().query(COUNTERS, &params![organization]).await?;
    let counters = rows.all::<(&str, i64)>()?;
    // A deletion may be heard before what it takes back; nobody is shown less than nothing.
    let counted =
        |name| counters.iter().find(|(found, _)| *found == name).map_or(0, |(_, value)| (*value).max(0));
    Ok(Response::ok(&Stats {
        users: People { total, active, admins },
        invitations: Invitations { pending },
        topics: counted(counters::TOPICS),
        posts: counted(counters::POSTS),
        replies: counted(counters::REPLIES),
        use_cases: UseCases {
            draft: counted(counters::DRAFT),
            published: counted(counters::PUBLISHED),
            archived: counted(counters::ARCHIVED),
        },
        messages: counted(counters::MESSAGES),
        storage_bytes: counted(counters::STORAGE),
    }))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Role;
    use p2p_sdk::host::SqlError;
    use serde_json::json;

    use crate::fixture::{execute, with_layla};
    use crate::users::colleagues::hire;

    #[test]
    fn people_and_invitations_are_counted_and_the_rest_begins_at_nothing() {
        let (host, layla) = with_layla();
        let omar = hire(&host, &layla, "omar@nakheel.sa", "Omar Aziz", Role::Member);
        hire(&host, &layla, "gone@nakheel.sa", "Gone Away", Role::Admin);
        execute(&host, "UPDATE users SET is_active = 0 WHERE email = 'gone@nakheel.sa'");
        let invite =
            json!({ "email": "new@nakheel.sa", "firstName": "N", "lastName": "W", "role": "member" });
        assert_eq!(host.post("/users/invite").by(&layla).json(&invite).send().status, 201);
        let stats = host.get("/organizations/stats").by(&omar).send();
        assert_eq!(
            stats.json(),
            json!({
                "users": { "total": 3, "active": 2, "admins": 1 }, "invitations": { "pending": 1 },
                "topics": 0, "posts": 0, "replies": 0, "messages": 0, "storageBytes": 0,
                "useCases": { "draft": 0, "published": 0, "archived": 0 },
            })
        );
    }

    #[test]
    fn only_for_who_belongs_somewhere() {
        let (host, layla) = with_layla();
        assert_eq!(host.get("/organizations/stats").send().status, 401);
        let homeless = p2p_sdk::Actor { organization_id: None, ..layla.clone() };
        assert_eq!(host.get("/organizations/stats").by(&homeless).send().status, 404);
        host.fail_sql(SqlError::Unavailable);
        assert_eq!(host.get("/organizations/stats").by(&layla).send().status, 503);
    }
}
