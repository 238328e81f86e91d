//! One's own organization, with its version.

use p2p_sdk::{Ctx, FromRow, Problem, Request, Response, Row, RowError, Uuid, Version, params};

use super::own;
use super::row::Organization;

const BY_ID: &str = "SELECT id, name, domain, industry, size, country, city, logo, is_active, created_at, \
    admin_user_id, version FROM organizations WHERE id = $1";

/// An organization as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub organization: Organization,
    pub version: Version,
}

impl<'a> FromRow<'a> for Standing {
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        Ok(Self { organization: Organization::from_row(row)?, version: row.get()? })
    }
}

impl Standing {
    /// The caller's.
    pub async fn of_caller(ctx: &Ctx) -> Result<Self, Problem> {
        by_id(ctx, own(ctx.actor()?)?).await?.ok_or_else(Problem::not_found)
    }

    /// As it is answered.
    pub fn answer(&self) -> Response {
        Response::ok(&self.organization).etag(self.version)
    }
}

/// GET /organizations/current
pub async fn current(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    Ok(Standing::of_caller(ctx).await?.answer())
}

/// The organization of this id, if there is one.
pub async fn organization_by_id(ctx: &Ctx, id: Uuid) -> Result<Option<Organization>, Problem> {
    Ok(by_id(ctx, id).await?.map(|found| found.organization))
}

async fn by_id(ctx: &Ctx, id: Uuid) -> Result<Option<Standing>, Problem> {
    Ok(ctx.sql().query(BY_ID, &params![id]).await?.first()?)
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Role};

    use crate::fixture::with_layla;

    #[test]
    fn everybody_sees_their_own() {
        let (host, layla) = with_layla();
        let omar = host.colleague(&layla, Role::Member);
        let answered = host.get("/organizations/current").by(&omar).send();
        assert_eq!((answered.status, answered.header("etag")), (200, Some("\"1\"")));
        assert_eq!(answered.json(), host.get("/users/me").by(&layla).send().json()["organization"]);
    }

    #[test]
    fn nobody_and_who_belongs_to_none_see_nothing() {
        let (host, layla) = with_layla();
        assert_eq!(host.get("/organizations/current").send().status, 401);
        let homeless = Actor { organization_id: None, ..layla };
        for actor in [homeless, host.person(Role::Admin)] {
            assert_eq!(host.get("/organizations/current").by(&actor).send().code(), "NOT_FOUND");
        }
    }
}
