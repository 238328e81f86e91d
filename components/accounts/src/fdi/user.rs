//! A user as the browser SDKs know one: an address that signs in. Profile and organization are for `/users/me`.

use p2p_sdk::{Request, Response};
use serde_json::json;

use super::version::Version;
use crate::users::Account;

/// The answer to somebody who has signed up or in.
pub fn signed_in(request: &Request, account: &Account) -> Response {
    let user = &account.user;
    let (id, email, joined) = (user.id, &user.email, user.created_at.0 / 1000);
    let user = if Version::of(request).has_short_users() {
        json!({ "id": id, "timeJoined": joined, "email": email })
    } else {
        json!({
            "id": id, "isPrimaryUser": false, "tenantIds": ["public"], "emails": [email], "phoneNumbers": [],
            "thirdParty": [], "webauthn": { "credentialIds": [] }, "timeJoined": joined,
            "loginMethods": [{
                "recipeId": "emailpassword", "recipeUserId": id, "tenantIds": ["public"], "email": email,
                "timeJoined": joined, "verified": user.is_verified,
            }],
        })
    };
    Response::ok(&json!({ "status": "OK", "user": user }))
}
