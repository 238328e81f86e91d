//! Every route of every feature has its anonymous, its wrong-role and its wrong-tenant case. The list is compared with
//! what the features declare: a new route without a line here fails.

#![cfg(test)]

use std::collections::BTreeSet;

use p2p_context::TenantId;
use p2p_tenants::{Access, Route};
use p2p_test_support::host::{TestHost, tenant};
use p2p_test_support::people::{Answer, Person, signup, topic};
use reqwest::Method;
use serde_json::{Value, json};

const FEATURES: [&str; 2] = ["accounts", "forums"];

/// A route, a request for it that would be served, and what becomes of it.
struct Case {
    method: &'static str,
    path: &'static str,
    /// The path with its parameters filled in: `TOPIC` is an organization-only topic, `USER` and `INVITATION` are of the
    /// organization of the owner.
    sample: &'static str,
    body: Value,
    /// What nobody gets.
    anonymous: u16,
    /// What a member of the owner's organization gets.
    member: u16,
    /// What the admin of another organization gets.
    stranger: u16,
}

fn cases() -> Vec<Case> {
    let case = |method, path, sample, body, [anonymous, member, stranger]: [u16; 3]| Case {
        method,
        path,
        sample,
        body,
        anonymous,
        member,
        stranger,
    };
    // With the path as its own sample.
    let plain = |method, path, body, statuses| case(method, path, path, body, statuses);
    let none = || Value::Null;
    let guess = || json!({"email": "nobody@nowhere.example", "password": "wrong horse 7"});
    let fields = |fields: &[(&str, &str)]| {
        let fields: Vec<_> = fields.iter().map(|(id, value)| json!({"id": id, "value": value})).collect();
        json!({"formFields": fields, "method": "token", "token": "none"})
    };
    let both = [("email", "nobody@nowhere.example"), ("password", "wrong horse 7")];
    let invitation =
        json!({"email": "new@works.example", "firstName": "A", "lastName": "B", "role": "member"});
    let changes = || json!({"title": "Engineer"});
    let token = json!({"token": "none", "newPassword": "another horse 8"});
    let password = json!({"oldPassword": "wrong horse 7", "newPassword": "another horse 8"});
    vec![
        plain("POST", "/auth/signup", signup("c@third.example"), [201, 409, 409]),
        plain("POST", "/auth/login", guess(), [400, 400, 400]),
        plain("POST", "/auth/logout", json!({}), [200, 200, 200]),
        plain("POST", "/auth/refresh", none(), [401, 401, 401]),
        plain("GET", "/auth/sessions", none(), [401, 200, 200]),
        case("DELETE", "/auth/sessions/{handle}", "/auth/sessions/none", none(), [401, 404, 404]),
        plain("POST", "/auth/sessions/revoke-others", json!({}), [401, 200, 200]),
        plain("POST", "/auth/verify-email", json!({}), [401, 200, 200]),
        plain("POST", "/auth/reset-password", json!({"email": "x@nowhere.example"}), [200, 200, 200]),
        plain("POST", "/auth/reset-password/confirm", token, [400, 400, 400]),
        plain("POST", "/auth/password", password, [401, 400, 400]),
        plain("GET", "/users/me", none(), [401, 200, 200]),
        plain("PATCH", "/users/me", changes(), [401, 200, 200]),
        plain("POST", "/users/me/avatar", none(), [401, 415, 415]),
        plain("GET", "/users", none(), [401, 403, 200]),
        case("GET", "/users/{id}", "/users/USER", none(), [401, 200, 200]),
        case("PATCH", "/users/{id}", "/users/USER", changes(), [401, 403, 404]),
        case("DELETE", "/users/{id}", "/users/USER", none(), [401, 403, 404]),
        plain("POST", "/users/invite", invitation, [401, 403, 201]),
        plain("GET", "/users/invitations", none(), [401, 403, 200]),
        case("DELETE", "/users/invitations/{id}", "/users/invitations/INVITATION", none(), [401, 403, 404]),
        case(
            "POST",
            "/users/invitations/{id}/resend",
            "/users/invitations/INVITATION/resend",
            json!({}),
            [401, 403, 404],
        ),
        case("GET", "/invitations/{token}", "/invitations/none", none(), [404, 404, 404]),
        plain("GET", "/organizations/current", none(), [401, 200, 200]),
        plain("PATCH", "/organizations/current", json!({"city": "Jubail"}), [401, 403, 200]),
        plain("POST", "/organizations/current/logo", none(), [401, 403, 415]),
        plain("GET", "/organizations/members", none(), [401, 200, 200]),
        plain("GET", "/organizations/stats", none(), [401, 200, 200]),
        case("GET", "/pictures/{kind}/{owner}/{file}", "/pictures/avatars/x/y", none(), [404, 404, 404]),
        plain("POST", "/fdi/signup", fields(&both), [200, 200, 200]),
        plain("POST", "/fdi/signin", fields(&both), [200, 200, 200]),
        case(
            "GET",
            "/fdi/emailpassword/email/exists",
            "/fdi/emailpassword/email/exists?email=x@y.example",
            none(),
            [200, 200, 200],
        ),
        case(
            "GET",
            "/fdi/signup/email/exists",
            "/fdi/signup/email/exists?email=x@y.example",
            none(),
            [200, 200, 200],
        ),
        plain("POST", "/fdi/user/password/reset/token", fields(&both[..1]), [200, 200, 200]),
        plain("POST", "/fdi/user/password/reset", fields(&both[1..]), [200, 200, 200]),
        plain("POST", "/fdi/user/email/verify/token", json!({}), [401, 200, 200]),
        plain("POST", "/fdi/user/email/verify", fields(&[]), [200, 200, 200]),
        plain("GET", "/fdi/user/email/verify", none(), [401, 200, 200]),
        plain("GET", "/forums/topics", none(), [401, 200, 200]),
        plain("POST", "/forums/topics", topic("A title that is long enough"), [401, 201, 201]),
        case("GET", "/forums/topics/{id}", "/forums/topics/TOPIC", none(), [401, 200, 404]),
    ]
}

/// What of the owner's organization the samples name.
struct Owned {
    topic: String,
    user: String,
    invitation: String,
}

impl Owned {
    async fn of(owner: &Person) -> Self {
        let id = |answer: Answer| answer.json["id"].as_str().unwrap().to_owned();
        let mut inside = topic("Only for our own people");
        inside["visibility"] = json!("organization");
        let topic = id(owner.post("/forums/topics", &inside).await.expect(201));
        let wanted = json!({"email": "w@works.example", "firstName": "A", "lastName": "B", "role": "member"});
        let invitation = id(owner.post("/users/invite", &wanted).await.expect(201));
        Self { topic, user: owner.profile["user"]["id"].as_str().unwrap().to_owned(), invitation }
    }

    async fn send(&self, case: &Case, person: &Person) -> Answer {
        let method = Method::from_bytes(case.method.as_bytes()).unwrap();
        let path = case.sample.replace("TOPIC", &self.topic).replace("USER", &self.user);
        let path = path.replace("INVITATION", &self.invitation);
        let body = (!case.body.is_null()).then(|| case.body.to_string());
        match path.strip_prefix("/fdi") {
            Some(path) => person.protocol(method, path, body).await,
            None => person.send(method, &path, body, &[]).await,
        }
    }
}

#[tokio::test]
async fn every_route_has_its_cases_and_they_hold() {
    let north = TenantId::new("north").unwrap();
    let tenants = ["north", "south"].map(|id| tenant(id, &[&format!("{id}.example")], &FEATURES));
    let host = TestHost::start(tenants.into()).await;
    let (cases, routes) = (cases(), declared(&host, &north));
    let names: BTreeSet<_> =
        routes.iter().map(|route| (route.method.as_str(), route.path.as_str())).collect();
    let listed: BTreeSet<_> = cases.iter().map(|case| (case.method, case.path)).collect();
    assert_eq!(names, listed, "every route needs its cases here, and only those that exist");

    let owner = Person::founder(&host.url(""), "north.example", "a@works.example").await;
    let nobody = Person::nobody(&host.url(""), "north.example");
    let owned = Owned::of(&owner).await;
    for (n, case) in cases.iter().enumerate() {
        let label = format!("{} {}", case.method, case.path);
        let access = routes
            .iter()
            .find(|route| (route.method.as_str(), route.path.as_str()) == (case.method, case.path));
        let access = access.unwrap().access;
        let is_open = matches!(access, Access::Public | Access::Optional);
        let anonymous = owned.send(case, &nobody).await;
        assert_eq!(anonymous.status, case.anonymous, "anonymous {label}: {}", anonymous.text);
        assert!(is_open || anonymous.status == 401, "{label} is not public");
        // A session of the other tenant is no session here.
        let abroad = Person::nobody(&host.url(""), "south.example").with_token(owner.token.clone());
        let foreign = owned.send(case, &abroad).await;
        let expected = if is_open { foreign.status < 500 } else { foreign.status == 401 };
        assert!(expected, "wrong tenant {label}: {}", foreign.text);
        // Somebody new for each route, since some of them end the session.
        let colleague = owner.colleague(&host, &north, &format!("m{n}@works.example")).await;
        let inside = owned.send(case, &colleague).await;
        assert_eq!(inside.status, case.member, "member {label}: {}", inside.text);
        let stranger = Person::founder(&host.url(""), "north.example", &format!("b@mills{n}.example")).await;
        let other = owned.send(case, &stranger).await;
        assert_eq!(other.status, case.stranger, "stranger {label}: {}", other.text);
    }
}

fn declared(host: &TestHost, tenant: &TenantId) -> Vec<Route> {
    host.runtime.installed(tenant).iter().flat_map(|feature| feature.manifest.routes.clone()).collect()
}
