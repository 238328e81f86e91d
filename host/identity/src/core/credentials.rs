//! Credentials from pending to active. The core knows no pending ones: until it becomes real, a user has an address at
//! the core that nobody else can have or guess, so that a sign-up that died blocks nobody's address and signs nobody in.

use std::sync::Arc;

use p2p_context::new_uuid;
use p2p_identity_core::{Email, RequestTokens, check_password};
use serde_json::json;
use tokio::sync::{Mutex, OwnedMutexGuard, SemaphorePermit};
use uuid::Uuid;

use super::people::{self, Change, Person};
use super::tenant::Tenant;
use super::{CoreIdentity, Fault};
use crate::audit::actions::{LOGIN_LOCKED, PASSWORD_CHANGED};
use crate::audit::{AuditEntry, entry_insert};
use crate::error::CredentialError;
use crate::identity::IdentityCall;
use crate::tables::Tables;
use crate::tables::core_users::{
    Standing, user_activate, user_discard, user_forget, user_insert, user_known, user_standing,
};
use crate::tables::login_failures::{failure_clear, failure_cleared, failure_count, failure_find};

/// Names that no name server will ever know (RFC 6761).
const NOWHERE: &str = "p2p.invalid";
/// The user of every app against whose password those of unknown addresses are checked.
const DECOY: &str = "decoy@p2p.invalid";

impl CoreIdentity {
    pub(super) async fn create_credential(
        &self,
        call: &IdentityCall,
        email: &str,
        password: &str,
    ) -> Result<Uuid, CredentialError> {
        let email = Email::parse(email).map_err(|_| CredentialError::InvalidEmail)?;
        check_password(password).map_err(CredentialError::WeakPassword)?;
        let tenant = self.tenant(call).await?;
        let tables = tenant.tables(call.deadline);
        let _place = self.place()?;
        if people::is_taken(&self.core, call, email.as_str()).await? {
            return Err(CredentialError::EmailTaken);
        }
        // Written down before the core makes the user: whatever dies in between, the sweep finds them.
        let unnamed = new_uuid();
        user_insert(tables, unnamed, &email, self.clock.now()).await?;
        let user = people::sign_up(&self.core, call, &pending_address(unnamed), password).await?;
        let user = user.ok_or_else(|| Fault::because("the core knows an address that was just made up"))?;
        user_known(tables, unnamed, user).await?;
        Ok(user)
    }

    /// The core decides who of several gets an address.
    pub(super) async fn activate_credential(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<(), CredentialError> {
        let tenant = self.tenant(call).await?;
        let tables = tenant.tables(call.deadline);
        let email = match user_standing(tables, user).await? {
            Some(Standing::Active) => return Ok(()),
            Some(Standing::Pending(email)) => email,
            Some(Standing::Discarded) | None => return Err(CredentialError::Missing),
        };
        match people::set_email(&self.core, call, user, &email).await? {
            Change::Done => {}
            Change::EmailTaken => return Err(CredentialError::EmailTaken),
            Change::Unknown => return Err(CredentialError::Missing),
        }
        if user_activate(tables, user, self.clock.now()).await? || self.is_active(tables, user).await? {
            return Ok(());
        }
        // Given up in between: the address goes with the user when the sweep removes them.
        Err(CredentialError::Missing)
    }

    pub(super) async fn discard_credential(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<(), CredentialError> {
        let tenant = self.tenant(call).await?;
        if user_discard(tenant.tables(call.deadline), user, self.clock.now()).await?
            && let Err(fault) = self.remove_discarded(&tenant, call, user).await
        {
            tracing::warn!(tenant = %tenant.id, %user, ?fault, "a discarded user stays in the core for now");
        }
        Ok(())
    }

    /// Removes a user for whom there is no way back. One whose id was never learned is known by their address.
    pub(super) async fn remove_discarded(
        &self,
        tenant: &Tenant,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<(), Fault> {
        let unnamed = people::find_by_email(&self.core, call, &pending_address(user)).await?;
        people::remove(&self.core, call, unnamed.map_or(user, |person| person.id)).await?;
        user_forget(tenant.tables(call.deadline), user).await
    }

    pub(super) async fn find_credential(
        &self,
        call: &IdentityCall,
        email: &str,
    ) -> Result<Option<Person>, CredentialError> {
        let Ok(email) = Email::parse(email) else { return Ok(None) };
        let tenant = self.tenant(call).await?;
        let person = people::find_by_email(&self.core, call, email.as_str()).await?;
        let Some(person) = person else { return Ok(None) };
        Ok(self.is_active(tenant.tables(call.deadline), person.id).await?.then_some(person))
    }

    /// Somebody with an active credential.
    pub(super) async fn find_person(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<Option<Person>, CredentialError> {
        let tenant = self.tenant(call).await?;
        if !self.is_active(tenant.tables(call.deadline), user).await? {
            return Ok(None);
        }
        Ok(people::find_by_id(&self.core, call, user).await?)
    }

    pub(super) async fn verify_credential(
        &self,
        call: &IdentityCall,
        email: &str,
        password: &str,
    ) -> Result<Uuid, CredentialError> {
        let email = Email::parse(email).map_err(|_| CredentialError::WrongCredentials)?;
        let _place = self.place()?;
        self.check_password_of(call, &email, password).await
    }

    async fn check_password_of(
        &self,
        call: &IdentityCall,
        email: &Email,
        password: &str,
    ) -> Result<Uuid, CredentialError> {
        let tenant = self.tenant(call).await?;
        let tables = tenant.tables(call.deadline);
        let _turn = self.turn(call, email).await?;
        let has_failed = self.refuse_locked(tables, email).await?;
        let user = self.right_user(&tenant, call, email, password).await?;
        let Some(user) = user else { return Err(self.wrong_credentials(call, tables, email).await?) };
        if has_failed {
            failure_clear(tables, email).await?;
        }
        Ok(user)
    }

    /// Other sessions end before the new password holds: a death in between leaves nobody in who should be out.
    pub(super) async fn change_password(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
        user: Uuid,
        old: &str,
        new: &str,
    ) -> Result<(), CredentialError> {
        check_password(new).map_err(CredentialError::WeakPassword)?;
        let person = self.find_person(call, user).await?.ok_or(CredentialError::Missing)?;
        let email = Email::parse(&person.email).map_err(Fault::because)?;
        let _place = self.place()?;
        if self.check_password_of(call, &email, old).await? != user {
            return Err(CredentialError::WrongCredentials);
        }
        self.void_reset_tokens(call, &person).await?;
        self.end_sessions_of(call, user, Some(request)).await?;
        if people::set_password(&self.core, call, user, new).await? != Change::Done {
            return Err(CredentialError::Missing);
        }
        let audit =
            AuditEntry::new(&call.origin, self.clock.now(), PASSWORD_CHANGED, user.to_string()).by(user);
        let effects = vec![failure_cleared(email.as_str()), entry_insert(&audit)];
        Ok(self.tenant(call).await?.tables(call.deadline).apply(effects).await?)
    }

    /// Whether a user is this tenant's and real.
    pub(super) async fn is_active(&self, tables: Tables<'_>, user: Uuid) -> Result<bool, Fault> {
        Ok(user_standing(tables, user).await? == Some(Standing::Active))
    }

    /// The same calls and the same work whether the address is known or not: whose it is, whether they are ours, one
    /// password check by the core.
    async fn right_user(
        &self,
        tenant: &Tenant,
        call: &IdentityCall,
        email: &Email,
        password: &str,
    ) -> Result<Option<Uuid>, Fault> {
        tenant.decoy.get_or_try_init(|| self.make_decoy(call)).await?;
        let known = people::find_by_email(&self.core, call, email.as_str()).await?.map(|person| person.id);
        let is_ours = self.is_active(tenant.tables(call.deadline), known.unwrap_or_default()).await?;
        let address = if is_ours { email.as_str() } else { DECOY };
        let signed_in = people::sign_in(&self.core, call, address, password).await?;
        Ok(signed_in.filter(|user| is_ours && Some(*user) == known))
    }

    /// One is enough, whoever made it; nobody knows its password.
    async fn make_decoy(&self, call: &IdentityCall) -> Result<(), Fault> {
        let password = format!("{}{}", Uuid::from_bytes(super::random()?), new_uuid());
        people::sign_up(&self.core, call, DECOY, &password).await?;
        Ok(())
    }

    /// The right to have the core work on one password.
    pub(super) fn place(&self) -> Result<SemaphorePermit<'_>, CredentialError> {
        self.places.try_acquire().map_err(|_| CredentialError::Busy)
    }

    /// One after the other for an address: a crowd of guesses is counted before it is over.
    async fn turn(&self, call: &IdentityCall, email: &Email) -> Result<OwnedMutexGuard<()>, Fault> {
        let turns = self.turns.get_with((call.tenant.clone(), email.clone()), Arc::<Mutex<()>>::default);
        let turn = tokio::time::timeout(call.deadline.remaining(), turns.lock_owned());
        turn.await.map_err(|_| Fault::Timeout)
    }

    /// Counts a failure.
    async fn wrong_credentials(
        &self,
        call: &IdentityCall,
        tables: Tables<'_>,
        email: &Email,
    ) -> Result<CredentialError, Fault> {
        let (lockout, now) = (self.config.lockout, self.clock.now());
        let locked = AuditEntry::new(&call.origin, now, LOGIN_LOCKED, email.as_str())
            .with(json!({"seconds": lockout.span.as_secs()}));
        failure_count(tables, email, lockout, now, &locked).await?;
        Ok(CredentialError::WrongCredentials)
    }

    /// Answers whether the address has failed before, if it is not locked.
    async fn refuse_locked(&self, tables: Tables<'_>, email: &Email) -> Result<bool, CredentialError> {
        let Some(failed) = failure_find(tables, email).await? else { return Ok(false) };
        failed.refuse_locked(self.clock.now())?;
        Ok(true)
    }
}

/// The address of a user of whom the core has not said yet what it calls them.
fn pending_address(user: Uuid) -> String {
    format!("{user}@{NOWHERE}")
}
