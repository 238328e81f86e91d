//! Who is calling, from the tokens of a request. Tokens are verified here, with the core's public keys; the core itself
//! is asked once for each token of a refresh, because its first use is what makes the refresh final.

use std::sync::Arc;

use p2p_context::{Actor, TenantId};
use p2p_identity_core::{
    AccessPayload, CsrfProof, RequestTokens, TransferMode, UnverifiedToken, Withdrawal, passes_anti_csrf,
    withdraw_headers,
};
use serde_json::json;

use super::tenant::Tenant;
use super::{CoreIdentity, Fault, LONGEST_LIFE};
use crate::actor::actor;
use crate::error::AuthenticateError;
use crate::identity::IdentityCall;
use crate::revocations::Verdict;

/// Keys that change by time, the only ones that sign sessions of ours, have names that begin so.
const DYNAMIC_KEY: &str = "d-";

/// What a verified token said.
pub struct Believed {
    tenant: TenantId,
    expires_ms: i64,
    stated_ms: i64,
    anti_csrf: Option<String>,
    actor: Actor,
}

impl CoreIdentity {
    pub(super) async fn identify(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
        safe_method: bool,
    ) -> Result<Option<Actor>, AuthenticateError> {
        if request.has_legacy_cookie() {
            return Err(AuthenticateError::TryRefresh);
        }
        let Some((mode, text)) = self.held_text(request) else { return Ok(None) };
        if mode == TransferMode::Cookie && request.has_duplicate_access() {
            return Err(AuthenticateError::TryRefresh);
        }
        let tenant = self.tenant(call).await?;
        let believed = self.believed(&tenant, call, text).await?;
        self.refuse_revoked(&tenant, &believed)?;
        let proof = CsrfProof { mode, safe_method, token: believed.anti_csrf.as_deref() };
        if !passes_anti_csrf(self.config.sessions.anti_csrf, request, proof) {
            return Err(AuthenticateError::AntiCsrf);
        }
        Ok(Some(believed.actor.clone()))
    }

    /// The access token of a request, if it holds now.
    pub(super) async fn held_access_token<'a>(
        &self,
        tenant: &Tenant,
        call: &IdentityCall,
        request: &'a RequestTokens,
    ) -> Result<Option<(TransferMode, &'a str, AccessPayload)>, Fault> {
        let Some((mode, text)) = self.held_text(request) else { return Ok(None) };
        if mode == TransferMode::Cookie && request.has_duplicate_access() {
            return Ok(None);
        }
        let payload = self.payload_at_any_age(tenant, call, text).await?;
        let payload = payload.filter(|payload| self.is_alive(payload));
        Ok(payload.map(|payload| (mode, text, payload)))
    }

    /// The session that a request names by an access token of any age.
    pub(super) async fn named_session(
        &self,
        tenant: &Tenant,
        call: &IdentityCall,
        request: &RequestTokens,
    ) -> Result<Option<(TransferMode, AccessPayload)>, Fault> {
        for (mode, text) in request.access_candidates() {
            if let Some(payload) = self.payload_at_any_age(tenant, call, text).await? {
                return Ok(Some((mode, payload)));
            }
        }
        Ok(None)
    }

    /// The first text that has the shape of an access token decides.
    fn held_text<'a>(&self, request: &'a RequestTokens) -> Option<(TransferMode, &'a str)> {
        let is_token =
            |text: &str| self.believed.contains_key(text) || UnverifiedToken::parse(text).is_some();
        request.access_candidates().find(|(_, text)| is_token(text))
    }

    /// What is remembered of a token, else what it says. A crowd of requests with one new token asks the core once.
    async fn believed(
        &self,
        tenant: &Tenant,
        call: &IdentityCall,
        text: &str,
    ) -> Result<Arc<Believed>, AuthenticateError> {
        let believed = match self.believed.get(text).await {
            Some(believed) => believed,
            None => {
                let believe = self.believed.try_get_with_by_ref(text, self.believe(tenant, call, text));
                believe.await.map_err(|error: Arc<AuthenticateError>| AuthenticateError::clone(&error))?
            }
        };
        let is_alive = believed.expires_ms > self.clock.now().as_millis();
        if believed.tenant == tenant.id && is_alive {
            Ok(believed)
        } else {
            Err(AuthenticateError::TryRefresh)
        }
    }

    async fn believe(
        &self,
        tenant: &Tenant,
        call: &IdentityCall,
        text: &str,
    ) -> Result<Arc<Believed>, AuthenticateError> {
        let payload = self.payload_at_any_age(tenant, call, text).await?;
        let payload =
            payload.filter(|payload| self.is_alive(payload)).ok_or(AuthenticateError::TryRefresh)?;
        let (actor, stated_ms) = actor(&payload).ok_or(AuthenticateError::TryRefresh)?;
        if payload.parent_refresh_token_hash1.is_some() {
            self.confirm(call, text).await?;
        }
        Ok(Arc::new(Believed {
            tenant: tenant.id.clone(),
            expires_ms: payload.expires_ms().min(longest_life_ms(&payload)),
            stated_ms,
            anti_csrf: payload.anti_csrf_token,
            actor,
        }))
    }

    /// Tells the core that the browser has the outcome of a refresh. The token that it answers says the same as this
    /// one, which stays good: replicas ask once each, and nothing has to reach the browser.
    async fn confirm(&self, call: &IdentityCall, text: &str) -> Result<(), AuthenticateError> {
        let body = json!({
            "accessToken": text,
            "enableAntiCsrf": false,
            "doAntiCsrfCheck": false,
            "checkDatabase": false,
        });
        let answer = self.core.post(call, "/recipe/session/verify", body).await?;
        match answer.status() {
            "OK" => Ok(()),
            "UNAUTHORISED" => Err(self.unauthorised()),
            "TRY_REFRESH_TOKEN" => Err(AuthenticateError::TryRefresh),
            _ => Err(answer.strange().into()),
        }
    }

    /// What a token says that was signed for this tenant.
    async fn payload_at_any_age(
        &self,
        tenant: &Tenant,
        call: &IdentityCall,
        text: &str,
    ) -> Result<Option<AccessPayload>, Fault> {
        let Some(token) = UnverifiedToken::parse(text) else { return Ok(None) };
        if !token.kid().starts_with(DYNAMIC_KEY) {
            return Ok(None);
        }
        let keys = tenant.keys.with(&self.core, call, self.clock.now(), token.kid()).await?;
        let payload = token.verify_at_any_age(&keys, tenant.audience()).ok();
        Ok(payload.filter(|payload| tenant.owns(payload)))
    }

    /// However long the core lets tokens live, what is noted against them is kept for a time only.
    fn is_alive(&self, payload: &AccessPayload) -> bool {
        payload.expires_ms().min(longest_life_ms(payload)) > self.clock.now().as_millis()
    }

    fn refuse_revoked(&self, tenant: &Tenant, believed: &Believed) -> Result<(), AuthenticateError> {
        match tenant.revocations.verdict(&believed.actor.session, believed.stated_ms) {
            Verdict::Good => Ok(()),
            Verdict::Stale => Err(AuthenticateError::TryRefresh),
            Verdict::Ended => Err(self.unauthorised()),
        }
    }

    fn unauthorised(&self) -> AuthenticateError {
        let clear = withdraw_headers(&self.config.sessions, Withdrawal::Everything);
        AuthenticateError::Unauthorised { clear }
    }
}

fn longest_life_ms(payload: &AccessPayload) -> i64 {
    let life = i64::try_from(LONGEST_LIFE.as_secs()).unwrap_or(i64::MAX);
    payload.iat.saturating_add(life).saturating_mul(1000)
}
