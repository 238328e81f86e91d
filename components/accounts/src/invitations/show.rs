//! What somebody is invited to, for whoever has the token: the page on which they sign up shows it.

use p2p_sdk::{Ctx, Problem, Request, Response, Timestamp};
use serde::Serialize;

use super::find::find_open;
use super::row::Invitation;
use crate::organizations::organization_by_id;

/// An invitation as the invited see it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct OpenInvitation {
    email: String,
    first_name: String,
    last_name: String,
    /// admin or member.
    role: String,
    organization: Inviting,
    expires_at: Timestamp,
}

/// Who invites.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = InvitingOrganization))]
struct Inviting {
    name: String,
}

/// GET /invitations/{token}. Whatever is wrong with a token, there is nothing there.
pub async fn show(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let found = find_open(ctx, &request.segment("token")?).await?;
    let Invitation { organization_id, email, first_name, last_name, role, expires_at, .. } =
        found.ok_or_else(Problem::not_found)?;
    let organization = organization_by_id(ctx, organization_id).await?.ok_or_else(Problem::not_found)?;
    let organization = Inviting { name: organization.name };
    Ok(Response::ok(&OpenInvitation { email, first_name, last_name, role, organization, expires_at }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::test_host::TestHost;
    use serde_json::{Value, json};

    use super::super::row::CREATED;
    use crate::fixture::{execute, with_layla};

    /// An invitation, and where it is shown.
    fn invited() -> (TestHost, Value, String) {
        let (host, layla) = with_layla();
        let body =
            json!({ "email": "nura@gmail.com", "firstName": "Nura", "lastName": "S", "role": "admin" });
        let invitation = host.post("/users/invite").by(&layla).json(&body).send().json();
        let told = json!({
            "invitationId": invitation["id"], "organizationId": layla.organization_id, "email": "", "role": "",
        });
        assert_eq!(host.hear(host.new_id(), CREATED, "x", &told), Ok(()));
        let link = host.letters()[0].values["link"].as_str().unwrap().to_owned();
        let path = format!("/invitations/{}", link.split(['=', '&']).nth(1).unwrap());
        (host, invitation, path)
    }

    #[test]
    fn everybody_with_the_token_sees_it_until_it_expires() {
        let (host, invitation, path) = invited();
        let shown = host.get(&path).send();
        let wanted = json!({
            "email": "nura@gmail.com", "firstName": "Nura", "lastName": "S", "role": "admin",
            "organization": { "name": "Nakheel Dates" }, "expiresAt": invitation["expiresAt"],
        });
        assert_eq!((shown.status, shown.json()), (200, wanted));
        host.advance(Duration::from_secs(7 * 24 * 3600));
        assert_eq!(host.get(&path).send().code(), "NOT_FOUND");
    }

    #[test]
    fn whoever_may_no_longer_invite_has_invited_nobody() {
        let (host, _, path) = invited();
        for change in ["role = 'member'", "is_active = 0"] {
            execute(&host, &format!("UPDATE users SET {change}"));
            assert_eq!(host.get(&path).send().status, 404, "{change}");
            execute(&host, "UPDATE users SET role = 'admin', is_active = 1");
        }
        assert_eq!(host.get(&path).send().status, 200);
    }

    #[test]
    fn no_other_token_shows_anything() {
        let (host, _, path) = invited();
        for wrong in [
            "/invitations/x".to_owned(),
            path.to_uppercase().to_lowercase() + "0",
            "/invitations/%00".to_owned(),
        ] {
            assert_eq!(host.get(&wrong).send().code(), "NOT_FOUND", "{wrong}");
        }
        execute(&host, "UPDATE organizations SET is_active = 0");
        assert_eq!(host.get(&path).send().status, 404);
    }
}
