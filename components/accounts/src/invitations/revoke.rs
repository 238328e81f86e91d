//! Taking an invitation back: its token opens nothing from then on.

use p2p_sdk::host::SqlError;
use p2p_sdk::{Batch, Ctx, Problem, Request, Response};

use super::find::find_own;
use super::row::invitation_revoke;

/// DELETE /users/invitations/{id}. One that was accepted in this moment is gone as well: 404.
pub async fn revoke(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let invitation = find_own(ctx, &request).await?;
    match invitation_revoke(Batch::new(), &invitation).commit(ctx).await {
        Ok(_) => Ok(Response::no_content()),
        Err(SqlError::Stale(_)) => Err(Problem::not_found()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Role;
    use serde_json::json;

    use super::super::row::REVOKED;
    use crate::fixture::{count, execute, with_layla};

    #[test]
    fn admins_of_the_organization_take_it_back_once() {
        let (host, layla) = with_layla();
        let body = json!({ "email": "a@x.sa", "firstName": "F", "lastName": "L", "role": "member" });
        let invitation = host.post("/users/invite").by(&layla).json(&body).send().json();
        host.events();
        let path = format!("/users/invitations/{}", invitation["id"].as_str().unwrap());
        assert_eq!(host.delete(&path).send().status, 401);
        assert_eq!(host.delete(&path).by(&host.colleague(&layla, Role::Member)).send().status, 403);
        assert_eq!(host.delete(&path).by(&host.person(Role::Admin)).send().status, 404);
        assert_eq!((count(&host, "invitations"), host.events().len()), (1, 0));
        execute(
            &host,
            "CREATE TRIGGER faster BEFORE DELETE ON invitations BEGIN \
             DELETE FROM invitations; SELECT RAISE(IGNORE); END",
        );
        assert_eq!(host.delete(&path).by(&layla).send().status, 404, "somebody was faster");
        execute(&host, "DROP TRIGGER faster");
        assert_eq!(host.delete(&path).by(&layla).send().status, 204);
        let events = host.events();
        assert_eq!((events.len(), events[0].topic.as_str()), (1, REVOKED));
        assert_eq!(host.delete(&path).by(&layla).send().status, 404);
    }
}
