//! Making the pair of tokens that a session hands out.

use std::sync::Arc;

use getrandom::SysRng;
use p2p_context::{Deadline, new_uuid};
use p2p_identity_core::{
    AccessPayload, AntiCsrf, IssuedTokens, RefreshTicket, RequestTokens, SigningKey, StoredHash,
    TransferMode, Withdrawal, issue_headers, refresh_token_hash, sign_access_token, token_claims,
    withdraw_headers,
};
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::EmbeddedIdentity;
use super::tenant::Tenant;
use crate::error::SessionError;
use crate::fault::{Fault, random};
use crate::identity::Issued;
use crate::tables::sessions::Session;

/// A refresh token that is about to be handed out.
pub struct NewRefreshToken {
    pub mode: TransferMode,
    pub hash: StoredHash,
    text: String,
    anti_csrf: Option<String>,
}

/// Whose token, and what it is traded for.
pub struct Lineage<'a> {
    pub handle: &'a str,
    pub user: Uuid,
    pub parent: Option<StoredHash>,
}

impl EmbeddedIdentity {
    /// A refresh token for a session that travels in this mode.
    pub(super) fn new_refresh_token(
        &self,
        tenant: &Tenant,
        mode: TransferMode,
        of: Lineage<'_>,
    ) -> Result<NewRefreshToken, Fault> {
        let has_anti_csrf =
            mode == TransferMode::Cookie && self.config.sessions.anti_csrf == AntiCsrf::ViaToken;
        let anti_csrf = if has_anti_csrf { Some(Uuid::from_bytes(random()?).to_string()) } else { None };
        let ticket = RefreshTicket {
            handle: of.handle.to_owned(),
            user: of.user,
            parent: of.parent,
            unique: random()?,
            anti_csrf,
            issued_ms: self.clock.now().as_millis(),
        };
        let text = ticket.seal(&tenant.refresh_key, random()?)?;
        Ok(NewRefreshToken { mode, hash: StoredHash::of(&text), text, anti_csrf: ticket.anti_csrf })
    }

    /// Signs an access token to go with it and writes the headers that carry both.
    pub(super) async fn issue(
        &self,
        tenant: &Tenant,
        deadline: Deadline,
        session: &Session,
        refresh: NewRefreshToken,
        request: &RequestTokens,
    ) -> Result<Issued, Fault> {
        let key = self.signing_key(tenant, deadline).await?;
        let (payload, access) = sign(self.payload(tenant, session, &refresh), key).await?;
        let issued = IssuedTokens {
            mode: refresh.mode,
            access: &access,
            payload: &payload,
            refresh: &refresh.text,
            refresh_expires_ms: session.state.expires_ms,
        };
        let headers = issue_headers(&self.config.sessions, request, &issued, self.clock.now().as_millis());
        Ok(Issued { handle: session.handle.clone(), user: session.user, headers })
    }

    /// The answer to a session that is no more: clear everything.
    pub(super) fn invalid(&self) -> SessionError {
        SessionError::Invalid(withdraw_headers(&self.config.sessions, Withdrawal::Everything))
    }

    fn payload(&self, tenant: &Tenant, session: &Session, refresh: &NewRefreshToken) -> AccessPayload {
        let now = self.clock.now();
        AccessPayload {
            iat: now.as_secs(),
            exp: now.plus(self.config.sessions.access_validity).as_secs(),
            sub: session.user,
            tenant: tenant.id.as_str().to_owned(),
            rsub: session.user,
            session_handle: session.handle.clone(),
            refresh_token_hash1: refresh_token_hash(&refresh.text),
            parent_refresh_token_hash1: None,
            anti_csrf_token: refresh.anti_csrf.clone(),
            iss: tenant.issuer.clone(),
            claims: token_claims(&session.claims, session.stated_ms),
        }
    }
}

/// The payload again, and the access token that says it.
pub async fn sign(payload: AccessPayload, key: Arc<SigningKey>) -> Result<(AccessPayload, String), Fault> {
    // Signing takes milliseconds: long for a thread that serves many requests.
    spawn_blocking(move || {
        let access = sign_access_token(&payload, &key, &mut SysRng)?;
        Ok((payload, access))
    })
    .await?
}

/// A fresh public name for a session.
pub fn new_handle() -> String {
    new_uuid().to_string()
}
