//! One-time tokens and what they are good for: a new password, a proved address. What a token does and its end are one
//! commit, so that it works once, whole, or not at all.

use std::time::Duration;

use p2p_context::Timestamp;
use p2p_identity_core::{Email, check_password, digest, one_time_token, one_time_token_hash};
use serde_json::json;
use uuid::Uuid;

use super::EmbeddedIdentity;
use super::sessions::revoked;
use crate::audit::actions::{EMAIL_VERIFIED, PASSWORD_RESET};
use crate::audit::{AuditEntry, entry_insert};
use crate::error::CredentialError;
use crate::fault::{Fault, random};
use crate::identity::{IdentityCall, Proof, Proven};
use crate::tables::Tables;
use crate::tables::credentials::{credential_find, password_set};
use crate::tables::login_failures::failure_cleared;
use crate::tables::one_time_tokens::{
    OneTimeToken, TokenKind, token_find, token_insert, token_use, tokens_forget,
};
use crate::tables::sessions::sessions_ended;
use crate::tables::verified_addresses::{address_find, address_verified};

impl EmbeddedIdentity {
    pub(super) async fn email_of(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<Option<String>, CredentialError> {
        let tenant = self.tenant(call).await?;
        let found = address_find(tenant.tables(call.deadline), user).await?;
        Ok(found.map(|(email, _)| email))
    }

    pub(super) async fn is_email_verified(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<bool, CredentialError> {
        let tenant = self.tenant(call).await?;
        let found = address_find(tenant.tables(call.deadline), user).await?;
        found.map(|(_, is_verified)| is_verified).ok_or(CredentialError::Missing)
    }

    pub(super) async fn create_reset_token(
        &self,
        call: &IdentityCall,
        email: &str,
    ) -> Result<Option<Proof>, CredentialError> {
        let Ok(email) = Email::parse(email) else { return Ok(None) };
        let tenant = self.tenant(call).await?;
        let tables = tenant.tables(call.deadline);
        let Some((user, _)) = credential_find(tables, &email).await? else { return Ok(None) };
        let email = email.as_str().to_owned();
        Ok(Some(self.new_proof(tables, TokenKind::Reset, user, email).await?))
    }

    pub(super) async fn create_verification_token(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<Option<Proof>, CredentialError> {
        let tenant = self.tenant(call).await?;
        let tables = tenant.tables(call.deadline);
        match address_find(tables, user).await? {
            None => Err(CredentialError::Missing),
            Some((_, true)) => Ok(None),
            Some((email, false)) => {
                Ok(Some(self.new_proof(tables, TokenKind::Verification, user, email).await?))
            }
        }
    }

    /// The new password is hashed before the token is used up: a full queue, a passed deadline or a crash leave the
    /// token as it was. A lock of the address goes with the password that was guessed at, and so do all sessions.
    pub(super) async fn reset_password(
        &self,
        call: &IdentityCall,
        token: &str,
        password: &str,
    ) -> Result<Proven, CredentialError> {
        check_password(password).map_err(CredentialError::WeakPassword)?;
        let tenant = self.tenant(call).await?;
        let tables = tenant.tables(call.deadline);
        let token = self.good_token(tables, TokenKind::Reset, token).await?;
        let hash = self.passwords.hash(call.deadline, password).await?;
        let now = self.clock.now();
        let effects = [
            password_set(token.user, &token.email, &hash),
            address_verified(token.user, &token.email, now),
            failure_cleared(&token.email),
            entry_insert(&proved(call, now, PASSWORD_RESET, token.user)),
        ];
        let ended = revoked(call, now, token.user, json!({"sessions": "all"}));
        let effects = effects.into_iter().chain(sessions_ended(token.user, None, now, &ended));
        let is_used = token_use(tables, &token, effects).await?;
        tenant.learn_soon(call.deadline, now).await;
        proven(token, is_used)
    }

    pub(super) async fn verify_email(
        &self,
        call: &IdentityCall,
        token: &str,
    ) -> Result<Proven, CredentialError> {
        let tenant = self.tenant(call).await?;
        let tables = tenant.tables(call.deadline);
        let token = self.good_token(tables, TokenKind::Verification, token).await?;
        let now = self.clock.now();
        let effects = [
            address_verified(token.user, &token.email, now),
            entry_insert(&proved(call, now, EMAIL_VERIFIED, token.user)),
        ];
        let is_used = token_use(tables, &token, effects).await?;
        proven(token, is_used)
    }

    async fn new_proof(
        &self,
        tables: Tables<'_>,
        kind: TokenKind,
        user: Uuid,
        email: String,
    ) -> Result<Proof, Fault> {
        let text = one_time_token(random()?);
        let (hash, expires) = (digest(text.as_bytes()), self.clock.now().plus(validity(kind)));
        token_insert(tables, &OneTimeToken { hash, kind, user, email: email.clone(), expires }).await?;
        Ok(Proof { user, email, token: text })
    }

    /// The token of this text if it may be used. One that is too old takes all others of its user along.
    async fn good_token(
        &self,
        tables: Tables<'_>,
        kind: TokenKind,
        text: &str,
    ) -> Result<OneTimeToken, CredentialError> {
        let hash = one_time_token_hash(text).ok_or(CredentialError::Missing)?;
        let token = token_find(tables, kind, hash).await?.ok_or(CredentialError::Missing)?;
        if token.expires <= self.clock.now() {
            tokens_forget(tables, kind, token.user).await?;
            return Err(CredentialError::Missing);
        }
        Ok(token)
    }
}

fn validity(kind: TokenKind) -> Duration {
    match kind {
        TokenKind::Reset => Duration::from_hours(1),
        TokenKind::Verification => Duration::from_hours(24),
    }
}

/// Whoever holds the token reads the user's mail, signed in or not.
fn proved(call: &IdentityCall, now: Timestamp, action: &str, user: Uuid) -> AuditEntry {
    AuditEntry::new(&call.origin, now, action, user.to_string()).by(user)
}

fn proven(token: OneTimeToken, is_used: bool) -> Result<Proven, CredentialError> {
    let OneTimeToken { user, email, .. } = token;
    if is_used { Ok(Proven { user, email }) } else { Err(CredentialError::Missing) }
}
