//! An invitation as it is kept and as admins see it, the statements that write one, and what they tell. A token is in
//! neither.

use p2p_sdk::{Batch, Ctx, Timestamp, Uuid, from_row, params};
use serde::{Deserialize, Serialize};

use super::token;

/// Somebody is invited.
pub const CREATED: &str = "accounts.invitation.created";
/// The letter is to be sent again.
pub const RESENT: &str = "accounts.invitation.resent";
/// It was taken back.
pub const REVOKED: &str = "accounts.invitation.revoked";
/// Somebody signed up with it.
pub const ACCEPTED: &str = "accounts.invitation.accepted";

/// What `Invitation` reads, in this order.
pub const COLUMNS: &str = "i.id, i.organization_id, i.email, i.first_name, i.last_name, i.role, i.language, i.invited_by, \
    i.created_at, i.sent_at, i.expires_at";

/// Takes the place of the invitation that the address has from this organization, if it was sent when it was seen to be.
const PUT: &str = "INSERT INTO invitations (id, organization_id, email, first_name, last_name, role, language, invited_by, \
    created_at, sent_at, expires_at, token_hash, token_sealed) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
    ON CONFLICT (organization_id, email) DO UPDATE SET id = excluded.id, first_name = excluded.first_name, \
    last_name = excluded.last_name, role = excluded.role, language = excluded.language, \
    invited_by = excluded.invited_by, created_at = excluded.created_at, sent_at = excluded.sent_at, \
    expires_at = excluded.expires_at, token_hash = excluded.token_hash, token_sealed = excluded.token_sealed \
    WHERE invitations.sent_at = $14";
const DELETE: &str = "DELETE FROM invitations WHERE id = $1";

/// An invitation that waits for an answer, or did until it expired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Invitation {
    pub id: Uuid,
    pub organization_id: Uuid,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// admin or member.
    pub role: String,
    /// Of the letter: en or ar.
    pub language: String,
    pub invited_by: Uuid,
    pub created_at: Timestamp,
    /// When the letter went out last.
    pub sent_at: Timestamp,
    pub expires_at: Timestamp,
}

from_row!(Invitation {
    id,
    organization_id,
    email,
    first_name,
    last_name,
    role,
    language,
    invited_by,
    created_at,
    sent_at,
    expires_at
});

/// What every topic of invitations tells.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    pub invitation_id: Uuid,
    organization_id: Uuid,
    email: String,
    role: String,
    /// Who sent it; unknown where it was told before that was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    invited_by: Option<Uuid>,
    /// Who accepted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<Uuid>,
}

/// Adds a new invitation to a batch, with a new token, and tells it. Stale when the one before is not of `seen` any more.
pub fn invitation_put(ctx: &Ctx, batch: Batch, new: &Invitation, seen: Option<Timestamp>) -> Batch {
    let Invitation { id, organization_id, email, first_name, last_name, role, language, .. } = new;
    let Invitation { invited_by, created_at, sent_at, expires_at, .. } = new;
    let token = token::make(ctx);
    let (hash, sealed) = (token::hash(&token), ctx.secrets().seal(token.as_bytes()));
    let row = params![
        id,
        organization_id,
        email,
        first_name,
        last_name,
        role,
        language,
        invited_by,
        created_at,
        sent_at,
        expires_at,
        hash,
        sealed,
        seen
    ];
    tell(batch.run_one(PUT, row), CREATED, new)
}

/// Adds to a batch that somebody signed up by an invitation. Stale when it is gone: two who accept at once are one.
pub fn invitation_accept(batch: Batch, invitation: &Invitation, user_id: Uuid) -> Batch {
    let told = Told { user_id: Some(user_id), ..told(invitation) };
    batch.run_one(DELETE, params![invitation.id]).event(ACCEPTED, invitation.id, &told)
}

/// Adds to a batch that an invitation is taken back. Stale when it is gone.
pub fn invitation_revoke(batch: Batch, invitation: &Invitation) -> Batch {
    tell(batch.run_one(DELETE, params![invitation.id]), REVOKED, invitation)
}

/// Adds one of the topics to a batch.
pub fn tell(batch: Batch, topic: &str, invitation: &Invitation) -> Batch {
    batch.event(topic, invitation.id, &told(invitation))
}

fn told(invitation: &Invitation) -> Told {
    let Invitation { id: invitation_id, organization_id, email, role, invited_by, .. } = invitation.clone();
    Told { invitation_id, organization_id, email, role, invited_by: Some(invited_by), user_id: None }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::{PASSWORD, count, with_layla};

    #[test]
    fn accepting_uses_it_up_and_is_told() {
        let (host, layla) = with_layla();
        let body = json!({ "email": "nura@gmail.com", "firstName": "N", "lastName": "S", "role": "admin" });
        let invitation = host.post("/users/invite").by(&layla).json(&body).send().json();
        let told: Value = serde_json::from_slice(&host.events()[0].payload).unwrap();
        assert_eq!(host.hear(host.new_id(), CREATED, "x", &told), Ok(()));
        let link = host.letters()[0].values["link"].as_str().unwrap().to_owned();
        let body = json!({
            "email": "nura@gmail.com", "password": PASSWORD, "firstName": "Nura", "lastName": "Saleh",
            "inviteToken": link.split(['=', '&']).nth(1).unwrap(),
        });
        let accept = || host.post("/auth/signup").json(&body).send();
        let nura = accept().json()["user"].clone();
        let belongs = (json!(layla.organization_id), json!("admin"));
        assert_eq!((nura["organizationId"].clone(), nura["role"].clone()), belongs);
        let accepted = host.events().into_iter().find(|event| event.topic == ACCEPTED).unwrap();
        let told: Value = serde_json::from_slice(&accepted.payload).unwrap();
        assert_eq!((&told["invitationId"], &told["userId"]), (&invitation["id"], &nura["id"]));
        assert_eq!(told["invitedBy"], json!(layla.user_id));
        assert_eq!(count(&host, "invitations"), 0);
        assert_eq!(accept().code(), "TOKEN_INVALID");
    }
}
