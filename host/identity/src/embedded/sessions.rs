//! Opening, refreshing and ending sessions.

use p2p_context::{Deadline, Timestamp};
use p2p_identity_core::{
    CsrfProof, Headers, Presented, RefreshState, RefreshTicket, RequestTokens, Rotation, RotationRules,
    StoredHash, TransferMode, UnverifiedToken, Withdrawal, passes_anti_csrf, rotate, withdraw_headers,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::EmbeddedIdentity;
use super::tenant::Tenant;
use super::tokens::{Lineage, NewRefreshToken, new_handle};
use crate::audit::AuditEntry;
use crate::audit::actions::{SESSION_REUSED, SESSION_REVOKED};
use crate::error::SessionError;
use crate::fault::Fault;
use crate::identity::{IdentityCall, Issued};
use crate::revocations::Revocation;
use crate::tables::sessions::{
    Session, session_end, session_end_all, session_find, session_insert, session_rotate, session_state_claims,
};

/// So often a refresh starts over when another one of the same session was quicker.
const ATTEMPTS: usize = 4;

/// A refresh token of ours that came with a request.
struct Held<'a> {
    mode: TransferMode,
    text: &'a str,
    ticket: RefreshTicket,
}

/// The session that a request names by a token of any age.
pub struct Named {
    pub handle: String,
    mode: TransferMode,
    anti_csrf: Option<String>,
}

impl EmbeddedIdentity {
    pub(super) async fn create_session(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
        user: Uuid,
        claims: &Map<String, Value>,
    ) -> Result<Issued, SessionError> {
        let tenant = self.tenant(call).await?;
        let now = self.clock.now();
        let handle = new_handle();
        let of = Lineage { handle: &handle, user, parent: None };
        let refresh = self.new_refresh_token(&tenant, request.wanted_mode(), of)?;
        let expires_ms = now.plus(self.config.sessions.refresh_validity).as_millis();
        let state =
            RefreshState { current: refresh.hash, previous: None, rotated_ms: now.as_millis(), expires_ms };
        let session = Session { handle, user, state, claims: claims.clone(), stated_ms: now.as_millis() };
        session_insert(tenant.tables(call.deadline), &session, request.user_agent(), now).await?;
        Ok(self.issue(&tenant, call.deadline, &session, refresh, request).await?)
    }

    pub(super) async fn refresh_session(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
    ) -> Result<Issued, SessionError> {
        if request.refresh_candidates().next().is_none() {
            return Err(SessionError::Absent);
        }
        let tenant = self.tenant(call).await?;
        let held = held_refresh_token(&tenant, request).ok_or_else(|| self.invalid())?;
        let proof =
            CsrfProof { mode: held.mode, safe_method: false, token: held.ticket.anti_csrf.as_deref() };
        if !passes_anti_csrf(self.config.sessions.anti_csrf, request, proof) {
            return Err(self.invalid());
        }
        let presented = Presented { hash: StoredHash::of(held.text), parent: held.ticket.parent };
        let of =
            Lineage { handle: &held.ticket.handle, user: held.ticket.user, parent: Some(presented.hash) };
        let next = self.new_refresh_token(&tenant, held.mode, of)?;
        let session = self.rotate_session(&tenant, call, &held.ticket, presented, &next).await?;
        Ok(self.issue(&tenant, call.deadline, &session, next, request).await?)
    }

    pub(super) async fn revoke_session(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
    ) -> Result<Headers, SessionError> {
        let config = &self.config.sessions;
        let has_token = request.access_candidates().chain(request.refresh_candidates()).next().is_some();
        if !has_token {
            return Ok(withdraw_headers(config, Withdrawal::Everything));
        }
        let tenant = self.tenant(call).await?;
        let Some(named) = self.named_session(&tenant, call.deadline, request).await? else {
            return Ok(withdraw_headers(config, Withdrawal::Everything));
        };
        let proof = CsrfProof { mode: named.mode, safe_method: false, token: named.anti_csrf.as_deref() };
        if !passes_anti_csrf(config.anti_csrf, request, proof) {
            return Err(SessionError::Absent);
        }
        self.end_session(&tenant, call.deadline, &named.handle, None).await?;
        Ok(withdraw_headers(config, Withdrawal::Only(named.mode)))
    }

    pub(super) async fn revoke_sessions_of(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<(), SessionError> {
        let tenant = self.tenant(call).await?;
        let now = self.clock.now();
        let audit = revoked(call, now, user, json!({"sessions": "all"}));
        let tables = tenant.tables(call.deadline);
        session_end_all(tables, user, None, now, &audit).await.map_err(Fault::from)?;
        Ok(tenant.learn(call.deadline, now).await?)
    }

    pub(super) async fn update_claims_of(
        &self,
        call: &IdentityCall,
        user: Uuid,
        claims: &Map<String, Value>,
    ) -> Result<(), SessionError> {
        let tenant = self.tenant(call).await?;
        let now = self.clock.now();
        session_state_claims(tenant.tables(call.deadline), user, claims, now).await.map_err(Fault::from)?;
        Ok(tenant.learn(call.deadline, now).await?)
    }

    /// Reads, decides and writes, again when the session changed in between.
    async fn rotate_session(
        &self,
        tenant: &Tenant,
        call: &IdentityCall,
        ticket: &RefreshTicket,
        presented: Presented,
        next: &NewRefreshToken,
    ) -> Result<Session, SessionError> {
        let tables = tenant.tables(call.deadline);
        let config = &self.config.sessions;
        let rules = RotationRules { grace: config.refresh_grace, validity: config.refresh_validity };
        for _ in 0..ATTEMPTS {
            let session = session_find(tables, &ticket.handle).await?.ok_or_else(|| self.invalid())?;
            let now_ms = self.clock.now().as_millis();
            match rotate(&session.state, presented, next.hash, now_ms, rules) {
                Rotation::Rotated(state) => {
                    if session_rotate(tables, &session, &state).await? {
                        return Ok(Session { state, ..session });
                    }
                }
                Rotation::Expired => return Err(self.invalid()),
                Rotation::Reused => return Err(self.punish_reuse(tenant, call, &session).await?),
            }
        }
        Err(Fault::because("the session is refreshed too often at once").into())
    }

    pub(super) async fn named_session(
        &self,
        tenant: &Tenant,
        deadline: Deadline,
        request: &RequestTokens,
    ) -> Result<Option<Named>, Fault> {
        for (mode, text) in request.access_candidates() {
            let Some(token) = UnverifiedToken::parse(text) else { continue };
            self.look_for_key(tenant, token.kid(), deadline).await?;
            if let Ok(payload) = token.verify_at_any_age(&tenant.keys(), tenant.audience()) {
                let (handle, anti_csrf) = (payload.session_handle, payload.anti_csrf_token);
                return Ok(Some(Named { mode, handle, anti_csrf }));
            }
        }
        let held = held_refresh_token(tenant, request);
        Ok(held.map(|Held { mode, ticket, .. }| Named {
            mode,
            handle: ticket.handle,
            anti_csrf: ticket.anti_csrf,
        }))
    }

    async fn punish_reuse(
        &self,
        tenant: &Tenant,
        call: &IdentityCall,
        session: &Session,
    ) -> Result<SessionError, Fault> {
        let user = session.user.to_string();
        let audit = AuditEntry::new(&call.origin, self.clock.now(), SESSION_REUSED, user)
            .with(json!({"session": session.handle}));
        self.end_session(tenant, call.deadline, &session.handle, Some(&audit)).await?;
        tracing::warn!(
            tenant = %tenant.id, user = %session.user, session = session.handle,
            "a refresh token was used again after it was traded; its session is revoked"
        );
        Ok(SessionError::Reused(withdraw_headers(&self.config.sessions, Withdrawal::Everything)))
    }

    async fn end_session(
        &self,
        tenant: &Tenant,
        deadline: Deadline,
        handle: &str,
        audit: Option<&AuditEntry>,
    ) -> Result<(), Fault> {
        let now = self.clock.now();
        session_end(tenant.tables(deadline), handle, now, audit).await?;
        tenant.revocations.note(Revocation { handle: handle.to_owned(), claims_at: None, revoked_at: now });
        Ok(())
    }
}

/// What the log says when sessions of a user end otherwise than by signing out.
pub fn revoked(call: &IdentityCall, now: Timestamp, user: Uuid, which: Value) -> AuditEntry {
    AuditEntry::new(&call.origin, now, SESSION_REVOKED, user.to_string()).with(which)
}

/// The refresh token of a request: the one in a header, else the newest cookie. An older cookie of another domain
/// must not pass for a reuse.
fn held_refresh_token<'a>(tenant: &Tenant, request: &'a RequestTokens) -> Option<Held<'a>> {
    let open = |(mode, text): (TransferMode, &'a str)| {
        RefreshTicket::open(&tenant.refresh_key, text).ok().map(|ticket| Held { mode, text, ticket })
    };
    let ours = request.refresh_candidates().filter_map(open);
    ours.max_by_key(|held| (held.mode == TransferMode::Header, held.ticket.issued_ms))
}
