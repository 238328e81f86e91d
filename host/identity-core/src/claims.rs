//! Claims as the owner of accounts states them, and as an access token carries them.

use serde_json::{Map, Value, json};

/// The claim that says whether the e-mail address was verified, `{"v": bool, "t": ms}`.
pub const EMAIL_VERIFIED: &str = "st-ev";
/// Parts of a token that nobody but the core sets.
pub const PROTECTED: [&str; 11] = [
    "sub",
    "iat",
    "exp",
    "sessionHandle",
    "parentRefreshTokenHash1",
    "refreshTokenHash1",
    "antiCsrfToken",
    "rsub",
    "tId",
    "stt",
    "iss",
];

/// What goes into a token: the claims without protected names and nulls, `verified` as the claim the browser SDKs
/// know, stamped with the time at which the claims were stated.
pub fn token_claims(claims: &Map<String, Value>, stated_ms: i64) -> Map<String, Value> {
    let is_free = |name: &str| name != "verified" && name != EMAIL_VERIFIED && !PROTECTED.contains(&name);
    let verified = claims.get("verified").and_then(Value::as_bool).unwrap_or(false);
    let mut out: Map<_, _> = claims
        .iter()
        .filter(|(name, value)| is_free(name) && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    out.insert(EMAIL_VERIFIED.to_owned(), json!({ "v": verified, "t": stated_ms }));
    out
}

/// Whether a token says that the address is verified, and when its claims were stated.
pub fn verified_claim(claims: &Map<String, Value>) -> Option<(bool, i64)> {
    let claim = claims.get(EMAIL_VERIFIED)?;
    Some((claim.get("v")?.as_bool()?, claim.get("t")?.as_i64()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn states_the_verification_and_drops_what_is_not_theirs_to_set() {
        let stated = object(json!({
            "role": "admin", "organizationId": null, "platformAdmin": false, "verified": true,
            "sub": "someone else", "exp": 9, "tId": "other", "stt": 1, "iss": "x", "st-ev": {"v": true, "t": 0}
        }));
        let claims = token_claims(&stated, 17);
        assert_eq!(
            Value::Object(claims.clone()),
            json!({"role": "admin", "platformAdmin": false, "st-ev": {"v": true, "t": 17}})
        );
        assert_eq!(verified_claim(&claims), Some((true, 17)));
    }

    #[test]
    fn silence_is_not_verified() {
        assert_eq!(verified_claim(&token_claims(&Map::new(), 3)), Some((false, 3)));
        assert_eq!(verified_claim(&object(json!({"st-ev": {"v": "yes", "t": 1}}))), None);
    }
}
