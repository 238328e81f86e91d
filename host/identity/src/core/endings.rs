//! The open sessions of people: which there are, how they end, and how their claims change. Notes of what access tokens
//! are no longer to be believed go into the tenant's own store, because those are verified without the core.

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use p2p_context::Timestamp;
use p2p_identity_core::{CsrfProof, Headers, RequestTokens, Withdrawal, passes_anti_csrf, withdraw_headers};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::tenant::Tenant;
use super::{CoreIdentity, Fault};
use crate::audit::actions::SESSION_REVOKED;
use crate::audit::{AuditEntry, entry_insert};
use crate::error::SessionError;
use crate::identity::{IdentityCall, OpenSession};
use crate::revocations::Revocation;
use crate::tables::revocations::{claims_stated, session_ended};

/// A session as its core keeps it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptSession {
    /// Of somebody else's user it may be any text.
    user_id: String,
    #[serde(rename = "userDataInJWT")]
    pub claims: Map<String, Value>,
    #[serde(rename = "userDataInDatabase", default)]
    data: Map<String, Value>,
    /// Milliseconds since 1970.
    expiry: i64,
    time_created: i64,
}

impl KeptSession {
    /// Whether it is a session of this user, opened by this tenant.
    fn is_of(&self, tenant: &Tenant, user: Uuid) -> bool {
        self.user_id == user.to_string() && tenant.owns_claims(&self.claims)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Handles {
    session_handles: Vec<String>,
}

/// As many calls for one request as go to the core at once.
pub const AT_ONCE: usize = 8;
/// As many sessions as are looked at for a list. Whoever has more misses some of the older ones.
const MOST_LOOKED_AT: usize = 300;
/// As many as are listed.
const LONGEST_LIST: usize = 100;

impl CoreIdentity {
    pub(super) async fn revoke_session(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
    ) -> Result<Headers, SessionError> {
        let config = &self.config.sessions;
        if request.access_candidates().next().is_none() {
            return Ok(withdraw_headers(config, Withdrawal::Everything));
        }
        let tenant = self.tenant(call).await?;
        let Some((mode, payload)) = self.named_session(&tenant, call, request).await? else {
            return Ok(withdraw_headers(config, Withdrawal::Everything));
        };
        let proof = CsrfProof { mode, safe_method: false, token: payload.anti_csrf_token.as_deref() };
        if !passes_anti_csrf(config.anti_csrf, request, proof) {
            return Err(SessionError::Absent);
        }
        self.end_sessions(&tenant, call, vec![payload.session_handle], None).await?;
        Ok(withdraw_headers(config, Withdrawal::Only(mode)))
    }

    pub(super) async fn revoke_sessions_of(
        &self,
        call: &IdentityCall,
        user: Uuid,
    ) -> Result<(), SessionError> {
        Ok(self.end_sessions_of(call, user, None).await?)
    }

    pub(super) async fn revoke_session_of(
        &self,
        call: &IdentityCall,
        user: Uuid,
        handle: &str,
    ) -> Result<bool, SessionError> {
        let tenant = self.tenant(call).await?;
        let session = self.kept_session(call, handle).await?;
        if !session.is_some_and(|session| session.is_of(&tenant, user)) {
            return Ok(false);
        }
        let audit = self.revoked(call, user, json!({"session": handle}));
        self.end_sessions(&tenant, call, vec![handle.to_owned()], Some(&audit)).await?;
        Ok(true)
    }

    /// Without a session of the request, all end: a device that is not signed in has none to keep.
    pub(super) async fn revoke_other_sessions_of(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
        user: Uuid,
    ) -> Result<(), SessionError> {
        Ok(self.end_sessions_of(call, user, Some(request)).await?)
    }

    /// Ends every session of a user, or every one but that of a request.
    pub(super) async fn end_sessions_of(
        &self,
        call: &IdentityCall,
        user: Uuid,
        but: Option<&RequestTokens>,
    ) -> Result<(), Fault> {
        let tenant = self.tenant(call).await?;
        let mut handles = self.handles_of(call, user).await?;
        if let Some(request) = but
            && let Some((_, kept)) = self.named_session(&tenant, call, request).await?
        {
            handles.retain(|handle| *handle != kept.session_handle);
        }
        let which = if but.is_some() { "others" } else { "all" };
        let audit = self.revoked(call, user, json!({"sessions": which}));
        self.end_sessions(&tenant, call, handles, Some(&audit)).await
    }

    pub(super) async fn list_sessions_of(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
        user: Uuid,
    ) -> Result<Vec<OpenSession>, SessionError> {
        let tenant = self.tenant(call).await?;
        let current = self.named_session(&tenant, call, request).await?;
        let current = current.map(|(_, payload)| payload.session_handle);
        let mut handles = self.handles_of(call, user).await?;
        handles.truncate(MOST_LOOKED_AT);
        let kept: Vec<_> = stream::iter(handles)
            .map(|handle| async move { Ok::<_, Fault>((self.kept_session(call, &handle).await?, handle)) })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        let ours = kept.into_iter().filter_map(|(session, handle)| Some((session?, handle)));
        let ours = ours.filter(|(session, _)| session.is_of(&tenant, user));
        let mut sessions: Vec<_> =
            ours.map(|(session, handle)| self.open_session(session, handle, current.as_deref())).collect();
        sessions.sort_by_key(|session| std::cmp::Reverse(session.created_at));
        sessions.truncate(LONGEST_LIST);
        Ok(sessions)
    }

    /// A session as the core keeps it; none when it has ended.
    pub(super) async fn kept_session(
        &self,
        call: &IdentityCall,
        handle: &str,
    ) -> Result<Option<KeptSession>, Fault> {
        let answer = self.core.get(call, "/recipe/session", &[("sessionHandle", handle)]).await?;
        match answer.status() {
            "OK" => Ok(Some(answer.read()?)),
            "UNAUTHORISED" => Ok(None),
            _ => Err(answer.strange()),
        }
    }

    /// Ends sessions. Noted first: should the core fail after that, their access tokens are worthless already, and
    /// whoever tries again finds them still.
    pub(super) async fn end_sessions(
        &self,
        tenant: &Tenant,
        call: &IdentityCall,
        handles: Vec<String>,
        audit: Option<&AuditEntry>,
    ) -> Result<(), Fault> {
        if handles.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let notes = handles.iter().map(|handle| session_ended(handle, now)).chain(audit.map(entry_insert));
        tenant.tables(call.deadline).apply(notes.collect()).await?;
        for handle in handles.iter().cloned() {
            tenant.revocations.note(Revocation { handle, claims_at: None, revoked_at: now });
        }
        let answer =
            self.core.post(call, "/recipe/session/remove", json!({"sessionHandles": handles})).await?;
        if answer.status() == "OK" { Ok(()) } else { Err(answer.strange()) }
    }

    /// Notes that tokens of sessions with claims from before are stale.
    pub(super) async fn note_claims(
        &self,
        tenant: &Tenant,
        call: &IdentityCall,
        stated: Vec<(String, i64)>,
    ) -> Result<(), Fault> {
        if stated.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let notes = stated.iter().map(|(handle, stated_ms)| claims_stated(handle, *stated_ms, now));
        tenant.tables(call.deadline).apply(notes.collect()).await?;
        for (handle, stated_ms) in stated {
            tenant.revocations.note(Revocation { handle, claims_at: Some(stated_ms), revoked_at: now });
        }
        Ok(())
    }

    pub(super) async fn handles_of(&self, call: &IdentityCall, user: Uuid) -> Result<Vec<String>, Fault> {
        let user = user.to_string();
        let query = [
            ("userId", user.as_str()),
            ("fetchSessionsForAllLinkedAccounts", "false"),
            ("fetchAcrossAllTenants", "true"),
        ];
        let answer = self.core.get(call, "/public/recipe/session/user", &query).await?;
        if answer.status() != "OK" {
            return Err(answer.strange());
        }
        Ok(answer.read::<Handles>()?.session_handles)
    }

    fn open_session(&self, session: KeptSession, handle: String, current: Option<&str>) -> OpenSession {
        let validity = self.refresh_validity();
        let user_agent = session.data.get("userAgent").and_then(Value::as_str).unwrap_or_default();
        OpenSession {
            is_current: current == Some(handle.as_str()),
            handle,
            created_at: from_millis(session.time_created),
            // Each trade makes the session last as long again.
            refreshed_at: from_millis(session.expiry.saturating_sub(validity).max(session.time_created)),
            expires_at: from_millis(session.expiry),
            user_agent: user_agent.to_owned(),
        }
    }

    /// What the log says when sessions of a user end otherwise than by signing out.
    fn revoked(&self, call: &IdentityCall, user: Uuid, which: Value) -> AuditEntry {
        AuditEntry::new(&call.origin, self.clock.now(), SESSION_REVOKED, user.to_string()).with(which)
    }
}

fn from_millis(ms: i64) -> Timestamp {
    Timestamp(ms.saturating_mul(1000))
}
