//! Opening and restating sessions. The core signs and remembers; what a browser gets to see is written here.

use p2p_identity_core::{
    AccessPayload, AntiCsrf, IssuedTokens, RequestTokens, TransferMode, UnverifiedToken, Withdrawal,
    issue_headers, reissue_headers, token_claims, verified_claim, withdraw_headers,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::tenant::Tenant;
use super::{CoreIdentity, Fault};
use crate::error::SessionError;
use crate::identity::{IdentityCall, Issued};

/// The tokens of a session that was opened or refreshed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pair {
    session: Named,
    access_token: Token,
    refresh_token: Token,
}

/// Whose session it is. Of somebody else's users they may be any text, which no token of ours could carry.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    user_id: String,
    recipe_user_id: Option<String>,
}

#[derive(Deserialize)]
struct Token {
    token: String,
    /// Milliseconds since 1970.
    expiry: i64,
}

impl CoreIdentity {
    pub(super) async fn create_session(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
        user: Uuid,
        claims: &Map<String, Value>,
    ) -> Result<Issued, SessionError> {
        let tenant = self.tenant(call).await?;
        let mode = request.wanted_mode();
        let body = json!({
            "userId": user,
            "userDataInJWT": tenant.marked(token_claims(claims, self.clock.now().as_millis())),
            "userDataInDatabase": {"userAgent": request.user_agent()},
            "enableAntiCsrf": self.has_anti_csrf_token(mode),
            "useDynamicSigningKey": true,
        });
        let answer = self.core.post(call, "/public/recipe/session", body).await?;
        if answer.status() != "OK" {
            return Err(answer.strange().into());
        }
        let issued = self.issue(&tenant, request, mode, &answer.read()?)?;
        issued.filter(|issued| issued.user == user).ok_or_else(|| answer.strange().into())
    }

    /// A token that does not hold is answered like none, which clears nothing: refreshing may help.
    pub(super) async fn restate_session(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
        claims: &Map<String, Value>,
    ) -> Result<Issued, SessionError> {
        let tenant = self.tenant(call).await?;
        let (mode, text, old) =
            self.held_access_token(&tenant, call, request).await?.ok_or(SessionError::Absent)?;
        let handle = old.session_handle;
        let kept = self.kept_session(call, &handle).await?.ok_or_else(|| self.invalid())?;
        let stated_ms = self.next_statement(&kept.claims);
        let claims = tenant.marked(token_claims(claims, stated_ms));
        let body = json!({"accessToken": text, "userDataInJWT": claims});
        let answer = self.core.post(call, "/recipe/session/regenerate", body).await?;
        match answer.status() {
            "OK" => {}
            "UNAUTHORISED" => return Err(self.invalid()),
            _ => return Err(answer.strange().into()),
        }
        self.note_claims(&tenant, call, vec![(handle.clone(), stated_ms)]).await?;
        // Expired on its way: the new claims come with the next refresh.
        let Some(access) = answer.get("accessToken").and_then(|token| token.get("token")?.as_str()) else {
            return Err(SessionError::Absent);
        };
        let payload = payload_of(access)?;
        let now_ms = self.clock.now().as_millis();
        let headers = reissue_headers(&self.config.sessions, mode, access, &payload, now_ms);
        Ok(Issued { handle, user: payload.sub, headers })
    }

    /// When new claims are stated, in milliseconds: later than those that the core keeps, also within one millisecond
    /// and when clocks differ, so that tokens with the old ones are told from those with the new ones.
    pub(super) fn next_statement(&self, kept: &Map<String, Value>) -> i64 {
        let stated_ms = verified_claim(kept).map_or(i64::MIN, |(_, stated_ms)| stated_ms);
        self.clock.now().as_millis().max(stated_ms.saturating_add(1))
    }

    /// The answer to a session that is no more: clear everything.
    pub(super) fn invalid(&self) -> SessionError {
        SessionError::Invalid(withdraw_headers(&self.config.sessions, Withdrawal::Everything))
    }

    pub(super) fn has_anti_csrf_token(&self, mode: TransferMode) -> bool {
        mode == TransferMode::Cookie && self.config.sessions.anti_csrf == AntiCsrf::ViaToken
    }

    /// The headers for a pair; none when it is another tenant's, or another program's.
    pub(super) fn issue(
        &self,
        tenant: &Tenant,
        request: &RequestTokens,
        mode: TransferMode,
        pair: &Pair,
    ) -> Result<Option<Issued>, Fault> {
        if !pair.session.may_be_ours() {
            return Ok(None);
        }
        let payload = payload_of(&pair.access_token.token)?;
        if !tenant.owns(&payload) {
            return Ok(None);
        }
        let now_ms = self.clock.now().as_millis();
        self.learn_refresh_validity(pair.refresh_token.expiry.saturating_sub(now_ms));
        let issued = IssuedTokens {
            mode,
            access: &pair.access_token.token,
            payload: &payload,
            refresh: &pair.refresh_token.token,
            refresh_expires_ms: pair.refresh_token.expiry,
        };
        let headers = issue_headers(&self.config.sessions, request, &issued, now_ms);
        Ok(Some(Issued { handle: payload.session_handle, user: payload.sub, headers }))
    }
}

impl Named {
    fn may_be_ours(&self) -> bool {
        let ids = [Some(&self.user_id), self.recipe_user_id.as_ref()];
        ids.into_iter().flatten().all(|id| Uuid::parse_str(id).is_ok())
    }
}

/// What a token says that came from the core just now.
fn payload_of(access: &str) -> Result<AccessPayload, Fault> {
    let token = UnverifiedToken::parse(access);
    let token = token.ok_or_else(|| Fault::because("an access token of the core has an unknown shape"))?;
    Ok(token.from_its_issuer())
}
