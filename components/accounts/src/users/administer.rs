//! What an admin does to the account of somebody else: whose they may touch, the commit that leaves every organization
//! an admin, and what follows from it for open sessions.

use p2p_sdk::host::SqlError;
use p2p_sdk::{Batch, Code, Ctx, Delivery, Heard, Problem, Request, Uuid, params};

use super::account::{Account, account_by_id, account_told};
use super::admin_changes::AdminChanges;
use super::row::{UserRow, user_administer};
use super::told::{DEACTIVATED, REACTIVATED, ROLE_CHANGED, tell_standing, tell_updated};
use crate::auth::session;

/// Changes nothing and holds the row: whoever else takes an admin away from the organization waits for this commit, and
/// sees it in their next statement. SQLite has one writer anyway; in PostgreSQL two commits that each read the other's
/// admin would both go through without it.
const HOLD: &str = "UPDATE organizations SET is_active = is_active WHERE id = $1";
const KEEP_AN_ADMIN: &str = "UPDATE organizations SET is_active = is_active WHERE id = $1 AND EXISTS \
    (SELECT 1 FROM users WHERE organization_id = $1 AND id <> $2 AND role = 'admin' AND is_active)";
/// Where the latter stands in its batch.
const LAST_ADMIN: SqlError = SqlError::Stale(1);

/// Changes somebody else's account as the request says it. An admin may do it to people of their organization and a
/// platform admin to everybody; nobody to themselves. Answers the account as it stands then.
pub async fn administer(ctx: &Ctx, request: &Request, changes: AdminChanges) -> Result<Account, Problem> {
    let (actor, id) = (ctx.actor()?, request.id::<Uuid>("id")?);
    if id == actor.user_id {
        return Err(Problem::new(Code::SelfAction));
    }
    let seen = request.if_match()?;
    let found = account_by_id(ctx, id).await?.filter(|found| actor.administers(found.user.organization_id));
    let mut account = found.ok_or_else(Problem::not_found)?;
    if seen.is_some_and(|version| version != account.user.version) {
        return Err(Problem::new(Code::VersionConflict));
    }
    let before = account.user.clone();
    changes.apply(&mut account.user);
    if account.user != before {
        keep(ctx, &before, &account.user).await?;
        account.user.version += 1;
        let user = &account.user;
        if (&before.role, before.is_active) != (&user.role, user.is_active) {
            session::settle_at_once(ctx, user.id).await;
        }
    }
    Ok(account)
}

async fn keep(ctx: &Ctx, before: &UserRow, user: &UserRow) -> Result<(), Problem> {
    let leaves = is_acting_admin(before) && !is_acting_admin(user);
    let organization = user.organization_id;
    let batch = match leaves {
        true => Batch::new()
            .run_one(HOLD, params![organization])
            .run_one(KEEP_AN_ADMIN, params![organization, user.id]),
        false => Batch::new(),
    };
    match tell(user_administer(batch, user), before, user).commit(ctx).await {
        Ok(_) => Ok(()),
        Err(LAST_ADMIN) if leaves => Err(Problem::new(Code::BadState)
            .says("An organization needs an administrator.", "يجب أن يبقى للمؤسسة مسؤول واحد على الأقل.")),
        Err(error) => Err(error.into()),
    }
}

fn is_acting_admin(user: &UserRow) -> bool {
    user.is_active && user.role == "admin"
}

fn tell(mut batch: Batch, before: &UserRow, user: &UserRow) -> Batch {
    let shown = |user: &UserRow| (user.search_name(), user.first_name.clone(), user.title.clone());
    if shown(before) != shown(user) {
        batch = tell_updated(batch, user);
    }
    if before.role != user.role {
        batch = tell_standing(batch, ROLE_CHANGED, user);
    }
    match (before.is_active, user.is_active) {
        (true, false) => tell_standing(batch, DEACTIVATED, user),
        (false, true) => tell_standing(batch, REACTIVATED, user),
        _ => batch,
    }
}

/// Hears `ROLE_CHANGED`, `DEACTIVATED` and that an address is proven, for a process that died behind the commit. Goes by
/// the account as it stands: what came after the event counts.
pub async fn settle_sessions(ctx: &Ctx, event: Delivery) -> Heard {
    let account = account_told(ctx, &event).await?;
    session::settle(ctx, account.user.id, Vec::new()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::{Answered, TestHost};
    use p2p_sdk::{Actor, EventError, Role};
    use serde_json::json;

    use super::*;
    use crate::auth::verification::VERIFIED;
    use crate::fixture::{PASSWORD, execute, login, value, with_layla};
    use crate::users::colleagues::hire;
    use crate::users::told::Standing;

    fn demote(host: &TestHost, by: &Actor, whom: &Actor) -> Answered {
        let patch = host.patch(&format!("/users/{}", whom.user_id)).by(by);
        patch.json(&json!({ "role": "member" })).send()
    }

    fn admins(host: &TestHost) -> i64 {
        value(host, "SELECT count(*) FROM users WHERE role = 'admin' AND is_active")
    }

    #[test]
    fn two_admins_who_demote_each_other_leave_one() {
        let (host, layla) = with_layla();
        let omar = hire(&host, &layla, "omar@nakheel.sa", "Omar Aziz", Role::Admin);
        // Between Layla's look and her commit, Omar's own is kept: she is an admin no more, and may not remove the last.
        execute(
            &host,
            "CREATE TRIGGER faster BEFORE UPDATE ON organizations BEGIN \
             UPDATE users SET role = 'member' WHERE email = 'layla@nakheel.sa'; END",
        );
        let answered = demote(&host, &layla, &omar);
        assert_eq!((answered.status, answered.code().as_str()), (409, "BAD_STATE"));
        assert_eq!((admins(&host), host.events().len()), (2, 0), "what the trigger did went with it");
        execute(&host, "DROP TRIGGER faster");
        assert_eq!(demote(&host, &omar, &layla).status, 200);
        assert_eq!(demote(&host, &layla, &omar).code(), "BAD_STATE");
        assert_eq!(admins(&host), 1);
    }

    #[test]
    fn deactivated_admins_and_those_elsewhere_do_not_count() {
        let (host, layla) = with_layla();
        let omar = hire(&host, &layla, "omar@nakheel.sa", "Omar Aziz", Role::Admin);
        let gone = hire(&host, &layla, "gone@nakheel.sa", "Gone Away", Role::Admin);
        execute(&host, "UPDATE users SET is_active = 0 WHERE email = 'gone@nakheel.sa'");
        assert_eq!(demote(&host, &layla, &gone).status, 200, "who is out already is no loss");
        assert_eq!(demote(&host, &omar, &layla).status, 200);
        assert_eq!(demote(&host, &Actor { platform_admin: true, ..layla }, &omar).code(), "BAD_STATE");
    }

    #[test]
    fn the_event_finishes_what_a_dead_process_began() {
        let (host, layla) = with_layla();
        let omar = hire(&host, &layla, "omar@nakheel.sa", "Omar Aziz", Role::Member);
        let session = login(&host, "omar@nakheel.sa", PASSWORD);
        let told = Standing {
            user_id: omar.user_id,
            organization_id: omar.organization_id.unwrap(),
            role: "?".to_owned(),
        };
        execute(&host, "UPDATE users SET role = 'admin' WHERE email = 'omar@nakheel.sa'");
        assert_eq!(host.hear(host.new_id(), ROLE_CHANGED, omar.user_id, &told), Ok(()));
        let session = host.post("/auth/refresh").session(&session).send();
        assert!(session.header("st-access-token").unwrap().contains(r#""role":"admin""#));
        execute(&host, "UPDATE users SET is_verified = 1 WHERE email = 'omar@nakheel.sa'");
        assert_eq!(host.hear(host.new_id(), VERIFIED, omar.user_id, &told), Ok(()));
        let session = host.post("/auth/refresh").session(&session).send();
        assert!(session.header("st-access-token").unwrap().contains(r#""verified":true"#));
        execute(&host, "UPDATE users SET is_active = 0 WHERE email = 'omar@nakheel.sa'");
        assert_eq!(host.hear(host.new_id(), DEACTIVATED, omar.user_id, &told), Ok(()));
        assert_eq!(host.post("/auth/refresh").session(&session).send().code(), "SESSION_EXPIRED");
        let nobody = Standing { user_id: host.new_id(), ..told };
        let heard = host.hear(host.new_id(), DEACTIVATED, omar.user_id, &nobody);
        assert!(matches!(heard, Err(EventError::Refuse(_))), "{heard:?}");
    }
}
