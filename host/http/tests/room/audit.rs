//! The audit log as platform admins read it, and that nobody else does.

use http::Request;
use p2p_context::{Origin, TenantId, Timestamp, new_uuid};
use p2p_identity::audit::{AuditEntry, AuditLog};
use serde_json::{Value, json};

use crate::house::{Answer, House, request};

struct Stage {
    house: House,
    admin: String,
}

impl Stage {
    async fn set() -> Self {
        let house = House::new();
        let admin = house.token(json!({"platformAdmin": true})).await;
        Self { house, admin }
    }

    async fn enter(&self, tenant: &str, entries: &[AuditEntry]) {
        let tenant = TenantId::new(tenant).unwrap();
        AuditLog::new(self.house.stores.clone()).append(&tenant, entries).await.unwrap();
    }

    async fn read(&self, query: &str) -> Answer {
        self.house.send(ask(query, &self.admin)).await
    }

    async fn subjects(&self, query: &str) -> Vec<String> {
        subjects(&self.read(query).await.json())
    }
}

fn ask(query: &str, token: &str) -> Request<&'static str> {
    let ask = request("GET", &format!("/api/v1/audit{query}"));
    ask.header("authorization", format!("Bearer {token}")).body("").unwrap()
}

fn subjects(page: &Value) -> Vec<String> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["subject"].as_str().unwrap().to_owned())
        .collect()
}

fn entry(origin: &Origin, action: &str, subject: &str) -> AuditEntry {
    AuditEntry::new(origin, Timestamp(1_790_000_000_000_000), action, subject)
}

#[tokio::test]
async fn only_platform_admins_read_it() {
    let stage = Stage::set().await;
    let nobody = stage.house.send(request("GET", "/api/v1/audit").body("").unwrap()).await;
    assert_eq!(nobody.error(), (401, "UNAUTHENTICATED".to_owned()));
    for claims in [json!({"role": "member"}), json!({"role": "admin"})] {
        let token = stage.house.token(claims).await;
        assert_eq!(stage.house.send(ask("", &token)).await.error(), (403, "FORBIDDEN".to_owned()));
    }
    let read = stage.read("").await;
    assert_eq!(
        (read.status(), read.json()),
        (200, json!({"items": [], "limit": 20, "hasNext": false, "nextCursor": null}))
    );
    assert_eq!(read.header("cache-control"), Some("no-store"));
    assert_eq!(read.header("ratelimit-limit"), Some("600"));
}

#[tokio::test]
async fn an_entry_says_who_did_what_from_where() {
    let stage = Stage::set().await;
    let user = new_uuid();
    let origin = Origin {
        request: Some("a-request".into()),
        address: Some([203, 0, 113, 9].into()),
        user: Some(user),
    };
    let done = entry(&origin, "accounts.user.changed", "somebody").with(json!({"fields": ["bio"]}));
    stage.enter("acme", std::slice::from_ref(&done)).await;
    stage.enter("globex", &[entry(&origin, "accounts.user.changed", "of another tenant")]).await;
    let page = stage.read("").await.json();
    assert_eq!(
        page["items"],
        json!([{
            "id": done.id, "at": "2026-09-21T14:13:20Z", "actor": user, "action": "accounts.user.changed",
            "subject": "somebody", "requestId": "a-request", "address": "203.0.113.9", "details": {"fields": ["bio"]},
        }])
    );
}

#[tokio::test]
async fn it_is_read_in_pages_by_actor_and_by_action() {
    let stage = Stage::set().await;
    let (ada, bob) = (new_uuid(), new_uuid());
    let by = |user| Origin { user: Some(user), ..Origin::default() };
    stage
        .enter(
            "acme",
            &[
                entry(&by(ada), "identity.login.failed", "1"),
                entry(&by(bob), "identity.key.created", "2"),
                entry(&by(ada), "accounts.user.changed", "3"),
                entry(&Origin::default(), "identity.login.locked", "4"),
            ],
        )
        .await;
    let first = stage.read("?limit=3").await.json();
    assert_eq!(
        (subjects(&first), &first["hasNext"]),
        (vec!["4".into(), "3".into(), "2".into()], &json!(true))
    );
    let cursor = first["nextCursor"].as_str().unwrap();
    assert_eq!(stage.subjects(&format!("?limit=3&cursor={cursor}")).await, ["1"]);
    assert_eq!(stage.subjects(&format!("?actor={ada}")).await, ["3", "1"]);
    assert_eq!(stage.subjects("?action=identity.login").await, ["4", "1"]);
    assert_eq!(stage.subjects(&format!("?action=identity.&actor={bob}")).await, ["2"]);
    assert_eq!(stage.read("?limit=1000").await.json()["limit"], 100);
    assert_eq!(stage.read("?limit=-7").await.json()["limit"], 1);
    for (query, refusal) in [
        ("?cursor=x", (400, "CURSOR_INVALID")),
        ("?actor=x", (422, "VALIDATION")),
        ("?limit=x", (422, "VALIDATION")),
        ("?limit=1&limit=2", (400, "MALFORMED")),
        ("?action=identity.%00", (422, "VALIDATION")),
    ] {
        assert_eq!(stage.read(query).await.error(), (refusal.0, refusal.1.to_owned()), "{query}");
    }
}

#[tokio::test]
async fn a_wrong_parameter_is_told_in_the_language_of_the_reader() {
    let stage = Stage::set().await;
    for (language, message) in [("en", "does not have the expected form"), ("ar-SA", "صيغة القيمة غير صحيحة")]
    {
        let mut wrong = ask("?limit=x", &stage.admin);
        wrong.headers_mut().insert("accept-language", language.parse().unwrap());
        let answer = stage.house.send(wrong).await;
        assert_eq!(answer.error(), (422, "VALIDATION".to_owned()));
        let fields = json!([{"field": "limit", "message": message, "code": "FORM"}]);
        assert_eq!(answer.json()["details"]["fields"], fields, "{language}");
    }
}

#[tokio::test]
async fn it_stands_in_the_document() {
    let stage = Stage::set().await;
    let document = stage.house.send(request("GET", "/api/v1/openapi.json").body("").unwrap()).await.json();
    assert_eq!(document["paths"]["/api/v1/audit"]["get"]["operationId"], "platform.audit.list");
}
