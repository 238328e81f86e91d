//! Trading refresh tokens, and what follows when one comes again that was traded long ago.

use p2p_identity_core::{
    AntiCsrf, CsrfProof, RequestTokens, TransferMode, Withdrawal, passes_anti_csrf, withdraw_headers,
};
use serde::Deserialize;
use serde_json::json;

use super::answer::Answer;
use super::sessions::Pair;
use super::tenant::Tenant;
use super::{CoreIdentity, Fault};
use crate::audit::AuditEntry;
use crate::audit::actions::SESSION_REUSED;
use crate::error::SessionError;
use crate::identity::{IdentityCall, Issued};

/// More refresh tokens of one request are not tried: each is a call.
const MOST_CANDIDATES: usize = 4;

/// What the core says to a refresh token.
enum Trade {
    Traded(Pair),
    Refused,
    /// It was traded long ago. Of which session it is.
    Stolen(Stolen),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stolen {
    handle: String,
    /// Of somebody else's user it may be any text.
    user_id: String,
}

impl CoreIdentity {
    /// Several refresh cookies may have come, of which an old one must not pass for a theft: the first that the core
    /// trades counts.
    pub(super) async fn refresh_session(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
    ) -> Result<Issued, SessionError> {
        if request.refresh_candidates().next().is_none() {
            return Err(SessionError::Absent);
        }
        let tenant = self.tenant(call).await?;
        let mut stolen = None;
        for (mode, text) in candidates(request) {
            if !self.may_refresh(request, mode) {
                continue;
            }
            match self.trade(call, request, mode, text).await? {
                Trade::Traded(pair) => match self.issue(&tenant, request, mode, &pair)? {
                    Some(issued) => return Ok(issued),
                    None => continue,
                },
                Trade::Refused => {}
                // Another tenant's is none of ours: nothing ends by it.
                Trade::Stolen(session) if stolen.is_none() && self.is_of(&tenant, call, &session).await? => {
                    stolen = Some(session);
                }
                Trade::Stolen(_) => {}
            }
        }
        match stolen {
            Some(session) => Err(self.punish_reuse(&tenant, call, session).await?),
            None => Err(self.invalid()),
        }
    }

    /// The token against foreign pages is in the refresh token, which only the core can read.
    fn may_refresh(&self, request: &RequestTokens, mode: TransferMode) -> bool {
        let proof = CsrfProof { mode, safe_method: false, token: None };
        let rule = self.config.sessions.anti_csrf;
        rule == AntiCsrf::ViaToken || passes_anti_csrf(rule, request, proof)
    }

    async fn trade(
        &self,
        call: &IdentityCall,
        request: &RequestTokens,
        mode: TransferMode,
        token: &str,
    ) -> Result<Trade, Fault> {
        let has_anti_csrf = self.has_anti_csrf_token(mode);
        let mut body = json!({
            "refreshToken": token,
            "enableAntiCsrf": has_anti_csrf,
            "useDynamicSigningKey": true,
        });
        // A core takes a missing field for none, but not a null.
        if let (true, Some(anti_csrf), Some(fields)) =
            (has_anti_csrf, request.anti_csrf(), body.as_object_mut())
        {
            fields.insert("antiCsrfToken".to_owned(), anti_csrf.into());
        }
        let answer = self.core.post(call, "/recipe/session/refresh", body).await?;
        match answer.status() {
            "OK" => Ok(Trade::Traded(answer.read()?)),
            "UNAUTHORISED" => Ok(Trade::Refused),
            "TOKEN_THEFT_DETECTED" => Ok(Trade::Stolen(stolen(&answer)?)),
            _ => Err(answer.strange()),
        }
    }

    async fn is_of(&self, tenant: &Tenant, call: &IdentityCall, stolen: &Stolen) -> Result<bool, Fault> {
        let kept = self.kept_session(call, &stolen.handle).await?;
        Ok(kept.is_some_and(|session| tenant.owns_claims(&session.claims)))
    }

    async fn punish_reuse(
        &self,
        tenant: &Tenant,
        call: &IdentityCall,
        Stolen { handle, user_id }: Stolen,
    ) -> Result<SessionError, Fault> {
        let audit = AuditEntry::new(&call.origin, self.clock.now(), SESSION_REUSED, &user_id)
            .with(json!({"session": handle}));
        self.end_sessions(tenant, call, vec![handle.clone()], Some(&audit)).await?;
        tracing::warn!(
            tenant = %tenant.id, user = %user_id, session = handle,
            "a refresh token was used again after it was traded; its session is revoked"
        );
        Ok(SessionError::Reused(withdraw_headers(&self.config.sessions, Withdrawal::Everything)))
    }
}

/// The refresh tokens of a request: the one in a header, then cookies, the newest first. Browsers send older ones first.
fn candidates(request: &RequestTokens) -> impl Iterator<Item = (TransferMode, &str)> {
    let mut candidates: Vec<_> = request.refresh_candidates().collect();
    let cookies = candidates.iter().position(|(mode, _)| *mode == TransferMode::Cookie);
    if let Some(cookies) = cookies.and_then(|first| candidates.get_mut(first..)) {
        cookies.reverse();
    }
    candidates.into_iter().take(MOST_CANDIDATES)
}

fn stolen(answer: &Answer) -> Result<Stolen, Fault> {
    let session = answer.get("session").ok_or_else(|| answer.strange())?;
    Stolen::deserialize(session).map_err(|_| answer.strange())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_comes_before_cookies_and_the_newest_cookie_before_older_ones() {
        let cookies = (0..9).map(|n| format!("sRefreshToken={n}")).collect::<Vec<_>>().join("; ");
        let with = |headers: &[(&str, &str)]| {
            let request = RequestTokens::read(headers.iter().copied());
            candidates(&request).map(|(_, text)| text.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(with(&[("cookie", &cookies), ("authorization", "Bearer h")]), ["h", "8", "7", "6"]);
        assert_eq!(with(&[("cookie", &cookies)]), ["8", "7", "6", "5"]);
        assert_eq!(with(&[("authorization", "Bearer h")]), ["h"]);
        assert!(with(&[]).is_empty());
    }
}
