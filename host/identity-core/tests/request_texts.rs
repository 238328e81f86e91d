//! Whatever stands in the headers of a request is read without a panic, and never opens what it should not.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderName, HeaderValue};
use p2p_identity_core::{
    NONCE_BYTES, RefreshTicket, RequestTokens, SealingKey, Secrets, SessionConfig, StoredHash, TransferMode,
    older_cookie_headers, one_time_token, one_time_token_hash,
};
use proptest::prelude::*;
use uuid::Uuid;

const NAMES: [&str; 8] =
    ["cookie", "authorization", "st-auth-mode", "anti-csrf", "rid", "user-agent", "Cookie", "x-other"];

static SECRETS: LazyLock<Secrets> = LazyLock::new(|| Secrets::new("a secret of some length", []).unwrap());
static KEY: LazyLock<SealingKey> = LazyLock::new(|| SECRETS.key(&["identity", "acme", "refresh tokens"]));

fn ticket(unique: u8) -> RefreshTicket {
    RefreshTicket {
        handle: Uuid::from_u128(8).to_string(),
        user: Uuid::from_u128(7),
        parent: Some(StoredHash([unique; 32])),
        unique: [unique; 16],
        anti_csrf: Some("token".into()),
        issued_ms: 3,
    }
}

fn token(unique: u8) -> String {
    ticket(unique).seal(&KEY, [unique; NONCE_BYTES]).unwrap()
}

/// Everything that can be asked of what was read.
fn look_at_all(tokens: &RequestTokens) {
    for (_, text) in tokens.access_candidates().chain(tokens.refresh_candidates()) {
        let _ = p2p_identity_core::UnverifiedToken::parse(text).is_some();
        assert!(RefreshTicket::open(&KEY, text).is_err(), "{text}");
    }
    assert!(tokens.user_agent().chars().count() <= 256);
    let mut config = SessionConfig::for_api("http://localhost:8000");
    config.older_cookie_domain = Some(".example.org".into());
    let removed = older_cookie_headers(&config, tokens);
    assert_eq!(removed.is_some(), tokens.has_duplicate_access() || tokens.has_duplicate_refresh());
    let _ = (tokens.wanted_mode(), tokens.has_rid(), tokens.has_legacy_cookie(), tokens.anti_csrf());
    let _ = format!("{tokens:?}");
}

proptest! {
    #[test]
    fn any_bytes_in_headers_are_read(headers in prop::collection::vec((0..NAMES.len(), any::<Vec<u8>>()), 0..12)) {
        let mut map = HeaderMap::new();
        for (name, value) in &headers {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                map.append(HeaderName::try_from(NAMES[*name]).unwrap(), value);
            }
        }
        look_at_all(&RequestTokens::from_headers(&map));
    }

    #[test]
    fn any_text_in_headers_is_read(headers in prop::collection::vec((0..NAMES.len(), ".{0,400}"), 0..12)) {
        look_at_all(&RequestTokens::read(headers.iter().map(|(name, value)| (NAMES[*name], value.as_str()))));
    }

    #[test]
    fn what_looks_like_cookies_is_read(
        pairs in prop::collection::vec(("(sAccessToken|sRefreshToken|sIdRefreshToken|x)", "[ -~]{0,40}"), 0..60),
        between in "[;, =\"%]{1,3}",
    ) {
        let header = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(&between);
        look_at_all(&RequestTokens::read([("cookie", header.as_str())]));
    }

    #[test]
    fn cookies_of_tokens_are_read_as_they_were_sent(values in prop::collection::vec("[A-Za-z0-9_.-]{1,60}", 0..6)) {
        let pairs: Vec<_> = values.iter().map(|value| format!("a=b; sAccessToken={value}; sRefreshToken={value}")).collect();
        let header = pairs.join(";");
        let tokens = RequestTokens::read([("cookie", header.as_str())]);
        let expected: Vec<_> = values.iter().map(|value| (TransferMode::Cookie, value.as_str())).collect();
        prop_assert_eq!(tokens.access_candidates().collect::<Vec<_>>(), expected.clone());
        prop_assert_eq!(tokens.refresh_candidates().collect::<Vec<_>>(), expected);
        prop_assert_eq!(tokens.has_duplicate_refresh(), values.len() > 1);
    }

    #[test]
    fn any_text_is_no_refresh_token(text in ".{0,400}", bytes in any::<Vec<u8>>()) {
        prop_assert!(RefreshTicket::open(&KEY, &text).is_err());
        prop_assert!(RefreshTicket::open(&KEY, &URL_SAFE_NO_PAD.encode(bytes)).is_err());
    }

    #[test]
    fn a_changed_or_cut_refresh_token_opens_nothing(
        at in any::<prop::sample::Index>(),
        with in "[A-Za-z0-9_-]",
    ) {
        let whole = token(1);
        let at = at.index(whole.len());
        prop_assert!(RefreshTicket::open(&KEY, &whole[..at]).is_err());
        prop_assert!(RefreshTicket::open(&KEY, &whole[at + 1..]).is_err());
        prop_assume!(whole[at..=at] != with);
        let changed = format!("{}{with}{}", &whole[..at], &whole[at + 1..]);
        prop_assert!(RefreshTicket::open(&KEY, &changed).is_err(), "changed at {}", at);
    }

    #[test]
    fn parts_of_two_refresh_tokens_make_none(at in any::<prop::sample::Index>()) {
        let [one, two] = [1, 2].map(|unique| URL_SAFE_NO_PAD.decode(token(unique)).unwrap());
        let at = 1 + at.index(one.len() - 1);
        // The first byte names the secret and is the same in both.
        prop_assume!(at > 1);
        let mixed = [&one[..at], &two[at..]].concat();
        prop_assert!(RefreshTicket::open(&KEY, &URL_SAFE_NO_PAD.encode(mixed)).is_err(), "cut at {}", at);
    }

    #[test]
    fn a_refresh_token_opens_in_its_own_tenant_alone(tenant in "[a-z][a-z0-9-]{0,20}") {
        prop_assume!(tenant != "acme");
        let elsewhere = SECRETS.key(&["identity", &tenant, "refresh tokens"]);
        prop_assert!(RefreshTicket::open(&elsewhere, &token(1)).is_err());
        prop_assert_eq!(RefreshTicket::open(&KEY, &token(1)), Ok(ticket(1)));
    }

    #[test]
    fn only_what_was_made_as_a_one_time_token_has_a_hash(random: [u8; 32], text in ".{0,60}", bytes in any::<Vec<u8>>()) {
        let token = one_time_token(random);
        prop_assert!(one_time_token_hash(&token).is_some());
        prop_assert_eq!(one_time_token_hash(&token[1..]), None);
        let is_one = |text: &str| URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32);
        let encoded = URL_SAFE_NO_PAD.encode(&bytes);
        for text in [&text, &encoded] {
            prop_assert_eq!(one_time_token_hash(text).is_some(), is_one(text));
        }
    }
}
