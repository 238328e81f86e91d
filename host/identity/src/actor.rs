//! From the claims of a verified token to the actor of a request.

use p2p_context::{Actor, Role};
use p2p_identity_core::{AccessPayload, verified_claim};
use serde_json::Value;
use uuid::Uuid;

/// Who a token speaks for, and when its claims were stated (milliseconds since 1970). An unknown role is the least.
pub fn actor(payload: &AccessPayload) -> Option<(Actor, i64)> {
    let (verified, stated_ms) = verified_claim(&payload.claims)?;
    let text = |name: &str| payload.claims.get(name).and_then(Value::as_str);
    let actor = Actor {
        user_id: payload.sub,
        organization_id: text("organizationId").and_then(|id| Uuid::parse_str(id).ok()),
        role: if text("role") == Some(Role::Admin.as_str()) { Role::Admin } else { Role::Member },
        platform_admin: payload.claims.get("platformAdmin").and_then(Value::as_bool).unwrap_or(false),
        verified,
        session: payload.session_handle.clone(),
    };
    Some((actor, stated_ms))
}

#[cfg(test)]
mod tests {
    use p2p_identity_core::token_claims;
    use serde_json::json;

    use super::*;

    fn of(claims: Value) -> (Actor, i64) {
        let payload = json!({
            "iat": 1, "exp": 2, "sub": Uuid::from_u128(1), "rsub": Uuid::from_u128(1), "tId": "acme", "sessionHandle": "h",
            "refreshTokenHash1": "00", "parentRefreshTokenHash1": null, "antiCsrfToken": null, "iss": "i",
        });
        let mut payload: AccessPayload = serde_json::from_value(payload).unwrap();
        payload.claims = token_claims(claims.as_object().unwrap(), 9);
        actor(&payload).unwrap()
    }

    #[test]
    fn claims_become_the_actor() {
        let organization = Uuid::from_u128(2);
        let (actor, stated) = of(
            json!({"organizationId": organization, "role": "admin", "platformAdmin": true, "verified": true}),
        );
        assert_eq!(
            (actor.organization_id, actor.role, actor.platform_admin),
            (Some(organization), Role::Admin, true)
        );
        assert_eq!(
            (actor.user_id, actor.verified, actor.session.as_str(), stated),
            (Uuid::from_u128(1), true, "h", 9)
        );
    }

    #[test]
    fn what_is_missing_or_strange_gives_nothing() {
        for claims in [
            json!({}),
            json!({"organizationId": null, "role": "owner", "platformAdmin": "yes", "verified": 1}),
        ] {
            let (actor, _) = of(claims);
            assert_eq!(
                (actor.organization_id, actor.role, actor.platform_admin, actor.verified),
                (None, Role::Member, false, false)
            );
        }
    }
}
