//! The open sessions of a user, as their owner sees and ends them.

use p2p_identity_core::RequestTokens;
use serde_json::json;
use uuid::Uuid;

use super::EmbeddedIdentity;
use super::sessions::revoked;
use crate::error::SessionError;
use crate::fault::Fault;
use crate::identity::{IdentityCall, OpenSession};
use crate::revocations::Revocation;
use crate::tables::sessions::{session_end_all, session_end_of, session_list};

impl EmbeddedIdentity {
    pub(super) async fn list_sessions_of(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
        user: Uuid,
    ) -> Result<Vec<OpenSession>, SessionError> {
        let tenant = self.tenant(call).await?;
        let current = self.named_session(&tenant, call.deadline, request).await?;
        let current = current.as_ref().map(|named| named.handle.as_str());
        Ok(session_list(tenant.tables(call.deadline), user, self.clock.now(), current).await?)
    }

    pub(super) async fn revoke_session_of(
        &self,
        call: &IdentityCall,
        user: Uuid,
        handle: &str,
    ) -> Result<bool, SessionError> {
        let tenant = self.tenant(call).await?;
        let now = self.clock.now();
        let audit = revoked(call, now, user, json!({"session": handle}));
        let is_ended = session_end_of(tenant.tables(call.deadline), user, handle, now, &audit).await?;
        if is_ended {
            let handle = handle.to_owned();
            tenant.revocations.note(Revocation { handle, claims_at: None, revoked_at: now });
        }
        Ok(is_ended)
    }

    /// Without a session of the request, all end: a device that is not signed in has none to keep.
    pub(super) async fn revoke_other_sessions_of(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
        user: Uuid,
    ) -> Result<(), SessionError> {
        let tenant = self.tenant(call).await?;
        let keep = self.named_session(&tenant, call.deadline, request).await?;
        let keep = keep.as_ref().map(|named| named.handle.as_str());
        let now = self.clock.now();
        let audit = revoked(call, now, user, json!({"sessions": "others"}));
        let tables = tenant.tables(call.deadline);
        session_end_all(tables, user, keep, now, &audit).await.map_err(Fault::from)?;
        Ok(tenant.learn(call.deadline, now).await?)
    }
}
