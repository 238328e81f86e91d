//! One-time tokens of the core: a new password, a proved address. What a token does takes several calls, so that a
//! token is lost when the core fails between them; somebody asks for another one then.

use p2p_context::Timestamp;
use p2p_identity_core::check_password;
use uuid::Uuid;

use super::people::{self, Change, Person};
use super::{CoreIdentity, Fault, mailed_tokens};
use crate::audit::actions::{EMAIL_VERIFIED, PASSWORD_RESET};
use crate::audit::{AuditEntry, entry_insert};
use crate::error::CredentialError;
use crate::identity::{IdentityCall, Proof, Proven};
use crate::tables::login_failures::failure_cleared;

impl CoreIdentity {
    pub(super) async fn create_reset_token(
        &self,
        call: &IdentityCall,
        email: &str,
    ) -> Result<Option<Proof>, CredentialError> {
        let Some(person) = self.find_credential(call, email).await? else { return Ok(None) };
        let token = mailed_tokens::reset_token(&self.core, call, &person).await?;
        Ok(token.map(|token| Proof { user: person.id, email: person.email, token }))
    }

    pub(super) async fn reset_password(
        &self,
        call: &IdentityCall,
        token: &str,
        password: &str,
    ) -> Result<Proven, CredentialError> {
        check_password(password).map_err(CredentialError::WeakPassword)?;
        let _place = self.place()?;
        let proven = mailed_tokens::use_reset_token(&self.core, call, token).await?;
        let proven = self.of_ours(call, proven).await?;
        // First: a death in between leaves nobody in who should be out.
        self.end_sessions_of(call, proven.user, None).await?;
        if people::set_password(&self.core, call, proven.user, password).await? != Change::Done {
            return Err(CredentialError::Missing);
        }
        self.mark_verified(call, &proven).await?;
        let entry = proved(call, self.clock.now(), PASSWORD_RESET, proven.user);
        let effects = vec![failure_cleared(&proven.email), entry_insert(&entry)];
        self.tenant(call).await?.tables(call.deadline).apply(effects).await?;
        Ok(proven)
    }

    /// Makes what was mailed worthless: using one token up ends all of that person's. Done before a password changes, so
    /// that a core that fails at it has changed nothing.
    pub(super) async fn void_reset_tokens(&self, call: &IdentityCall, person: &Person) -> Result<(), Fault> {
        if let Some(token) = mailed_tokens::reset_token(&self.core, call, person).await? {
            mailed_tokens::use_reset_token(&self.core, call, &token).await?;
        }
        Ok(())
    }

    pub(super) async fn create_verification_token(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<Option<Proof>, CredentialError> {
        let person = self.find_person(call, user).await?.ok_or(CredentialError::Missing)?;
        let token = mailed_tokens::verification_token(&self.core, call, (user, &person.email)).await?;
        Ok(token.map(|token| Proof { user, email: person.email, token }))
    }

    pub(super) async fn verify_email(
        &self,
        call: &IdentityCall,
        token: &str,
    ) -> Result<Proven, CredentialError> {
        let proven = mailed_tokens::use_verification_token(&self.core, call, token).await?;
        let proven = self.of_ours(call, proven).await?;
        let entry = proved(call, self.clock.now(), EMAIL_VERIFIED, proven.user);
        self.tenant(call).await?.tables(call.deadline).apply(vec![entry_insert(&entry)]).await?;
        Ok(proven)
    }

    /// Whom a token was for, if they are this tenant's.
    async fn of_ours(&self, call: &IdentityCall, proven: Option<Proven>) -> Result<Proven, CredentialError> {
        let proven = proven.ok_or(CredentialError::Missing)?;
        let tenant = self.tenant(call).await?;
        let is_ours = self.is_active(tenant.tables(call.deadline), proven.user).await?;
        if is_ours { Ok(proven) } else { Err(CredentialError::Missing) }
    }

    /// Whoever reads mail at the address has proven it. The core wants a token for that, which nobody else sees.
    async fn mark_verified(&self, call: &IdentityCall, proven: &Proven) -> Result<(), Fault> {
        let of = (proven.user, proven.email.as_str());
        if let Some(token) = mailed_tokens::verification_token(&self.core, call, of).await? {
            mailed_tokens::use_verification_token(&self.core, call, &token).await?;
        }
        Ok(())
    }
}

/// Whoever holds the token reads the user's mail, signed in or not.
fn proved(call: &IdentityCall, now: Timestamp, action: &str, user: Uuid) -> AuditEntry {
    AuditEntry::new(&call.origin, now, action, user.to_string()).by(user)
}
