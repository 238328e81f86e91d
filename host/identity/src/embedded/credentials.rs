//! Making, activating and verifying credentials.

use p2p_context::new_uuid;
use p2p_identity_core::{Email, RequestTokens, check_password};
use serde_json::json;
use uuid::Uuid;

use super::EmbeddedIdentity;
use super::passwords::Turn;
use super::sessions::revoked;
use crate::audit::actions::{LOGIN_LOCKED, PASSWORD_CHANGED};
use crate::audit::{AuditEntry, entry_insert};
use crate::error::CredentialError;
use crate::fault::Fault;
use crate::identity::IdentityCall;
use crate::tables::Tables;
use crate::tables::credentials::{
    credential_activate, credential_discard, credential_find, credential_insert, credential_of,
    password_replace,
};
use crate::tables::login_failures::{failure_clear, failure_cleared, failure_count, failure_find};
use crate::tables::one_time_tokens::{TokenKind, tokens_forgotten};
use crate::tables::sessions::sessions_ended;

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
        let is_right = turn.matches(password, hash).await?.is_some();
        match user {
            Some(user) if is_right => {
                if has_failed {
                    failure_clear(tables, &email).await?;
                }
                Ok(user)
            }
            _ => Err(self.wrong_credentials(call, tables, &email).await?),
        }
    }

    /// Links that were mailed to set a new password are worthless afterwards, and other sessions end: in the same commit,
    /// so that whoever knew the old password is out when the new one holds.
    pub(super) async fn change_password(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
        user: Uuid,
        old: &str,
        new: &str,
    ) -> Result<(), CredentialError> {
        check_password(new).map_err(CredentialError::WeakPassword)?;
        let tenant = self.tenant(call).await?;
        let tables = tenant.tables(call.deadline);
        let keep = self.named_session(&tenant, call.deadline, request).await?;
        let keep = keep.as_ref().map(|named| named.handle.as_str());
        let (email, old_hash, turn) = self.check_old_password(call, tables, user, old).await?;
        let new_hash = turn.hash(new).await?;
        let now = self.clock.now();
        let audit = AuditEntry::new(&call.origin, now, PASSWORD_CHANGED, user.to_string()).by(user);
        let ended = revoked(call, now, user, json!({"sessions": "others"}));
        let effects =
            [failure_cleared(email.as_str()), tokens_forgotten(TokenKind::Reset, user), entry_insert(&audit)];
        let effects = effects.into_iter().chain(sessions_ended(user, keep, now, &ended));
        if !password_replace(tables, user, (&old_hash, &new_hash), effects).await? {
            // Changed in the meantime: what was right a moment ago is wrong now.
            return Err(CredentialError::WrongCredentials);
        }
        tenant.learn_soon(call.deadline, now).await;
        Ok(())
    }

    /// The same steps as a login, so that nobody guesses here more cheaply. Answers the address, the old password's
    /// hash, and the turn to make the new one's.
    async fn check_old_password(
        &self,
        call: &IdentityCall,
        tables: Tables<'_>,
        user: Uuid,
        old: &str,
    ) -> Result<(Email, String, Turn<'_>), CredentialError> {
        let (email, _) = credential_of(tables, user).await?.ok_or(CredentialError::Missing)?;
        self.refuse_locked(tables, &email).await?;
        let turn = self.passwords.turn(call.deadline).await?;
        self.refuse_locked(tables, &email).await?;
        let (_, hash) = credential_of(tables, user).await?.ok_or(CredentialError::Missing)?;
        match turn.matches(old, Some(hash.clone())).await? {
            Some(turn) => Ok((email, hash, turn)),
            None => Err(self.wrong_credentials(call, tables, &email).await?),
        }
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
