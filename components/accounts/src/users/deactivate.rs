//! Removing somebody from one's organization: they are signed out for good, and what they wrote stays.

use p2p_sdk::{Ctx, Problem, Request, Response};

use super::admin_changes::AdminChanges;
use super::administer::administer;

/// DELETE /users/{id}. Somebody who is out already stays out.
pub async fn deactivate(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    administer(ctx, &request, AdminChanges::deactivation()).await?;
    Ok(Response::no_content())
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Role};

    use super::super::told::DEACTIVATED;
    use crate::fixture::{PASSWORD, count, login, with_layla};
    use crate::users::colleagues::hire;

    #[test]
    fn they_are_out_and_their_row_stays() {
        let (host, layla) = with_layla();
        let omar = hire(&host, &layla, "omar@nakheel.sa", "Omar Aziz", Role::Admin);
        let session = login(&host, "omar@nakheel.sa", PASSWORD);
        host.events();
        let delete = |tag: &str| {
            host.delete(&format!("/users/{}", omar.user_id)).by(&layla).header("if-match", tag).send()
        };
        assert_eq!(delete("\"2\"").code(), "VERSION_CONFLICT");
        assert_eq!(delete("\"1\"").status, 204);
        let events = host.events();
        assert_eq!((events.len(), events[0].topic.as_str()), (1, DEACTIVATED));
        assert_eq!(host.post("/auth/refresh").session(&session).send().code(), "SESSION_EXPIRED");
        assert_eq!(login(&host, "omar@nakheel.sa", PASSWORD).code(), "WRONG_CREDENTIALS");
        assert_eq!((delete("*").status, host.events().len(), count(&host, "users")), (204, 0, 2));
    }

    #[test]
    fn neither_oneself_nor_the_last_admin_nor_a_stranger() {
        let (host, layla) = with_layla();
        let omar = hire(&host, &layla, "omar@nakheel.sa", "Omar Aziz", Role::Member);
        let delete =
            |by: &Actor, whom: &Actor| host.delete(&format!("/users/{}", whom.user_id)).by(by).send();
        assert_eq!(delete(&layla, &layla).code(), "SELF_ACTION");
        assert_eq!(delete(&omar, &layla).code(), "FORBIDDEN");
        let platform_admin = Actor { platform_admin: true, ..omar.clone() };
        assert_eq!(delete(&platform_admin, &layla).code(), "BAD_STATE");
        assert_eq!(delete(&host.person(Role::Admin), &omar).status, 404);
        assert_eq!(host.delete(&format!("/users/{}", omar.user_id)).send().status, 401);
        assert_eq!(host.events(), []);
    }
}
