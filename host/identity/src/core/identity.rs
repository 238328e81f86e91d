//! What is asked of any identity, and which of this one's parts answers it.

use async_trait::async_trait;
use p2p_context::{Actor, TenantId};
use p2p_identity_core::{Headers, RequestTokens, older_cookie_headers};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::CoreIdentity;
use crate::error::{AuthenticateError, CredentialError, SessionError};
use crate::identity::{Identity, IdentityCall, Issued, OpenSession, Proof, Proven, PublicKeys};

#[async_trait]
impl Identity for CoreIdentity {
    async fn credential_create(
        &self,
        call: &IdentityCall,
        email: &str,
        password: &str,
    ) -> Result<Uuid, CredentialError> {
        self.create_credential(call, email, password).await
    }

    async fn credential_activate(&self, call: &IdentityCall, user: Uuid) -> Result<(), CredentialError> {
        self.activate_credential(call, user).await
    }

    async fn credential_discard(&self, call: &IdentityCall, user: Uuid) -> Result<(), CredentialError> {
        self.discard_credential(call, user).await
    }

    async fn credential_verify(
        &self,
        call: &IdentityCall,
        email: &str,
        password: &str,
    ) -> Result<Uuid, CredentialError> {
        self.verify_credential(call, email, password).await
    }

    async fn credential_by_email(
        &self,
        call: &IdentityCall,
        email: &str,
    ) -> Result<Option<Uuid>, CredentialError> {
        Ok(self.find_credential(call, email).await?.map(|person| person.id))
    }

    async fn credential_email(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<Option<String>, CredentialError> {
        Ok(self.find_person(call, user).await?.map(|person| person.email))
    }

    async fn reset_token_create(
        &self,
        call: &IdentityCall,
        email: &str,
    ) -> Result<Option<Proof>, CredentialError> {
        self.create_reset_token(call, email).await
    }

    async fn password_reset(
        &self,
        call: &IdentityCall,
        token: &str,
        password: &str,
    ) -> Result<Proven, CredentialError> {
        self.reset_password(call, token, password).await
    }

    async fn password_change(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        user: Uuid,
        old: &str,
        new: &str,
    ) -> Result<(), CredentialError> {
        self.change_password(call, tokens, user, old, new).await
    }

    async fn verification_token_create(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<Option<Proof>, CredentialError> {
        self.create_verification_token(call, user).await
    }

    async fn email_verify(&self, call: &IdentityCall, token: &str) -> Result<Proven, CredentialError> {
        self.verify_email(call, token).await
    }

    async fn email_is_verified(&self, call: &IdentityCall, user: Uuid) -> Result<bool, CredentialError> {
        let person = self.find_person(call, user).await?;
        person.map(|person| person.verified).ok_or(CredentialError::Missing)
    }

    async fn session_create(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        user: Uuid,
        claims: Map<String, Value>,
    ) -> Result<Issued, SessionError> {
        self.create_session(call, tokens, user, &claims).await
    }

    async fn session_refresh(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
    ) -> Result<Issued, SessionError> {
        self.refresh_session(call, tokens).await
    }

    async fn session_revoke(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
    ) -> Result<Headers, SessionError> {
        self.revoke_session(call, tokens).await
    }

    async fn session_revoke_user(&self, call: &IdentityCall, user: Uuid) -> Result<(), SessionError> {
        self.revoke_sessions_of(call, user).await
    }

    async fn session_update_claims(
        &self,
        call: &IdentityCall,
        user: Uuid,
        claims: Map<String, Value>,
    ) -> Result<(), SessionError> {
        self.update_claims_of(call, user, &claims).await
    }

    async fn session_restate(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        claims: Map<String, Value>,
    ) -> Result<Issued, SessionError> {
        self.restate_session(call, tokens, &claims).await
    }

    async fn session_list(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        user: Uuid,
    ) -> Result<Vec<OpenSession>, SessionError> {
        self.list_sessions_of(call, tokens, user).await
    }

    async fn session_revoke_one(
        &self,
        call: &IdentityCall,
        user: Uuid,
        handle: &str,
    ) -> Result<bool, SessionError> {
        self.revoke_session_of(call, user, handle).await
    }

    async fn session_revoke_others(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        user: Uuid,
    ) -> Result<(), SessionError> {
        self.revoke_other_sessions_of(call, tokens, user).await
    }

    fn older_cookies(&self, tokens: &RequestTokens) -> Option<Headers> {
        older_cookie_headers(&self.config.sessions, tokens)
    }

    async fn public_keys(&self, call: &IdentityCall) -> Result<PublicKeys, SessionError> {
        let tenant = self.tenant(call).await?;
        let (keys, max_age) = tenant.keys.to_publish(&self.core, call, self.clock.now()).await?;
        Ok(PublicKeys { keys: keys.iter().map(|key| key.jwk()).collect(), max_age })
    }

    fn issuer(&self, tenant: &TenantId) -> String {
        self.config.sessions.issuer(tenant.as_str())
    }

    async fn authenticate(
        &self,
        call: &IdentityCall,
        tokens: &RequestTokens,
        safe_method: bool,
    ) -> Result<Option<Actor>, AuthenticateError> {
        self.identify(call, tokens, safe_method).await
    }

    async fn prepare(&self, call: &IdentityCall) {
        self.prepare_tenant(call).await;
    }

    async fn tick(&self) {
        self.keep_up().await;
    }
}
