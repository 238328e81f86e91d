//! Every route of every feature has its anonymous, its wrong-role and its wrong-tenant case. The list is compared with
//! what the features declare: a new route without a line here fails.

#![cfg(test)]

use std::collections::BTreeSet;

use p2p_tenants::Access;
use p2p_test_support::host::{TestHost, tenant};
use p2p_test_support::people::{Answer, Person, signup, topic};
use reqwest::Method;
use serde_json::{Value, json};

/// A route, and a request for it that would be served.
struct Case {
    method: &'static str,
    path: &'static str,
    /// The path with its parameters filled in; `TOPIC` is an organization-only topic of another organization.
    sample: &'static str,
    body: Option<Value>,
    /// What nobody gets, for routes that are public.
    anonymous: u16,
    /// What somebody of another organization and without the needed role gets.
    stranger: u16,
}

fn cases() -> Vec<Case> {
    let case = |method, path, sample, body, anonymous, stranger| Case {
        method,
        path,
        sample,
        body,
        anonymous,
        stranger,
    };
    let guess = json!({"email": "nobody@nowhere.example", "password": "wrong horse 7"});
    vec![
        case("POST", "/auth/signup", "/auth/signup", Some(signup("c@third.example")), 201, 409),
        case("POST", "/auth/login", "/auth/login", Some(guess), 400, 400),
        case("POST", "/auth/logout", "/auth/logout", Some(json!({})), 200, 200),
        case("POST", "/auth/refresh", "/auth/refresh", None, 401, 401),
        case("GET", "/users/me", "/users/me", None, 401, 200),
        case("PATCH", "/users/me", "/users/me", Some(json!({"bio": "x"})), 401, 200),
        case("GET", "/forums/topics", "/forums/topics", None, 401, 200),
        case(
            "POST",
            "/forums/topics",
            "/forums/topics",
            Some(topic("A title that is long enough")),
            401,
            201,
        ),
        case("GET", "/forums/topics/{id}", "/forums/topics/TOPIC", None, 401, 404),
    ]
}

async fn send(case: &Case, person: &Person, topic: &str) -> Answer {
    let method = Method::from_bytes(case.method.as_bytes()).unwrap();
    let body = case.body.as_ref().map(Value::to_string);
    person.send(method, &case.sample.replace("TOPIC", topic), body, &[]).await
}

#[tokio::test]
async fn every_route_has_its_cases_and_they_hold() {
    let features = ["accounts", "forums"];
    let north = tenant("north", &["north.example"], &features);
    let south = tenant("south", &["south.example"], &features);
    let host = TestHost::start(vec![north, south]).await;
    let cases = cases();
    let installed = host.runtime.installed(&p2p_context::TenantId::new("north").unwrap());
    let routes = installed.iter().flat_map(|feature| feature.manifest.routes.clone());
    let declared: BTreeSet<_> = routes.map(|route| (route.method.as_str(), route.path)).collect();
    let listed: BTreeSet<_> = cases.iter().map(|case| (case.method, case.path.to_owned())).collect();
    assert_eq!(declared, listed, "every route needs its cases here, and only those that exist");

    let owner = Person::founder(&host.url(""), "north.example", "a@works.example").await;
    let nobody = Person::nobody(&host.url(""), "north.example");
    let mut inside = topic("Only for our own people");
    inside["visibility"] = json!("organization");
    let hidden =
        owner.post("/forums/topics", &inside).await.expect(201).json["id"].as_str().unwrap().to_owned();

    for (n, case) in cases.iter().enumerate() {
        let label = format!("{} {}", case.method, case.path);
        let access = access_of(&installed, case);
        let anonymous = send(case, &nobody, &hidden).await;
        assert_eq!(anonymous.status, case.anonymous, "anonymous {label}: {}", anonymous.text);
        assert!(access == Access::Public || anonymous.status == 401, "{label} is not public");
        // A session of the other tenant is no session here.
        let abroad = Person::nobody(&host.url(""), "south.example").with_token(owner.token.clone());
        let foreign = send(case, &abroad, &hidden).await;
        let expected = if access == Access::Public { foreign.status < 500 } else { foreign.status == 401 };
        assert!(expected, "wrong tenant {label}: {}", foreign.text);
        // Somebody new for each route, since some of them end the session.
        let email = format!("b@mills{n}.example");
        let stranger = Person::founder(&host.url(""), "north.example", &email).await;
        let other = send(case, &stranger, &hidden).await;
        assert_eq!(other.status, case.stranger, "stranger {label}: {}", other.text);
    }
}

fn access_of(installed: &[std::sync::Arc<p2p_runtime::Installed>], case: &Case) -> Access {
    let routes = installed.iter().flat_map(|feature| &feature.manifest.routes);
    let route =
        routes.into_iter().find(|route| route.method.as_str() == case.method && route.path == case.path);
    route.unwrap().access
}
