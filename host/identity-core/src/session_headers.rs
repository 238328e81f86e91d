//! The response headers that hand tokens out or take them back. The CORS lists are the http room's.

use std::fmt;

use crate::access_payload::AccessPayload;
use crate::config::SessionConfig;
use crate::cookies::{access_cookie, refresh_cookies, removed_cookies, removed_legacy_cookie};
use crate::front_token::front_token;
use crate::names::{ACCESS_HEADER, ANTI_CSRF_HEADER, FRONT_HEADER, REFRESH_HEADER};
use crate::request_tokens::{RequestTokens, TransferMode};

/// Names in lower case, and values.
pub type Headers = Vec<(String, String)>;

/// Tokens on their way to a client.
pub struct IssuedTokens<'a> {
    /// How they travel.
    pub mode: TransferMode,
    /// The access token.
    pub access: &'a str,
    /// What it says.
    pub payload: &'a AccessPayload,
    /// The refresh token.
    pub refresh: &'a str,
    /// When that ends, milliseconds since 1970.
    pub refresh_expires_ms: i64,
}

/// Which tokens a client shall forget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// All, wherever they are.
    Everything,
    /// Those of one mode.
    Only(TransferMode),
}

/// Hands tokens out, and takes back those that the request carried in the other mode.
pub fn issue_headers(
    config: &SessionConfig,
    request: &RequestTokens,
    issued: &IssuedTokens<'_>,
    now_ms: i64,
) -> Headers {
    let mut headers = vec![pair(FRONT_HEADER, front_token(issued.payload))];
    if request.has_legacy_cookie() {
        headers.push(set_cookie(removed_legacy_cookie(config)));
    }
    let has_other =
        request.access_candidates().chain(request.refresh_candidates()).any(|(mode, _)| mode != issued.mode);
    match issued.mode {
        TransferMode::Cookie => {
            headers.push(set_cookie(access_cookie(config, issued.access, now_ms)));
            headers
                .extend(refresh_cookies(config, issued.refresh, issued.refresh_expires_ms).map(set_cookie));
            headers.extend(issued.payload.anti_csrf_token.clone().map(|token| pair(ANTI_CSRF_HEADER, token)));
            if has_other {
                headers.extend(emptied_headers());
            }
        }
        TransferMode::Header => {
            headers.push(pair(ACCESS_HEADER, issued.access.to_owned()));
            headers.push(pair(REFRESH_HEADER, issued.refresh.to_owned()));
            if has_other {
                headers.extend(removed_cookies(config).map(set_cookie));
            }
        }
    }
    headers
}

/// Hands out an access token that takes another one's place, the way that one came. The refresh token and the anti-CSRF
/// token stay as they are, so nothing is said of them.
pub fn reissue_headers(
    config: &SessionConfig,
    mode: TransferMode,
    access: &str,
    payload: &AccessPayload,
    now_ms: i64,
) -> Headers {
    let token = match mode {
        TransferMode::Cookie => set_cookie(access_cookie(config, access, now_ms)),
        TransferMode::Header => pair(ACCESS_HEADER, access.to_owned()),
    };
    vec![pair(FRONT_HEADER, front_token(payload)), token]
}

/// Takes tokens back.
pub fn withdraw_headers(config: &SessionConfig, withdrawal: Withdrawal) -> Headers {
    let mut headers = vec![pair(FRONT_HEADER, "remove".to_owned())];
    if withdrawal != Withdrawal::Only(TransferMode::Cookie) {
        headers.extend(emptied_headers());
    }
    if withdrawal != Withdrawal::Only(TransferMode::Header) {
        headers.extend(removed_cookies(config).map(set_cookie));
    }
    headers
}

impl fmt::Debug for IssuedTokens<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedTokens")
            .field("mode", &self.mode)
            .field("payload", self.payload)
            .finish_non_exhaustive()
    }
}

fn emptied_headers() -> [(String, String); 2] {
    [pair(ACCESS_HEADER, String::new()), pair(REFRESH_HEADER, String::new())]
}

fn set_cookie(value: String) -> (String, String) {
    pair("set-cookie", value)
}

fn pair(name: &str, value: String) -> (String, String) {
    (name.to_owned(), value)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::claims::token_claims;

    fn payload(anti_csrf: Option<&str>) -> AccessPayload {
        AccessPayload {
            iat: 1000,
            exp: 4600,
            sub: Uuid::from_u128(1),
            tenant: "acme".into(),
            rsub: Uuid::from_u128(1),
            session_handle: "h".into(),
            refresh_token_hash1: "00".into(),
            parent_refresh_token_hash1: None,
            anti_csrf_token: anti_csrf.map(str::to_owned),
            iss: "i".into(),
            claims: token_claims(json!({"role": "عضو"}).as_object().unwrap(), 5),
        }
    }

    fn issue(mode: TransferMode, request: &[(&str, &str)], anti_csrf: Option<&str>) -> Headers {
        let payload = payload(anti_csrf);
        let issued = IssuedTokens {
            mode,
            access: "AT",
            payload: &payload,
            refresh: "RT",
            refresh_expires_ms: 9_000_000,
        };
        let config = SessionConfig::for_api("http://localhost:8000");
        issue_headers(&config, &RequestTokens::read(request.iter().copied()), &issued, 1_000_000)
    }

    fn short(headers: &Headers) -> Vec<String> {
        let short =
            |(name, value): &(String, String)| format!("{name}: {}", value.split(';').next().unwrap());
        headers.iter().filter(|(name, _)| name != FRONT_HEADER).map(short).collect()
    }

    #[test]
    fn cookie_mode_sets_one_access_and_two_refresh_cookies() {
        let headers = issue(TransferMode::Cookie, &[], Some("csrf"));
        assert_eq!(
            short(&headers),
            [
                "set-cookie: sAccessToken=AT",
                "set-cookie: sRefreshToken=RT",
                "set-cookie: sRefreshToken=RT",
                "anti-csrf: csrf"
            ]
        );
        assert!(headers[2].1.contains("Expires=Thu, 01 Jan 1970 02:30:00 GMT"));
    }

    #[test]
    fn header_mode_sets_headers_and_clears_cookies_only_if_there_were_some() {
        assert_eq!(
            short(&issue(TransferMode::Header, &[], None)),
            ["st-access-token: AT", "st-refresh-token: RT"]
        );
        let cleared = issue(TransferMode::Header, &[("cookie", "sAccessToken=x")], None);
        assert_eq!(
            short(&cleared)[2..],
            ["set-cookie: sAccessToken=", "set-cookie: sRefreshToken=", "set-cookie: sRefreshToken="]
        );
        let emptied = issue(
            TransferMode::Cookie,
            &[("authorization", "Bearer x"), ("cookie", "sIdRefreshToken=x")],
            None,
        );
        assert_eq!(
            short(&emptied),
            [
                "set-cookie: sIdRefreshToken=",
                "set-cookie: sAccessToken=AT",
                "set-cookie: sRefreshToken=RT",
                "set-cookie: sRefreshToken=RT",
                "st-access-token: ",
                "st-refresh-token: ",
            ]
        );
    }

    #[test]
    fn a_restated_session_gets_a_new_access_token_and_nothing_else() {
        let config = SessionConfig::for_api("http://localhost:8000");
        let reissue = |mode| reissue_headers(&config, mode, "AT", &payload(Some("csrf")), 1_000_000);
        assert_eq!(short(&reissue(TransferMode::Cookie)), ["set-cookie: sAccessToken=AT"]);
        assert_eq!(short(&reissue(TransferMode::Header)), ["st-access-token: AT"]);
        assert!(reissue(TransferMode::Header).iter().any(|(name, _)| name == FRONT_HEADER));
    }

    #[test]
    fn the_front_token_is_what_a_browser_decodes() {
        let headers = issue(TransferMode::Header, &[], None);
        let (name, value) = &headers[0];
        assert_eq!(name, "front-token");
        let front: Value = serde_json::from_slice(&STANDARD.decode(value).unwrap()).unwrap();
        assert_eq!((&front["uid"], &front["ate"]), (&json!(Uuid::from_u128(1)), &json!(4_600_000)));
        assert_eq!(front["up"]["role"], "عضو");
        assert_eq!(front["up"]["parentRefreshTokenHash1"], Value::Null);
        assert!(front["up"].as_object().unwrap().contains_key("antiCsrfToken"));
    }

    #[test]
    fn withdrawal_empties_what_it_names() {
        let config = SessionConfig::for_api("http://localhost:8000");
        let all = withdraw_headers(&config, Withdrawal::Everything);
        assert_eq!(all[0], ("front-token".to_owned(), "remove".to_owned()));
        assert_eq!(all.len(), 6);
        assert_eq!(withdraw_headers(&config, Withdrawal::Only(TransferMode::Header)).len(), 3);
        assert_eq!(withdraw_headers(&config, Withdrawal::Only(TransferMode::Cookie)).len(), 4);
    }
}
