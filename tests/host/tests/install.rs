//! What the host refuses to install, and that it names the reason: imports, grants, versions, signatures, digests,
//! conflicts. Nothing of a refused component runs or is visible afterwards.

#![cfg(test)]

use p2p_runtime::RouteMatch;
use p2p_tenants::{FeatureLimits, Grant, Installation};
use p2p_test_support::host::{TestHost, installation};
use p2p_test_support::made::{self, HANDLER};
use serde_json::json;

/// Installs made bytes with these grants; answers the refusal.
async fn refusal(bytes: &[u8], grants: &[Grant]) -> String {
    let host = TestHost::empty().await;
    let file = host.folder().join("made.wasm");
    std::fs::write(&file, bytes).unwrap();
    let installation = Installation {
        file,
        digest: None,
        grants: grants.iter().copied().collect(),
        settings: json!({}),
        limits: FeatureLimits::default(),
    };
    let refused = host.runtime.install(&host.tenant(), &installation).await;
    assert!(host.runtime.installed(&host.tenant()).is_empty(), "nothing may be left of a refused component");
    refused.unwrap_err().to_string()
}

fn importing(name: &str, instance: &str) -> String {
    format!(r#"(import "{name}" (instance {instance})) {HANDLER}"#)
}

#[tokio::test]
async fn an_import_that_is_no_part_of_the_contract_is_named() {
    let body = importing("wasi:filesystem/types@0.2.0", "");
    let text = refusal(&made::component(&body, &made::manifest("made", "0.1.0")), &Grant::ALL).await;
    assert!(text.contains("wasi:filesystem/types@0.2.0"), "{text}");
}

#[tokio::test]
async fn an_import_without_its_grant_is_named() {
    let body = importing("p2p:platform/credentials@0.1.0", "");
    let component = made::component(&body, &made::manifest("made", "0.1.0"));
    let text = refusal(&component, &[Grant::Sql, Grant::Clock]).await;
    assert!(text.contains("p2p:platform/credentials@0.1.0") && text.contains("grant"), "{text}");
}

#[tokio::test]
async fn a_designed_but_missing_interface_is_named() {
    let body = importing("p2p:platform/live@0.1.0", "");
    let text = refusal(&made::component(&body, &made::manifest("made", "0.1.0")), &Grant::ALL).await;
    assert!(text.contains("p2p:platform/live@0.1.0") && text.contains("not offered"), "{text}");
}

#[tokio::test]
async fn older_and_newer_contracts_are_refused_with_both_versions() {
    for contract in ["0.0.9", "0.1.2", "0.2.0", "1.0.0"] {
        let text = refusal(&made::component(HANDLER, &made::manifest("made", contract)), &Grant::ALL).await;
        assert!(text.contains(contract) && text.contains(p2p_runtime::VERSION), "{text}");
    }
    let body = importing("p2p:platform/clock@0.2.0", r#"(export "now" (func (result s64)))"#);
    let text = refusal(&made::component(&body, &made::manifest("made", "0.1.0")), &Grant::ALL).await;
    assert!(text.contains("0.2.0"), "{text}");
}

#[tokio::test]
async fn a_wrong_signature_does_not_link() {
    let body = importing("p2p:platform/clock@0.1.0", r#"(export "now" (func (result string)))"#);
    let text = refusal(&made::component(&body, &made::manifest("made", "0.1.0")), &Grant::ALL).await;
    assert!(text.contains("link") && text.contains("now"), "{text}");
}

#[tokio::test]
async fn a_component_without_manifest_or_handler_is_refused() {
    let module = wat::parse_str("(module)").unwrap();
    assert!(refusal(&module, &Grant::ALL).await.contains("core module"));
    let bare = wat::parse_str("(component)").unwrap();
    assert!(refusal(&bare, &Grant::ALL).await.contains("p2p:manifest"));
    assert!(refusal(b"not wasm at all", &Grant::ALL).await.contains("not a WebAssembly component"));
    let text = refusal(&made::component("", &made::manifest("made", "0.1.0")), &Grant::ALL).await;
    assert!(text.contains("p2p:feature/handler"), "{text}");
    let mut hears = made::manifest("made", "0.1.0");
    hears["subscribes"] = json!(["a.b.c"]);
    let text = refusal(&made::component(HANDLER, &hears), &Grant::ALL).await;
    assert!(text.contains("p2p:feature/events"), "{text}");
}

#[tokio::test]
async fn another_digest_than_the_pinned_one_is_refused() {
    let host = TestHost::empty().await;
    let pinned = Installation { digest: Some("0".repeat(64)), ..installation("hostile") };
    let text = host.runtime.install(&host.tenant(), &pinned).await.unwrap_err().to_string();
    assert!(text.contains(&"0".repeat(64)), "{text}");
}

#[tokio::test]
async fn a_feature_comes_is_replaced_and_goes_while_the_host_runs() {
    let host = TestHost::empty().await;
    let (tenant, get) = (host.tenant(), http::Method::GET);
    let found =
        |host: &TestHost| matches!(host.runtime.route(&tenant, &get, "/hostile/echo"), RouteMatch::Found(_));
    assert!(!found(&host));
    host.runtime.install(&tenant, &installation("hostile")).await.unwrap();
    assert!(found(&host));
    host.runtime.install(&tenant, &installation("hostile")).await.unwrap();
    assert_eq!(host.runtime.installed(&tenant).len(), 1);
    let name = p2p_context::FeatureName::new("hostile").unwrap();
    assert!(host.runtime.remove(&tenant, &name).await);
    assert!(!found(&host));
    assert!(!host.runtime.remove(&tenant, &name).await);
}

#[tokio::test]
async fn a_route_that_another_feature_answers_is_a_conflict() {
    let host = TestHost::empty().await;
    let (tenant, fixture) = (host.tenant(), installation("hostile"));
    host.runtime.install(&tenant, &fixture).await.unwrap();
    // The same bytes under another name: a second manifest section would be ambiguous, so the first is renamed.
    let bytes = made::remade(&std::fs::read(&fixture.file).unwrap(), |manifest| {
        manifest.insert("name".to_owned(), "rival".into());
    });
    let file = host.folder().join("rival.wasm");
    std::fs::write(&file, bytes).unwrap();
    let rival = Installation { file, ..fixture };
    let text = host.runtime.install(&tenant, &rival).await.unwrap_err().to_string();
    assert!(text.contains("already answered by `hostile`"), "{text}");
    let store = host.folder().join("tenants/main/rival.sqlite");
    assert!(!store.exists(), "what is refused must not have migrated its store");
    assert_eq!(host.runtime.installed(&tenant).len(), 1);
}

/// What an SDK of 0.1.0 would have built: the fixture uses nothing that came later, so only names differ.
#[tokio::test]
async fn a_component_of_an_older_patch_runs() {
    let host = TestHost::empty().await;
    let mut old = installation("web");
    let mut bytes = std::fs::read(&old.file).unwrap();
    for at in 0..bytes.len() - 6 {
        if &bytes[at..at + 6] == b"@0.1.1" {
            bytes[at + 5] = b'0';
        }
    }
    let bytes = made::remade(&bytes, |manifest| {
        manifest.insert("contract".to_owned(), "0.1.0".into());
    });
    old.file = host.folder().join("old.wasm");
    std::fs::write(&old.file, bytes).unwrap();
    let installed = host.runtime.install(&host.tenant(), &old).await.unwrap();
    assert_eq!(installed.manifest.contract, "0.1.0");
    let answer = host.call(http::Method::GET, "/web/greetings/x", "").await.unwrap();
    assert_eq!(answer.status, 200);
}
