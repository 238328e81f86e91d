//! Inviting somebody. Their address may be of any domain, and of nobody yet. It gets a letter once a minute, as by sending
//! one again.

use p2p_sdk::{Batch, Check, Code, Ctx, Problem, Request, Response, Timestamp, params};
use serde::Deserialize;

use super::resend::{PAUSE, refuse_too_soon, too_soon};
use super::row::{Invitation, invitation_put};
use super::{LIFE, clear};
use crate::auth::{is_first, normalized};
use crate::organizations;
use crate::users::{NAME, ROLES};

/// Whether somebody has the address, and when it was invited last.
const KNOWN: &str = "SELECT EXISTS (SELECT 1 FROM users WHERE email = $1), \
    (SELECT sent_at FROM invitations WHERE email = $1 AND organization_id = $2)";

/// Who is invited, as what.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Invite {
    email: String,
    first_name: String,
    last_name: String,
    /// admin or member.
    role: String,
}

/// POST /users/invite. The letter is in the language of whoever invites, since nobody knows that of the other yet.
/// Of two at once, the slower is told to wait.
pub async fn invite(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let organization_id = organizations::own(actor)?;
    let Invite { email, first_name, last_name, role } = request.json::<Invite>()?.checked()?;
    let known = ctx.sql().query(KNOWN, &params![email, organization_id]).await?;
    let (is_taken, seen) = known.first::<(bool, Option<Timestamp>)>()?.unwrap_or_default();
    if is_taken {
        return Err(Problem::new(Code::EmailTaken));
    }
    let now = ctx.now();
    seen.map_or(Ok(()), |sent_at| refuse_too_soon(now, sent_at))?;
    // Also when the one before was revoked: nobody's mailbox is for filling.
    if !is_first(ctx, &format!("invitation {email}")).await {
        return Err(too_soon(PAUSE));
    }
    let invitation = Invitation {
        id: ctx.new_id(),
        organization_id,
        email,
        first_name,
        last_name,
        role,
        language: ctx.call().language.as_str().to_owned(),
        invited_by: actor.user_id,
        created_at: now,
        sent_at: now,
        expires_at: now + LIFE,
    };
    let batch = clear::of_organization(Batch::new(), organization_id, now);
    let batch = invitation_put(ctx, batch, &invitation, seen);
    let answer = batch.answer(ctx, Response::created(&invitation)).await;
    answer.map_err(|problem| match problem.code() {
        Code::VersionConflict => too_soon(PAUSE),
        _ => problem,
    })
}

impl Invite {
    fn checked(self) -> Result<Self, Problem> {
        let trimmed = |text: String| text.trim().to_owned();
        let invite = Self {
            email: normalized(&self.email),
            first_name: trimmed(self.first_name),
            last_name: trimmed(self.last_name),
            role: self.role,
        };
        Check::new()
            .email("email", &invite.email)
            .text("firstName", &invite.first_name, NAME)
            .text("lastName", &invite.last_name, NAME)
            .one_of("role", &invite.role, ROLES)
            .finish()?;
        Ok(invite)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::test_host::{Answered, TestHost};
    use p2p_sdk::{Actor, Language, Role};
    use serde_json::{Value, json};

    use super::super::row::CREATED;
    use crate::fixture::{EMAIL, count, execute, value, with, with_layla};

    const NURA: &str = "nura@gmail.com";

    fn nura() -> Value {
        json!({ "email": NURA, "firstName": " نورة ", "lastName": "Saleh", "role": "member" })
    }

    fn send(host: &TestHost, by: &Actor, body: &Value) -> Answered {
        host.post("/users/invite").by(by).json(body).send()
    }

    #[test]
    fn seven_days_and_an_event_that_does_not_tell_the_token() {
        let (host, layla) = with_layla();
        let post = host.post("/users/invite").by(&layla).language(Language::Ar);
        let answered = post.json(&with(nura(), "email", " Nura@GMAIL.com ")).send();
        let (body, now) = (answered.json(), host.now());
        let wanted = json!({
            "id": body["id"], "organizationId": layla.organization_id, "email": NURA, "firstName": "نورة",
            "lastName": "Saleh", "role": "member", "language": "ar", "invitedBy": layla.user_id, "createdAt": now,
            "sentAt": now, "expiresAt": now.after(Duration::from_secs(7 * 24 * 3600)),
        });
        assert_eq!((answered.status, &body), (201, &wanted));
        let events = host.events();
        assert_eq!((events.len(), events[0].topic.as_str()), (1, CREATED));
        let told: Value = serde_json::from_slice(&events[0].payload).unwrap();
        let wanted = json!({
            "invitationId": body["id"], "organizationId": layla.organization_id, "email": NURA, "role": "member",
            "invitedBy": layla.user_id,
        });
        assert_eq!(told, wanted);
    }

    #[test]
    fn an_address_in_use_needs_no_invitation() {
        let (host, layla) = with_layla();
        let answered = send(&host, &layla, &with(nura(), "email", EMAIL.to_uppercase()));
        assert_eq!((answered.status, answered.code().as_str()), (409, "EMAIL_TAKEN"));
        assert_eq!((count(&host, "invitations"), host.events().len()), (0, 0));
    }

    #[test]
    fn inviting_again_takes_the_place_of_the_one_before() {
        let (host, layla) = with_layla();
        let first = send(&host, &layla, &nura()).json();
        host.advance(Duration::from_secs(60));
        let second = send(&host, &layla, &with(nura(), "role", "admin")).json();
        assert_ne!(first["id"], second["id"]);
        assert_eq!(value(&host, "SELECT count(*) FROM invitations WHERE role = 'admin'"), 1);
        assert_eq!(count(&host, "invitations"), 1);
        let old = format!("/users/invitations/{}", first["id"].as_str().unwrap());
        assert_eq!(host.delete(&old).by(&layla).send().status, 404);
    }

    #[test]
    fn an_address_gets_a_letter_once_a_minute() {
        let (host, layla) = with_layla();
        let first = send(&host, &layla, &nura()).json();
        host.events();
        host.advance(Duration::from_millis(20_500));
        let soon = send(&host, &layla, &with(nura(), "role", "admin"));
        assert_eq!((soon.status, soon.code().as_str()), (429, "RATE_LIMITED"));
        assert_eq!((soon.header("retry-after"), host.events().len()), (Some("40"), 0));
        let kept = host.get("/users/invitations").by(&layla).send().json()["items"].clone();
        assert_eq!(kept, json!([first]), "it stays as it was");
        assert_eq!(send(&host, &layla, &with(nura(), "email", "other@gmail.com")).status, 201);
        host.advance(Duration::from_secs(60));
        execute(&host, "CREATE TRIGGER faster BEFORE UPDATE ON invitations BEGIN SELECT RAISE(IGNORE); END");
        let slower = send(&host, &layla, &nura());
        assert_eq!((slower.status, slower.header("retry-after")), (429, Some("60")));
        execute(&host, "DROP TRIGGER faster");
        host.advance(Duration::from_secs(60));
        let third = send(&host, &layla, &nura());
        assert_eq!(third.status, 201);
        let path = format!("/users/invitations/{}", third.json()["id"].as_str().unwrap());
        assert_eq!(host.delete(&path).by(&layla).send().status, 204);
        assert_eq!(send(&host, &layla, &nura()).code(), "RATE_LIMITED", "revoking makes no room for another");
    }

    #[test]
    fn the_same_key_invites_once() {
        let (host, layla) = with_layla();
        let send = || {
            let post = host.post("/users/invite").by(&layla).header("idempotency-key", "k-1");
            post.json(&nura()).send()
        };
        let (first, second) = (send(), send());
        assert_eq!((first.status, &first.body), (201, &second.body));
        assert_eq!((count(&host, "invitations"), host.events().len()), (1, 1));
    }

    #[test]
    fn every_field_has_its_rule() {
        let (host, layla) = with_layla();
        for (field, value, code) in [
            ("email", "nura", "EMAIL"),
            ("firstName", " ", "REQUIRED"),
            ("lastName", "a\u{0}b", "CHARACTERS"),
            ("role", "owner", "CHOICE"),
        ] {
            let answered = send(&host, &layla, &with(nura(), field, value));
            assert_eq!(answered.wrong_fields(), [(field.to_owned(), code.to_owned())]);
        }
        assert_eq!(count(&host, "invitations"), 0);
    }

    #[test]
    fn only_admins_invite_and_into_a_place_of_their_own() {
        let (host, layla) = with_layla();
        assert_eq!(host.post("/users/invite").json(&nura()).send().status, 401);
        assert_eq!(send(&host, &host.colleague(&layla, Role::Member), &nura()).code(), "FORBIDDEN");
        let homeless = Actor { organization_id: None, platform_admin: true, ..layla.clone() };
        assert_eq!(send(&host, &homeless, &nura()).code(), "NOT_FOUND");
    }

    #[test]
    fn what_has_long_expired_is_cleared() {
        let (host, layla) = with_layla();
        send(&host, &layla, &nura());
        execute(&host, "UPDATE invitations SET expires_at = 0");
        send(&host, &layla, &with(nura(), "email", "other@gmail.com"));
        assert_eq!(count(&host, "invitations"), 1);
    }
}
