//! New claims for the sessions that somebody has open.

use futures::stream::{self, StreamExt as _};
use p2p_identity_core::{token_claims, verified_claim};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::endings::AT_ONCE;
use super::tenant::Tenant;
use super::{CoreIdentity, Fault};
use crate::error::SessionError;
use crate::identity::IdentityCall;

impl CoreIdentity {
    /// All tokens of before are stale first; then sessions are told one by one. Whatever the core fails at, nobody acts
    /// by an old role, and whoever tries again tells the rest. A session that opens meanwhile has the new claims already.
    pub(super) async fn update_claims_of(
        &self,
        call: &IdentityCall,
        user: Uuid,
        claims: &Map<String, Value>,
    ) -> Result<(), SessionError> {
        let tenant = self.tenant(call).await?;
        let handles = self.handles_of(call, user).await?;
        let stale_ms = self.clock.now().as_millis();
        let notes = handles.iter().map(|handle| (handle.clone(), stale_ms)).collect();
        self.note_claims(&tenant, call, notes).await?;
        let told: Vec<_> = stream::iter(handles)
            .map(|handle| self.state_claims(&tenant, call, handle, (claims, stale_ms)))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        Ok(told.into_iter().collect::<Result<(), Fault>>()?)
    }

    async fn state_claims(
        &self,
        tenant: &Tenant,
        call: &IdentityCall,
        handle: String,
        (claims, stale_ms): (&Map<String, Value>, i64),
    ) -> Result<(), Fault> {
        let kept = self.kept_session(call, &handle).await?;
        let Some(kept) = kept.filter(|kept| tenant.owns_claims(&kept.claims)) else { return Ok(()) };
        let marked = |stated_ms| tenant.marked(token_claims(claims, stated_ms));
        if let Some((_, kept_ms)) = verified_claim(&kept.claims).filter(|(_, kept_ms)| *kept_ms >= stale_ms) {
            if kept.claims == marked(kept_ms) {
                return Ok(());
            }
            // Stated by a clock that is ahead.
            self.note_claims(tenant, call, vec![(handle.clone(), kept_ms.saturating_add(1))]).await?;
        }
        let claims = marked(self.next_statement(&kept.claims).max(stale_ms));
        let body = json!({"sessionHandle": handle, "userDataInJWT": claims});
        let answer = self.core.put(call, "/recipe/jwt/data", body).await?;
        match answer.status() {
            "OK" | "UNAUTHORISED" => Ok(()),
            _ => Err(answer.strange()),
        }
    }
}
