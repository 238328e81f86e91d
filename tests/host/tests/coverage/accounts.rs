//! The table of `accounts`, and the things of its own.

use p2p_test_support::people::signup;
use serde_json::{Value, json};

use crate::case::{Case, admin, administers, all, delete, get, patch, post, session, signed_in};
use crate::stage::Stage;
use crate::things::id;

/// Every route of the feature.
pub fn cases() -> Vec<Case> {
    [auth(), users(), organizations(), protocol()].into_iter().flatten().collect()
}

fn auth() -> Vec<Case> {
    let guess = json!({"email": "ADDRESS", "password": "wrong horse 7"});
    let token = json!({"token": "none", "newPassword": "another horse 8"});
    let password = json!({"oldPassword": "wrong horse 7", "newPassword": "another horse 8"});
    vec![
        post("/auth/signup", signup("c@third.example"), [201, 409, 409, 409, 409, 409]),
        post("/auth/login", guess, all(400)),
        post("/auth/logout", json!({}), all(200)).apart(),
        post("/auth/refresh", Value::Null, all(401)),
        get("/auth/sessions", signed_in(200)),
        delete("/auth/sessions/{handle:none}", signed_in(404)),
        post("/auth/sessions/revoke-others", json!({}), signed_in(200)),
        // Whoever signed up without an invitation had this letter less than a minute ago.
        post("/auth/verify-email", json!({}), [401, 200, 200, 429, 429, 429]).apart(),
        post("/auth/reset-password", json!({"email": "ADDRESS"}), all(200)),
        post("/auth/reset-password/confirm", token, all(400)),
        post("/auth/password", password, signed_in(400)),
    ]
}

fn users() -> Vec<Case> {
    let invitation = json!({"email": "ADDRESS", "firstName": "A", "lastName": "B", "role": "member"});
    let changes = || json!({"title": "Engineer"});
    vec![
        get("/users/me", signed_in(200)),
        patch("/users/me", changes(), signed_in(200)),
        post("/users/me/avatar", Value::Null, session(415)),
        get("/users", admin(200)),
        get("/users/{id:USER}", session(200)),
        patch("/users/{id:USER}", changes(), administers(200)),
        delete("/users/{id:USER}", administers(204)),
        post("/users/invite", invitation, admin(201)),
        get("/users/invitations", admin(200)),
        get("/users/invitations/{id:INVITATION}", administers(200)),
        delete("/users/invitations/{id:INVITATION}", administers(204)),
        post("/users/invitations/{id:INVITATION}/resend", json!({}), administers(200)),
        get("/invitations/{token:none}", all(404)),
        get("/pictures/{kind:avatars}/{owner:x}/{file:y}", all(404)),
    ]
}

fn organizations() -> Vec<Case> {
    vec![
        get("/organizations/current", session(200)),
        patch("/organizations/current", json!({"city": "Jubail"}), admin(200)),
        post("/organizations/current/logo", Value::Null, admin(415)),
        get("/organizations/members", session(200)),
        get("/organizations/stats", session(200)),
    ]
}

fn protocol() -> Vec<Case> {
    let fields = |fields: &[(&str, &str)]| {
        let fields: Vec<_> = fields.iter().map(|(id, value)| json!({"id": id, "value": value})).collect();
        json!({"formFields": fields, "method": "token", "token": "none"})
    };
    let (email, password) = (("email", "ADDRESS"), ("password", "wrong horse 7"));
    vec![
        post("/fdi/signup", fields(&[email, password]), all(200)),
        post("/fdi/signin", fields(&[email, password]), all(200)),
        get("/fdi/emailpassword/email/exists?email=x@y.example", all(200)),
        get("/fdi/signup/email/exists?email=x@y.example", all(200)),
        post("/fdi/user/password/reset/token", fields(&[email]), all(200)),
        post("/fdi/user/password/reset", fields(&[password]), all(200)),
        post("/fdi/user/email/verify/token", json!({}), signed_in(200)).apart(),
        post("/fdi/user/email/verify", fields(&[]), all(200)),
        get("/fdi/user/email/verify", signed_in(200)).apart(),
    ]
}

/// A user or an invitation of the owner's organization.
pub async fn make(stage: &Stage, thing: &str) -> Option<String> {
    match thing {
        "USER" => stage.colleague().await.profile["user"]["id"].as_str().map(str::to_owned),
        "INVITATION" => {
            let email = stage.address("works.example");
            let wanted = json!({"email": email, "firstName": "A", "lastName": "B", "role": "member"});
            let invitation = id(stage.owner.post("/users/invite", &wanted).await.expect(201));
            // Its letter may be sent again once a minute.
            stage.wait_a_minute();
            Some(invitation)
        }
        _ => None,
    }
}
