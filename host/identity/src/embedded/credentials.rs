//! Making, activating and verifying credentials.

use p2p_context::new_uuid;
use p2p_identity_core::{Email, check_password};
use uuid::Uuid;

use super::EmbeddedIdentity;
use super::tables::Tables;
use super::tables::credentials::{
    credential_activate, credential_discard, credential_find, credential_insert,
};
use super::tables::login_failures::{failure_clear, failure_count, failure_find};
use crate::error::CredentialError;
use crate::identity::IdentityCall;

impl EmbeddedIdentity {
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
        if credential_find(tables, &email).await?.is_some() {
            return Err(CredentialError::EmailTaken);
        }
        let hash = self.passwords.hash(call.deadline, password).await?;
        let user = new_uuid();
        credential_insert(tables, user, &email, &hash, self.clock.now()).await?;
        Ok(user)
    }

    pub(super) async fn activate_credential(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<(), CredentialError> {
        let tenant = self.tenant(call).await?;
        credential_activate(tenant.tables(call.deadline), user, self.clock.now()).await
    }

    pub(super) async fn discard_credential(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<(), CredentialError> {
        let tenant = self.tenant(call).await?;
        Ok(credential_discard(tenant.tables(call.deadline), user).await?)
    }

    pub(super) async fn find_credential(
        &self,
        call: &IdentityCall,
        email: &str,
    ) -> Result<Option<Uuid>, CredentialError> {
        let Ok(email) = Email::parse(email) else { return Ok(None) };
        let tenant = self.tenant(call).await?;
        Ok(credential_find(tenant.tables(call.deadline), &email).await?.map(|(user, _)| user))
    }

    /// The same steps and the same work whether the address is known or not: lock, look-up, one hash, count. A text
    /// that is no address has no credential, which is no secret, and costs nothing.
    pub(super) async fn verify_credential(
        &self,
        call: &IdentityCall,
        email: &str,
        password: &str,
    ) -> Result<Uuid, CredentialError> {
        let email = Email::parse(email).map_err(|_| CredentialError::WrongCredentials)?;
        let tenant = self.tenant(call).await?;
        let tables = tenant.tables(call.deadline);
        self.refuse_locked(tables, &email).await?;
        let turn = self.passwords.turn(call.deadline).await?;
        // Again: those who waited in the queue may be too many guesses.
        let has_failed = self.refuse_locked(tables, &email).await?;
        let (user, hash) = credential_find(tables, &email).await?.unzip();
        let is_right = turn.matches(password, hash).await?;
        match user {
            Some(user) if is_right => {
                if has_failed {
                    failure_clear(tables, &email).await?;
                }
                Ok(user)
            }
            _ => {
                failure_count(tables, &email, self.config.lockout, self.clock.now()).await?;
                Err(CredentialError::WrongCredentials)
            }
        }
    }

    /// Answers whether the address has failed before, if it is not locked.
    async fn refuse_locked(&self, tables: Tables<'_>, email: &Email) -> Result<bool, CredentialError> {
        let Some(failed) = failure_find(tables, email).await? else { return Ok(false) };
        let left = failed.locked_until.map_or(0, |until| until.0.saturating_sub(self.clock.now().0));
        if left <= 0 {
            return Ok(true);
        }
        let seconds = u32::try_from(left.saturating_add(999_999) / 1_000_000).unwrap_or(u32::MAX);
        Err(CredentialError::Locked(seconds))
    }
}
