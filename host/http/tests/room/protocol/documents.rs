//! What everybody may read of a tenant.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Uri;
use p2p_http::HttpOptions;
use serde_json::{Value, json};

use super::Stage;
use crate::browser::Browser;
use crate::house::{House, request};

const KEYS: &str = "/auth/jwt/jwks.json";
const DISCOVERY: &str = "/auth/.well-known/openid-configuration";

#[tokio::test]
async fn the_keys_verify_the_tenants_tokens_and_may_be_kept_for_a_while() {
    let Stage { house, .. } = Stage::new();
    let token = Browser::signed_in(&house, "header").await.access_token();
    let answer = house.send(request("GET", KEYS).body("").unwrap()).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    let age = answer.header("cache-control").unwrap();
    let seconds = age.strip_prefix("max-age=").and_then(|age| age.strip_suffix(", must-revalidate"));
    assert!(seconds.unwrap().parse::<u64>().is_ok(), "{age}");
    let key = &answer.json()["keys"][0];
    for (name, value) in [("kty", "RSA"), ("alg", "RS256"), ("use", "sig"), ("e", "AQAB")] {
        assert_eq!(key[name], value);
    }
    assert!(key["n"].is_string());
    assert_eq!(kid(&token), key["kid"].as_str().unwrap());
}

/// The key's name in the header of a token.
fn kid(token: &str) -> String {
    let head = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    let head: Value = serde_json::from_slice(&head).unwrap();
    head["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn discovery_leads_to_the_keys() {
    let Stage { house, .. } = Stage::new();
    let document = house.send(request("GET", DISCOVERY).body("").unwrap()).await.json();
    let issuer = document["issuer"].as_str().unwrap();
    assert!(issuer.starts_with("http://acme.example/auth"), "{issuer}");
    assert_eq!(document["jwks_uri"], format!("{issuer}/jwt/jwks.json"));
    assert_eq!(document["token_endpoint"], format!("{issuer}/oauth/token"));
    assert_eq!(document["subject_types_supported"], json!(["public"]));
    assert_eq!(document["id_token_signing_alg_values_supported"], json!(["RS256"]));
    assert_eq!(document["response_types_supported"], json!(["code", "id_token", "id_token token"]));
    assert_eq!(document.get("status"), None);
    for address in
        [document["jwks_uri"].as_str().unwrap(), &format!("{issuer}/.well-known/openid-configuration")]
    {
        let path = address.parse::<Uri>().unwrap().path().to_owned();
        assert_eq!(house.send(request("GET", &path).body("").unwrap()).await.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn login_methods_are_email_and_password() {
    let Stage { house, .. } = Stage::new();
    for path in ["/auth/loginmethods", "/auth/acme/loginmethods?clientType=web", "/auth/public/loginmethods/"]
    {
        let answer = house.send(request("GET", path).body("").unwrap()).await;
        let expected = json!({
            "status": "OK", "emailPassword": {"enabled": true}, "thirdParty": {"enabled": false, "providers": []},
            "webauthn": {"enabled": false}, "passwordless": {"enabled": false}, "firstFactors": ["emailpassword"],
        });
        assert_eq!((answer.status(), answer.json()), (200, expected), "{path}");
    }
}

#[tokio::test]
async fn pages_of_every_origin_may_read_keys_and_discovery() {
    let origins = vec!["https://app.example".to_owned()];
    let Stage { house, .. } = Stage::with(HttpOptions { origins, ..HttpOptions::default() }, |_| ());
    for path in [KEYS, DISCOVERY] {
        for origin in ["https://app.example", "https://evil.example"] {
            let answer = house.send(request("GET", path).header("origin", origin).body("").unwrap()).await;
            assert_eq!(answer.all("access-control-allow-origin"), ["*"], "{path} {origin}");
            assert_eq!(answer.header("access-control-allow-credentials"), None);
        }
    }
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_a_503() {
    let house = House::new();
    house.lose_data();
    let answer = house.send(request("GET", KEYS).body("").unwrap()).await;
    assert_eq!(answer.protocol_error().0, 503);
    let head = Stage::new().house.send(request("HEAD", KEYS).body("").unwrap()).await;
    assert_eq!((head.status(), head.0.body().len()), (200, 0));
}
