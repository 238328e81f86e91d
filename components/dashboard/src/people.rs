//! Who belongs to an organization and who is invited, as far as they are counted. Signing up and signing in are activities.

use p2p_sdk::{Batch, Ctx, Delivery, Feature, Heard, Problem, Timestamp, Uuid, params};
use serde::Deserialize;

use crate::activities::{Action, Note, note};
use crate::moments::made_at;

/// How long an invitation can be accepted.
const INVITED: std::time::Duration = std::time::Duration::from_secs(7 * 24 * 60 * 60);
const PUT: &str = "INSERT INTO people (user_id, organization_id, is_active, is_admin) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (user_id) DO UPDATE SET organization_id = excluded.organization_id, \
    is_active = excluded.is_active, is_admin = excluded.is_admin";
const INVITE: &str = "INSERT INTO invitations (id, organization_id, expires_at) VALUES ($1, $2, $3) \
    ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at";
const DISINVITE: &str = "DELETE FROM invitations WHERE id = $1";
const EXPIRED: &str = "DELETE FROM invitations WHERE organization_id = $1 AND expires_at <= $2";
const COUNT: &str = "SELECT count(*), count(CASE WHEN is_active THEN 1 END), \
    count(CASE WHEN is_active AND is_admin THEN 1 END), \
    (SELECT count(*) FROM invitations WHERE organization_id = $1 AND expires_at > $2) \
    FROM people WHERE organization_id = $1";

/// How many people and invitations an organization has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub total: i64,
    pub active: i64,
    /// Active ones.
    pub admins: i64,
    /// Invitations that can still be accepted.
    pub pending: i64,
}

/// What is told of somebody's standing. What does not say the role or whether they are active leaves it to the directory.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    user_id: Uuid,
    organization_id: Uuid,
    role: Option<String>,
    is_active: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invited {
    invitation_id: Uuid,
    organization_id: Uuid,
}

/// Subscribes to what is told of people and invitations.
pub fn hear(feature: Feature) -> Feature {
    feature
        .on_event("accounts.user.signed-up", signed_up)
        .on_event("accounts.user.logged-in", logged_in)
        .on_event("accounts.user.role-changed", standing)
        .on_event("accounts.user.deactivated", deactivated)
        .on_event("accounts.user.reactivated", reactivated)
        .on_event("accounts.user.retold", retold)
        .on_event("accounts.invitation.created", invited)
        .on_event("accounts.invitation.resent", invited)
        .on_event("accounts.invitation.revoked", disinvited)
        .on_event("accounts.invitation.accepted", disinvited)
}

/// Counts them, in one statement.
pub async fn count(ctx: &Ctx, organization: Uuid) -> Result<Count, Problem> {
    let rows = ctx.sql().query(COUNT, &params![organization, ctx.now()]).await?;
    let (total, active, admins, pending) = rows.first::<(i64, i64, i64, i64)>()?.unwrap_or_default();
    Ok(Count { total, active, admins, pending })
}

async fn signed_up(ctx: &Ctx, event: Delivery) -> Heard {
    let told: Told = event.read()?;
    let joined = note_of(ctx, &told, Action::UserJoined, event.committed_at);
    put(ctx, note(Batch::new(), &joined), &told).await
}

async fn logged_in(ctx: &Ctx, event: Delivery) -> Heard {
    let told: Told = event.read()?;
    let login = note_of(ctx, &told, Action::Login, event.committed_at);
    note(Batch::new(), &login).commit(ctx).await?;
    Ok(())
}

/// What is told again does not say when they joined; an id of our own does.
async fn retold(ctx: &Ctx, event: Delivery) -> Heard {
    let told: Told = event.read()?;
    let batch = match made_at(told.user_id) {
        Some(at) => note(Batch::new(), &note_of(ctx, &told, Action::UserJoined, at)),
        None => Batch::new(),
    };
    put(ctx, batch, &told).await
}

async fn standing(ctx: &Ctx, event: Delivery) -> Heard {
    put(ctx, Batch::new(), &event.read()?).await
}

async fn deactivated(ctx: &Ctx, event: Delivery) -> Heard {
    let told = Told { is_active: Some(false), ..event.read()? };
    put(ctx, Batch::new(), &told).await
}

async fn reactivated(ctx: &Ctx, event: Delivery) -> Heard {
    let told = Told { is_active: Some(true), ..event.read()? };
    put(ctx, Batch::new(), &told).await
}

async fn put(ctx: &Ctx, batch: Batch, told: &Told) -> Heard {
    let (is_active, is_admin) = match (told.is_active, &told.role) {
        (Some(is_active), Some(role)) => (is_active, role == "admin"),
        (is_active, role) => {
            let card = card(ctx, told.user_id).await?;
            (is_active.unwrap_or(card.0), role.as_ref().map_or(card.1, |role| role == "admin"))
        }
    };
    let row = params![told.user_id, told.organization_id, is_active, is_admin];
    batch.run_one(PUT, row).commit(ctx).await?;
    Ok(())
}

/// Whether they are active and an admin. Whom the directory does not know yet is an active member.
async fn card(ctx: &Ctx, user: Uuid) -> Result<(bool, bool), Problem> {
    let rows = ctx.directory().users(user.as_bytes().to_vec()).await?;
    let found = rows.read(|row| {
        let (_id, _name, _title) = (row.get::<Uuid>()?, row.get::<&str>()?, row.get::<Option<&str>>()?);
        let (_avatar, _verified) = (row.get::<Option<&str>>()?, row.get::<bool>()?);
        Ok((row.get::<bool>()?, row.get::<&str>()? == "admin"))
    })?;
    Ok(found.first().copied().unwrap_or((true, false)))
}

fn note_of(ctx: &Ctx, told: &Told, action: Action, at: Timestamp) -> Note {
    let note = Note::personal(action, told.user_id, (told.user_id, Some(told.organization_id)), at);
    // People sign in again and again, and each time is one of its own.
    if action == Action::Login { Note { id: ctx.new_id(), ..note } } else { note }
}

async fn invited(ctx: &Ctx, event: Delivery) -> Heard {
    let Invited { invitation_id, organization_id } = event.read()?;
    let expires_at = event.committed_at + INVITED;
    Batch::new()
        .run(EXPIRED, params![organization_id, event.committed_at])
        .run_one(INVITE, params![invitation_id, organization_id, expires_at])
        .commit(ctx)
        .await?;
    Ok(())
}

async fn disinvited(ctx: &Ctx, event: Delivery) -> Heard {
    let Invited { invitation_id, .. } = event.read()?;
    Batch::new().run(DISINVITE, params![invitation_id]).commit(ctx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::Actor;
    use serde_json::{Value, json};

    use crate::fixture::Board;

    fn users(board: &Board, by: &Actor) -> Value {
        board.stats(by)["organization"]["users"].clone()
    }

    #[test]
    fn people_are_counted_as_they_stand() {
        let board = Board::new();
        for who in [&board.layla, &board.omar] {
            let told = json!({ "userId": who.user_id, "organizationId": who.organization_id });
            board.tell("accounts.user.signed-up", &told);
        }
        assert_eq!(users(&board, &board.layla), json!({ "total": 2, "active": 2, "admins": 1 }));
        board.tell("accounts.user.deactivated", &board.standing(&board.omar));
        assert_eq!(users(&board, &board.layla), json!({ "total": 2, "active": 1, "admins": 1 }));
        board.tell("accounts.user.reactivated", &board.standing(&board.omar));
        let mut promoted = board.standing(&board.omar);
        promoted["role"] = json!("admin");
        board.tell("accounts.user.role-changed", &promoted);
        assert_eq!(users(&board, &board.layla), json!({ "total": 2, "active": 2, "admins": 2 }));
        assert_eq!(users(&board, &board.stranger), json!({ "total": 0, "active": 0, "admins": 0 }));
    }

    #[test]
    fn told_again_they_are_what_the_directory_says() {
        let board = Board::new();
        let told = json!({ "userId": board.layla.user_id, "organizationId": board.layla.organization_id });
        board.tell("accounts.user.signed-up", &told);
        board.tell("accounts.user.retold", &told);
        assert_eq!(users(&board, &board.layla), json!({ "total": 1, "active": 1, "admins": 1 }));
        let joined = board.host.get("/dashboard/activity?count=true").by(&board.layla).send().json();
        assert_eq!((&joined["total"], &joined["items"][0]["actionType"]), (&json!(1), &json!("user_joined")));
    }

    #[test]
    fn an_invitation_waits_until_it_is_answered_taken_back_or_over() {
        let board = Board::new();
        let pending = || board.stats(&board.layla)["organization"]["invitations"]["pending"].clone();
        let invitations: Vec<_> = (0..4)
            .map(|_| json!({ "invitationId": board.host.new_id(), "organizationId": board.layla.organization_id }))
            .collect();
        for invitation in &invitations {
            board.tell("accounts.invitation.created", invitation);
        }
        assert_eq!(pending(), 4);
        board.tell("accounts.invitation.accepted", &invitations[0]);
        board.tell("accounts.invitation.revoked", &invitations[1]);
        assert_eq!(pending(), 2);
        board.host.advance(Duration::from_secs(6 * 24 * 60 * 60));
        board.tell("accounts.invitation.resent", &invitations[2]);
        board.host.advance(Duration::from_secs(24 * 60 * 60));
        assert_eq!(pending(), 1);
    }
}
