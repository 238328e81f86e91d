//! Set-Cookie values of sessions, and reading of Cookie headers.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::config::SessionConfig;
use crate::names::{ACCESS_COOKIE, LEGACY_COOKIE, REFRESH_COOKIE};

/// What JavaScript's encodeURIComponent leaves alone.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');
/// The cookie outlives the token: its presence tells a browser that refreshing may work.
const ACCESS_COOKIE_LIFE_MS: i64 = 365 * 24 * 3600 * 1000;

/// The cookie of an access token.
pub fn access_cookie(config: &SessionConfig, token: &str, now_ms: i64) -> String {
    let expires_ms = now_ms.saturating_add(ACCESS_COOKIE_LIFE_MS);
    cookie(config, ACCESS_COOKIE, token, &config.access_cookie_path, expires_ms)
}

/// The cookies of a refresh token: one for every path that refreshes.
pub fn refresh_cookies(config: &SessionConfig, token: &str, expires_ms: i64) -> impl Iterator<Item = String> {
    config
        .refresh_cookie_paths()
        .into_iter()
        .map(move |path| cookie(config, REFRESH_COOKIE, token, &path, expires_ms))
}

/// What removes the cookie of an access token.
pub fn removed_access_cookie(config: &SessionConfig) -> String {
    cookie(config, ACCESS_COOKIE, "", &config.access_cookie_path, 0)
}

/// What removes the cookies of a refresh token.
pub fn removed_refresh_cookies(config: &SessionConfig) -> impl Iterator<Item = String> {
    refresh_cookies(config, "", 0)
}

/// What removes all of them.
pub fn removed_cookies(config: &SessionConfig) -> impl Iterator<Item = String> {
    std::iter::once(removed_access_cookie(config)).chain(removed_refresh_cookies(config))
}

/// What removes the cookie of long past versions.
pub fn removed_legacy_cookie(config: &SessionConfig) -> String {
    cookie(config, LEGACY_COOKIE, "", "/", 0)
}

/// Names and decoded values of one Cookie header. A value that is not valid percent-encoding stays as it is.
pub fn read_cookies(header: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    header.split(';').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let value = value.trim().trim_matches('"');
        let decoded = percent_decode_str(value).decode_utf8().unwrap_or(Cow::Borrowed(value));
        Some((name.trim(), decoded))
    })
}

fn cookie(config: &SessionConfig, name: &str, value: &str, path: &str, expires_ms: i64) -> String {
    let mut out = format!("{name}={}", utf8_percent_encode(value, COMPONENT));
    // Writing to a String cannot fail.
    if let Some(domain) = &config.cookie_domain {
        let _ = write!(out, "; Domain={domain}");
    }
    let _ = write!(out, "; Path={path}; Expires={}; HttpOnly", http_date(expires_ms));
    if config.cookie_secure {
        out.push_str("; Secure");
    }
    let _ = write!(out, "; SameSite={}", config.same_site.as_str());
    out
}

fn http_date(ms: i64) -> String {
    let since = Duration::from_millis(u64::try_from(ms).unwrap_or_default());
    httpdate::fmt_http_date(UNIX_EPOCH + since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_stand_in_the_order_of_the_protocol() {
        let mut config = SessionConfig::for_api("http://localhost:8000");
        assert_eq!(
            access_cookie(&config, "a.b-c_d", 1_795_422_602_276),
            "sAccessToken=a.b-c_d; Path=/; Expires=Tue, 23 Nov 2027 08:30:02 GMT; HttpOnly; SameSite=Lax"
        );
        config.cookie_domain = Some(".example.org".into());
        config.cookie_secure = true;
        assert_eq!(
            refresh_cookies(&config, "a+/=", 0).collect::<Vec<_>>(),
            [
                "sRefreshToken=a%2B%2F%3D; Domain=.example.org; Path=/auth/session/refresh; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax",
                "sRefreshToken=a%2B%2F%3D; Domain=.example.org; Path=/api/v1/auth/refresh; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax",
            ]
        );
    }

    #[test]
    fn removal_names_every_cookie_at_its_own_path() {
        let config = SessionConfig::for_api("http://localhost:8000");
        let removed: Vec<_> = removed_cookies(&config).collect();
        assert_eq!(removed.len(), 3);
        assert_eq!(
            removed[0],
            "sAccessToken=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax"
        );
        assert!(
            removed[1].starts_with("sRefreshToken=; Path=/auth/session/refresh; Expires=Thu, 01 Jan 1970")
        );
        assert!(
            removed[2].starts_with("sRefreshToken=; Path=/api/v1/auth/refresh; Expires=Thu, 01 Jan 1970")
        );
    }

    #[test]
    fn values_are_read_as_they_were_written() {
        let read: Vec<_> = read_cookies("a=1; sRefreshToken=a%2B%2F%3D;b ; c=\"x\";d=%FF").collect();
        let expected = [("a", "1"), ("sRefreshToken", "a+/="), ("c", "x"), ("d", "%FF")];
        assert_eq!(read, expected.map(|(name, value)| (name, Cow::Borrowed(value))));
    }
}
