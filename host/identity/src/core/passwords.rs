//! Passwords, which the core checks. How often somebody may guess is decided here, and every guess costs the same.

use std::sync::Arc;

use p2p_context::new_uuid;
use p2p_identity_core::{Email, RequestTokens, check_password};
use serde_json::json;
use tokio::sync::{Mutex, OwnedMutexGuard, SemaphorePermit};
use uuid::Uuid;

use super::people::{self, Change};
use super::tenant::Tenant;
use super::{CoreIdentity, Fault};
use crate::audit::actions::{LOGIN_LOCKED, PASSWORD_CHANGED};
use crate::audit::{AuditEntry, entry_insert};
use crate::error::CredentialError;
use crate::identity::IdentityCall;
use crate::tables::Tables;
use crate::tables::login_failures::{failure_clear, failure_cleared, failure_count, failure_find};

/// The user of every app against whose password those of unknown addresses are checked.
const DECOY: &str = "decoy@p2p.invalid";

impl CoreIdentity {
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
