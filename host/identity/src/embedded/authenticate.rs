//! Who is calling, from the tokens of a request. A token that was verified once costs two look-ups.

use std::sync::Arc;

use p2p_context::{Actor, TenantId};
use p2p_identity_core::{
    AccessPayload, CsrfProof, RequestTokens, TransferMode, UnverifiedToken, Withdrawal, passes_anti_csrf,
    withdraw_headers,
};

use super::EmbeddedIdentity;
use super::tenant::Tenant;
use crate::actor::actor;
use crate::error::AuthenticateError;
use crate::identity::IdentityCall;
use crate::revocations::Verdict;

/// What a verified token said.
pub struct Believed {
    tenant: TenantId,
    expires_ms: i64,
    stated_ms: i64,
    anti_csrf: Option<String>,
    actor: Actor,
}

impl EmbeddedIdentity {
    pub(super) async fn identify(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
        safe_method: bool,
    ) -> Result<Option<Actor>, AuthenticateError> {
        if request.has_legacy_cookie() {
            return Err(AuthenticateError::TryRefresh);
        }
        if request.access_candidates().next().is_none() {
            return Ok(None);
        }
        let tenant = self.tenant(call).await?;
        let Some((mode, believed)) = self.believe_request(&tenant, call, request).await? else {
            return Ok(None);
        };
        if mode == TransferMode::Cookie && request.has_duplicate_access() {
            return Err(AuthenticateError::TryRefresh);
        }
        self.refuse_revoked(&tenant, &believed)?;
        let proof = CsrfProof { mode, safe_method, token: believed.anti_csrf.as_deref() };
        if !passes_anti_csrf(self.config.sessions.anti_csrf, request, proof) {
            return Err(AuthenticateError::AntiCsrf);
        }
        Ok(Some(believed.actor.clone()))
    }

    /// The first text that has the shape of an access token decides.
    async fn believe_request(
        &self,
        tenant: &Tenant,
        call: &IdentityCall,
        request: &RequestTokens,
    ) -> Result<Option<(TransferMode, Arc<Believed>)>, AuthenticateError> {
        for (mode, text) in request.access_candidates() {
            if let Some(believed) = self.remembered(tenant, text)? {
                return Ok(Some((mode, believed)));
            }
            if let Some(token) = UnverifiedToken::parse(text) {
                self.look_for_key(tenant, token.kid(), call.deadline).await?;
                let believed = Arc::new(self.believe(tenant, token)?);
                self.believed.insert(text.into(), Arc::clone(&believed));
                return Ok(Some((mode, believed)));
            }
        }
        Ok(None)
    }

    fn remembered(&self, tenant: &Tenant, text: &str) -> Result<Option<Arc<Believed>>, AuthenticateError> {
        match self.believed.get(text) {
            Some(believed) if believed.tenant != tenant.id => Ok(None),
            Some(believed) if believed.expires_ms <= self.clock.now().as_millis() => {
                Err(AuthenticateError::TryRefresh)
            }
            known => Ok(known),
        }
    }

    fn believe(&self, tenant: &Tenant, token: UnverifiedToken<'_>) -> Result<Believed, AuthenticateError> {
        let now_ms = self.clock.now().as_millis();
        let payload = token
            .verify(&tenant.keys(), tenant.audience(), now_ms)
            .map_err(|_| AuthenticateError::TryRefresh)?;
        let (actor, stated_ms) = actor(&payload).ok_or(AuthenticateError::TryRefresh)?;
        let expires_ms = self.believed_until_ms(&payload);
        if expires_ms <= now_ms {
            return Err(AuthenticateError::TryRefresh);
        }
        Ok(Believed {
            tenant: tenant.id.clone(),
            expires_ms,
            stated_ms,
            anti_csrf: payload.anti_csrf_token,
            actor,
        })
    }

    /// What is noted against a token is kept for as long as tokens live now: one from a time when they lived longer is
    /// believed no longer than that.
    pub(super) fn believed_until_ms(&self, payload: &AccessPayload) -> i64 {
        let validity = self.config.sessions.access_validity.as_millis();
        let end_ms =
            payload.iat.saturating_mul(1000).saturating_add(i64::try_from(validity).unwrap_or(i64::MAX));
        payload.expires_ms().min(end_ms)
    }

    fn refuse_revoked(&self, tenant: &Tenant, believed: &Believed) -> Result<(), AuthenticateError> {
        match tenant.revocations.verdict(&believed.actor.session, believed.stated_ms) {
            Verdict::Good => Ok(()),
            Verdict::Stale => Err(AuthenticateError::TryRefresh),
            Verdict::Ended => {
                let clear = withdraw_headers(&self.config.sessions, Withdrawal::Everything);
                Err(AuthenticateError::Unauthorised { clear })
            }
        }
    }
}
