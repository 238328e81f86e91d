//! How much the caller's organization has, in the shape in which accounts answers the same question.

use p2p_sdk::{Ctx, Problem, join};
use serde::Serialize;

use crate::counters::{self, Counters};
use crate::people;

/// What an organization has.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct OrganizationStats {
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
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = OrganizationStatsUsers))]
struct People {
    total: i64,
    active: i64,
    /// Active ones.
    admins: i64,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = OrganizationStatsInvitations))]
struct Invitations {
    /// That can still be accepted.
    pending: i64,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = OrganizationStatsUseCases))]
struct UseCases {
    draft: i64,
    published: i64,
    archived: i64,
}

impl OrganizationStats {
    /// The caller's; none for who belongs to none.
    pub async fn of(ctx: &Ctx) -> Result<Option<Self>, Problem> {
        let Some(organization) = ctx.actor()?.organization_id else { return Ok(None) };
        let (counted, people) = join(Counters::of(ctx, organization), people::count(ctx, organization)).await;
        let (counted, people) = (counted?, people?);
        Ok(Some(Self {
            users: People { total: people.total, active: people.active, admins: people.admins },
            invitations: Invitations { pending: people.pending },
            topics: counted.get(counters::TOPICS),
            posts: counted.get(counters::POSTS),
            replies: counted.get(counters::REPLIES),
            use_cases: UseCases {
                draft: counted.get(counters::DRAFT),
                published: counted.get(counters::PUBLISHED),
                archived: counted.get(counters::ARCHIVED),
            },
            messages: counted.get(counters::MESSAGES),
            storage_bytes: counted.get(counters::STORAGE),
        }))
    }
}
