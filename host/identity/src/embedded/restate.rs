//! New claims for one session while its refresh token stays: what a browser asks for after its address was verified.

use p2p_context::Deadline;
use p2p_identity_core::{
    AccessPayload, RequestTokens, TransferMode, UnverifiedToken, reissue_headers, token_claims,
};
use serde_json::{Map, Value};

use super::EmbeddedIdentity;
use super::tenant::Tenant;
use super::tokens::sign;
use crate::error::SessionError;
use crate::fault::Fault;
use crate::identity::{IdentityCall, Issued};
use crate::revocations::{Revocation, Verdict};
use crate::tables::sessions::{Session, session_find, session_restate};

impl EmbeddedIdentity {
    /// A token that does not hold is answered like none, which clears nothing: refreshing may help.
    pub(super) async fn restate_session(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
        claims: &Map<String, Value>,
    ) -> Result<Issued, SessionError> {
        let tenant = self.tenant(call).await?;
        let held = self.held_access_token(&tenant, call.deadline, request).await?;
        let (mode, old) = held.ok_or(SessionError::Absent)?;
        if tenant.revocations.verdict(&old.session_handle, i64::MAX) == Verdict::Ended {
            return Err(self.invalid());
        }
        // First: a tenant without a key to sign with changes nothing.
        let key = self.signing_key(&tenant, call.deadline).await?;
        let session = self.restate_claims(&tenant, call.deadline, &old.session_handle, claims).await?;
        let session = session.ok_or_else(|| self.invalid())?;
        let now = self.clock.now();
        let claims = token_claims(&session.claims, session.stated_ms);
        let (payload, access) = sign(AccessPayload { iat: now.as_secs(), claims, ..old }, key).await?;
        let headers = reissue_headers(&self.config.sessions, mode, &access, &payload, now.as_millis());
        Ok(Issued { handle: session.handle, user: session.user, headers })
    }

    /// The session with its new claims; none when it has ended. Tokens with the old ones are stale from then on, so an
    /// answer that is lost on its way costs a refresh and no more.
    async fn restate_claims(
        &self,
        tenant: &Tenant,
        deadline: Deadline,
        handle: &str,
        claims: &Map<String, Value>,
    ) -> Result<Option<Session>, Fault> {
        let (tables, now) = (tenant.tables(deadline), self.clock.now());
        if !session_restate(tables, handle, claims, now).await? {
            return Ok(None);
        }
        let session = session_find(tables, handle).await?;
        if let Some(Session { handle, stated_ms, .. }) = &session {
            let (handle, claims_at) = (handle.clone(), Some(*stated_ms));
            tenant.revocations.note(Revocation { handle, claims_at, revoked_at: now });
        }
        Ok(session)
    }

    /// The access token of a request, if it holds now: as in authentication, the first text of its shape decides.
    async fn held_access_token(
        &self,
        tenant: &Tenant,
        deadline: Deadline,
        request: &RequestTokens,
    ) -> Result<Option<(TransferMode, AccessPayload)>, Fault> {
        for (mode, text) in request.access_candidates() {
            let Some(token) = UnverifiedToken::parse(text) else { continue };
            if mode == TransferMode::Cookie && request.has_duplicate_access() {
                break;
            }
            self.look_for_key(tenant, token.kid(), deadline).await?;
            let now_ms = self.clock.now().as_millis();
            let payload = token.verify(&tenant.keys(), tenant.audience(), now_ms).ok();
            let payload = payload.filter(|payload| self.believed_until_ms(payload) > now_ms);
            return Ok(payload.map(|payload| (mode, payload)));
        }
        Ok(None)
    }
}
