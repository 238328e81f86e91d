//! Requests with a key instead of a session: what opens, what does not, and what the feature hears of it.

use std::sync::Arc;
use std::time::Duration;

use http::Request;
use p2p_context::{Clock, Deadline, Role, SystemClock, TenantId, new_uuid};
use p2p_http::HttpOptions;
use p2p_identity::{ApiKey, ApiKeys, IdentityCall, NewKey};
use p2p_runtime::Person;
use uuid::Uuid;

use crate::house::{House, request};
use crate::stand_in::StandIn;

const ORGANIZATION: Uuid = Uuid::from_u128(9);

struct Stage {
    house: House,
    feature: Arc<StandIn>,
    keys: ApiKeys,
}

impl Stage {
    fn set() -> Self {
        let feature = StandIn::new();
        let house = House::over(HttpOptions::default(), Arc::clone(&feature) as _);
        let keys = ApiKeys::new(Arc::clone(&house.stores), Arc::new(SystemClock) as Arc<dyn Clock>);
        let stage = Self { house, feature, keys };
        stage.know(true);
        stage
    }

    /// The owner of every key as the directory has them.
    fn know(&self, active: bool) {
        let person = Person { organization: Some(ORGANIZATION), role: Role::Admin, active, verified: true };
        *self.feature.person.lock().unwrap() = Some(person);
    }

    async fn key(&self, scopes: &str) -> (ApiKey, String) {
        let (user, name) = (new_uuid(), "a test".to_owned());
        self.keys
            .create(&call(), NewKey { user, name, scopes: scopes.parse().unwrap(), valid: None })
            .await
            .unwrap()
    }

    async fn status(&self, request: Request<&'static str>) -> u16 {
        self.house.send(request).await.status()
    }
}

fn call() -> IdentityCall {
    IdentityCall::new(TenantId::new("acme").unwrap(), Deadline::after(Duration::from_secs(60)))
}

fn ask(method: &str, path: &str, key: &str) -> Request<&'static str> {
    request(method, path).header("x-api-key", key).body("").unwrap()
}

#[tokio::test]
async fn a_key_acts_for_its_owner_and_never_reaches_the_feature_as_a_session() {
    let stage = Stage::set();
    let (key, text) = stage.key("say:read").await;
    let bearer = request("GET", "/api/v1/say/admin/x").header("authorization", format!("Bearer {text}"));
    for request in [ask("GET", "/api/v1/say/admin/x", &text), bearer.body("").unwrap()] {
        assert_eq!(stage.status(request).await, 200);
        let (context, request) = stage.feature.last();
        let actor = context.actor.unwrap();
        assert_eq!(
            (actor.user_id, actor.organization_id, actor.role),
            (key.user, Some(ORGANIZATION), Role::Admin)
        );
        assert!(!actor.platform_admin && actor.verified);
        assert_eq!(context.address.map(|address| address.to_string()).as_deref(), Some("203.0.113.9"));
        assert_eq!(format!("{:?}", request.tokens), format!("{:?}", p2p_identity::RequestTokens::default()));
    }
    assert_eq!(stage.status(ask("GET", "/api/v1/say/platform/x", &text)).await, 403);
}

#[tokio::test]
async fn a_key_stays_within_its_scopes_and_off_the_routes_of_people() {
    let stage = Stage::set();
    let (_, text) = stage.key("say:read").await;
    let refused = stage.house.send(ask("POST", "/api/v1/say/x", &text)).await;
    assert_eq!(refused.error(), (403, "FORBIDDEN".to_owned()));
    assert_eq!(refused.json()["details"]["scope"], "say:write");
    let (_, other) = stage.key("forums:read forums:write").await;
    assert_eq!(stage.status(ask("GET", "/api/v1/say/x", &other)).await, 403);
    let (_, all) = stage.key("*:read *:write").await;
    assert_eq!(stage.status(ask("POST", "/api/v1/say/x", &all)).await, 200);
    assert_eq!(stage.status(ask("POST", "/api/v1/auth/login", &all)).await, 403);
    assert_eq!(stage.status(ask("POST", "/auth/signin", &all)).await, 403);
    assert_eq!(stage.status(ask("GET", "/api/v1/audit", &all)).await, 403);
}

#[tokio::test]
async fn what_is_no_good_key_is_nobody() {
    let stage = Stage::set();
    let (key, text) = stage.key("*:read").await;
    let path = "/api/v1/say/signed-in/x";
    for bad in ["nonsense", "p2pk_", text.replace("p2pk_0", "p2pk_1").as_str()] {
        let refused = stage.house.send(ask("GET", path, bad)).await;
        assert_eq!(refused.error(), (401, "UNAUTHENTICATED".to_owned()), "{bad}");
    }
    // Also where nobody has to be signed in: a program shall learn that its key is no good.
    assert_eq!(stage.status(ask("GET", "/api/v1/say/x", "nonsense")).await, 401);
    assert_eq!(stage.status(ask("GET", path, &text)).await, 200);
    stage.know(false);
    assert_eq!(stage.status(ask("GET", path, &text)).await, 401, "a deactivated owner");
    stage.know(true);
    // Revoked by somebody else: here it would be believed for half a minute, so another room is asked.
    stage.keys.revoke(&call(), key.id).await.unwrap();
    let (_, unused) = stage.key("*:read").await;
    assert_eq!(stage.status(ask("GET", path, &unused)).await, 200);
    assert!(stage.keys.verify(&call(), &text).await.is_err());
}
