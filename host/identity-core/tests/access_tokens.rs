//! Access tokens against everything that is not one: never believed, never a panic.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use getrandom::SysRng;
use p2p_identity_core::{
    AccessPayload, Audience, MAX_TOKEN_BYTES, SigningKey, SigningKeys, TokenFault, UnverifiedToken, digest,
    sign_access_token, token_claims,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

const ACME: Audience<'static> = Audience { tenant: "acme", issuer: "http://localhost/auth/acme" };
const NOW_MS: i64 = 1_795_422_602_000;

static KEYS: LazyLock<SigningKeys> =
    LazyLock::new(|| SigningKeys::new([1, 2].map(|ms| SigningKey::generate(ms, &mut SysRng).unwrap())));
static STRANGER: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate(1, &mut SysRng).unwrap());
static TOKEN: LazyLock<String> = LazyLock::new(|| signed(&payload()));

fn payload() -> AccessPayload {
    AccessPayload {
        iat: NOW_MS / 1000,
        exp: NOW_MS / 1000 + 3600,
        sub: Uuid::from_u128(7),
        tenant: "acme".into(),
        rsub: Uuid::from_u128(7),
        session_handle: Uuid::from_u128(8).to_string(),
        refresh_token_hash1: "ab".repeat(32),
        parent_refresh_token_hash1: None,
        anti_csrf_token: None,
        iss: ACME.issuer.into(),
        claims: token_claims(json!({"role": "admin", "verified": true}).as_object().unwrap(), NOW_MS),
    }
}

fn key() -> &'static SigningKey {
    KEYS.find("d-1").unwrap()
}

fn signed(payload: &AccessPayload) -> String {
    sign_access_token(payload, key(), &mut SysRng).unwrap()
}

/// A token with any header and payload, rightly signed by a known key.
fn forged(header: &Value, payload: &Value) -> String {
    let text = format!("{}.{}", encode(header), encode(payload));
    let signature = key().sign(text.as_bytes(), &mut SysRng).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn header() -> Value {
    json!({"kid": "d-1", "typ": "JWT", "version": "5", "alg": "RS256"})
}

fn verify(token: &str) -> Option<Result<AccessPayload, TokenFault>> {
    UnverifiedToken::parse(token).map(|token| token.verify(&*KEYS, ACME, NOW_MS))
}

#[test]
fn what_was_signed_is_read_back() {
    assert_eq!(verify(&TOKEN), Some(Ok(payload())));
    let parts: Vec<_> = TOKEN.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    assert_eq!(serde_json::from_slice::<Value>(&parts[0]).unwrap(), header());
    let text = String::from_utf8(parts[1].clone()).unwrap();
    assert!(text.starts_with("{\"iat\":1795422602,\"exp\":1795426202,\"sub\":\"00000000-"), "{text}");
    assert!(text.contains("\"parentRefreshTokenHash1\":null,\"antiCsrfToken\":null"), "{text}");
}

#[test]
fn time_tenant_issuer_and_key_decide() {
    let at = |ms| UnverifiedToken::parse(&TOKEN).unwrap().verify(&*KEYS, ACME, ms);
    assert!(at(NOW_MS + 3_599_999).is_ok());
    assert_eq!(at(NOW_MS + 3_600_000), Err(TokenFault::Expired));
    let at_any_age = UnverifiedToken::parse(&TOKEN).unwrap().verify_at_any_age(&*KEYS, ACME);
    assert!(at_any_age.is_ok());
    for elsewhere in
        [Audience { tenant: "other", ..ACME }, Audience { issuer: "http://localhost/auth/other", ..ACME }]
    {
        assert_eq!(
            UnverifiedToken::parse(&TOKEN).unwrap().verify(&*KEYS, elsewhere, NOW_MS),
            Err(TokenFault::Foreign)
        );
    }
    assert_eq!(
        UnverifiedToken::parse(&TOKEN).unwrap().verify(&SigningKeys::default(), ACME, NOW_MS),
        Err(TokenFault::UnknownKey)
    );
    let by_stranger = sign_access_token(&payload(), &STRANGER, &mut SysRng).unwrap();
    assert_eq!(
        verify(&by_stranger),
        Some(Err(TokenFault::Signature)),
        "a known name does not help an unknown key"
    );
}

#[test]
fn a_header_that_asks_for_anything_else_is_not_even_a_token() {
    let body = serde_json::to_value(payload()).unwrap();
    assert_eq!(verify(&forged(&header(), &body)), Some(Ok(payload())));
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("rs256")),
        ("alg", json!(null)),
        ("alg", json!(["RS256"])),
        ("typ", json!("jwt")),
        ("typ", json!(null)),
        ("version", json!("4")),
        ("version", json!("2")),
        ("version", json!(5)),
        ("version", json!(null)),
        ("kid", json!(null)),
        ("kid", json!(7)),
    ] {
        let mut header = header();
        header[name] = value.clone();
        assert_eq!(verify(&forged(&header, &body)), None, "{name}: {value}");
    }
    let mut unknown = header();
    unknown["kid"] = json!("d-9");
    assert_eq!(verify(&forged(&unknown, &body)), Some(Err(TokenFault::UnknownKey)));
}

#[test]
fn the_public_key_is_no_shared_secret() {
    // The classic confusion: an HMAC keyed with the published key, under a header that says so, or that lies.
    let body = serde_json::to_value(payload()).unwrap();
    let pem = key().public().to_pem().unwrap();
    let jwk = key().public().jwk();
    let modulus = URL_SAFE_NO_PAD.decode(&jwk.n).unwrap();
    for (alg, is_token) in [("HS256", false), ("RS256", true)] {
        let mut header = header();
        header["alg"] = json!(alg);
        let text = format!("{}.{}", encode(&header), encode(&body));
        for shared in [pem.as_bytes(), pem.trim_end().as_bytes(), &modulus, jwk.n.as_bytes(), b""] {
            let token = format!("{text}.{}", URL_SAFE_NO_PAD.encode(hmac(shared, text.as_bytes())));
            assert_eq!(verify(&token), is_token.then_some(Err(TokenFault::Signature)), "{alg}");
        }
    }
    let unsigned = format!("{}.{}.", encode(&header()), encode(&body));
    assert_eq!(verify(&unsigned), Some(Err(TokenFault::Signature)));
}

/// HMAC-SHA-256, as whoever mistakes the public key for a secret would make it.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let hashed = digest(key);
    let mut block = if key.len() > 64 { hashed.to_vec() } else { key.to_vec() };
    block.resize(64, 0);
    let padded = |pad: u8| block.iter().map(|byte| byte ^ pad).collect::<Vec<_>>();
    let inner = digest(&[padded(0x36), message.to_vec()].concat());
    digest(&[padded(0x5c), inner.to_vec()].concat())
}

#[test]
fn the_hmac_of_these_tests_is_one() {
    let known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let made = hmac(b"Jefe", b"what do ya want for nothing?");
    assert_eq!(made.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), known);
}

#[test]
fn a_header_cannot_bring_its_own_key_along() {
    let body = serde_json::to_value(payload()).unwrap();
    let jwk = serde_json::to_value(STRANGER.public().jwk()).unwrap();
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/c")),
    ] {
        let mut header = header();
        header[name] = value;
        let text = format!("{}.{}", encode(&header), encode(&body));
        let signature = STRANGER.sign(text.as_bytes(), &mut SysRng).unwrap();
        let token = format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature));
        assert_eq!(verify(&token), Some(Err(TokenFault::Signature)), "{name}");
    }
}

#[test]
fn a_payload_of_another_structure_is_not_a_token() {
    let body = serde_json::to_value(payload()).unwrap();
    for field in ["iat", "exp", "sub", "rsub", "tId", "sessionHandle", "refreshTokenHash1", "iss"] {
        let mut wrong = body.clone();
        wrong[field] = json!({});
        assert_eq!(verify(&forged(&header(), &wrong)), None, "{field} of another type");
        wrong.as_object_mut().unwrap().remove(field);
        assert_eq!(verify(&forged(&header(), &wrong)), None, "no {field}");
    }
    for (stt, is_session) in [(json!(0), true), (json!(1), false), (json!("0"), false)] {
        let mut other = body.clone();
        other["stt"] = stt;
        assert_eq!(verify(&forged(&header(), &other)).is_some(), is_session);
    }
    assert_eq!(verify(&"a".repeat(MAX_TOKEN_BYTES + 1)), None);
}

proptest! {
    #[test]
    fn garbage_is_nothing(text in "\\PC{0,300}") {
        prop_assert_eq!(verify(&text), None);
    }

    #[test]
    fn garbage_in_three_parts_is_nothing(bytes in proptest::collection::vec(any::<Vec<u8>>(), 3)) {
        let parts: Vec<_> = bytes.iter().map(|part| URL_SAFE_NO_PAD.encode(part)).collect();
        prop_assert_eq!(verify(&parts.join(".")), None);
    }

    #[test]
    fn a_known_key_decides_by_its_name_alone(kid in "\\PC{0,40}") {
        prop_assume!(!["d-1", "d-2"].contains(&kid.as_str()));
        let mut header = header();
        header["kid"] = json!(kid);
        let token = forged(&header, &serde_json::to_value(payload()).unwrap());
        prop_assert_eq!(verify(&token), Some(Err(TokenFault::UnknownKey)));
    }

    #[test]
    fn a_token_for_another_tenant_is_foreign(tenant in "[a-z][a-z0-9-]{0,20}") {
        prop_assume!(tenant != "acme");
        let issuer = format!("http://localhost/auth/{tenant}");
        for payload in [
            AccessPayload { tenant: tenant.clone(), iss: issuer.clone(), ..payload() },
            AccessPayload { tenant: tenant.clone(), ..payload() },
            AccessPayload { iss: issuer.clone(), ..payload() },
        ] {
            prop_assert_eq!(verify(&signed(&payload)), Some(Err(TokenFault::Foreign)));
        }
    }

    #[test]
    fn a_cut_token_is_never_believed(at in 0usize..1_000) {
        let cut = &TOKEN[..at.min(TOKEN.len() - 1)];
        prop_assert!(!matches!(verify(cut), Some(Ok(_))));
    }

    #[test]
    fn a_changed_token_is_never_believed(at in any::<prop::sample::Index>(), with in "[A-Za-z0-9_.-]") {
        let at = at.index(TOKEN.len());
        prop_assume!(TOKEN[at..=at] != with);
        let changed = format!("{}{with}{}", &TOKEN[..at], &TOKEN[at + 1..]);
        prop_assert!(!matches!(verify(&changed), Some(Ok(_))), "changed at {}", at);
    }

    #[test]
    fn parts_of_two_tokens_make_none(part in 0usize..3, later in 1i64..10_000) {
        let other = signed(&AccessPayload { exp: payload().exp + later, ..payload() });
        let mut parts: Vec<_> = TOKEN.split('.').collect();
        // The headers are alike, so that swapping one changes nothing.
        prop_assume!(part > 0);
        parts[part] = other.split('.').nth(part).unwrap();
        prop_assert!(!matches!(verify(&parts.join(".")), Some(Ok(_))));
    }
}
