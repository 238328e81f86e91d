//! The session tokens and marks that came with a request, from wherever they stood.

use std::fmt;

use http::HeaderMap;

use crate::cookies::read_cookies;
use crate::names::{ACCESS_COOKIE, ANTI_CSRF_HEADER, LEGACY_COOKIE, MODE_HEADER, REFRESH_COOKIE, RID_HEADER};

/// How tokens travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferMode {
    /// In HttpOnly cookies.
    Cookie,
    /// In headers that the client keeps itself.
    Header,
}

/// More of a browser's name is not kept.
const USER_AGENT_CHARS: usize = 256;

/// Everything of a request that concerns its session. Empty when there is nothing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RequestTokens {
    mode: Option<TransferMode>,
    bearer: Option<String>,
    access_cookies: Vec<String>,
    refresh_cookies: Vec<String>,
    anti_csrf: Option<String>,
    rid: bool,
    legacy: bool,
    user_agent: String,
}

impl RequestTokens {
    /// Reads the headers of a request; a value that is not text is passed over.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        Self::read(headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))))
    }

    /// Reads headers whose names may be of any case; repeated ones are taken together.
    pub fn read<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut tokens = Self::default();
        for (name, value) in headers {
            tokens.take(name, value);
        }
        tokens
    }

    /// The mode that the client asks for; `Header` unless it says `cookie`.
    pub fn wanted_mode(&self) -> TransferMode {
        self.mode.unwrap_or(TransferMode::Header)
    }

    /// Texts that may be access tokens, the first that has the shape of one counts. A bearer token may be anything,
    /// an API key for instance, and must not mask a cookie.
    pub fn access_candidates(&self) -> impl Iterator<Item = (TransferMode, &str)> {
        candidates(self.bearer.as_deref(), &self.access_cookies)
    }

    /// Texts that may be refresh tokens, in the same order.
    pub fn refresh_candidates(&self) -> impl Iterator<Item = (TransferMode, &str)> {
        candidates(self.bearer.as_deref(), &self.refresh_cookies)
    }

    /// Whether a cookie of the access token came more than once, as happens when its domain was changed.
    pub fn has_duplicate_access(&self) -> bool {
        self.access_cookies.len() > 1
    }

    /// Whether a cookie of the refresh token came more than once.
    pub fn has_duplicate_refresh(&self) -> bool {
        self.refresh_cookies.len() > 1
    }

    /// Whether the cookie of long past versions came along.
    pub fn has_legacy_cookie(&self) -> bool {
        self.legacy
    }

    /// Whether there was a `rid` header, even an empty one.
    pub fn has_rid(&self) -> bool {
        self.rid
    }

    /// The `anti-csrf` header.
    pub fn anti_csrf(&self) -> Option<&str> {
        self.anti_csrf.as_deref()
    }

    /// What the client calls itself, cut at 256 characters; may be empty.
    pub fn user_agent(&self) -> &str {
        &self.user_agent
    }

    fn take(&mut self, name: &str, value: &str) {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is("cookie") {
            self.take_cookies(value);
        } else if is("authorization") {
            self.bearer = value.strip_prefix("Bearer ").map(|token| token.trim().to_owned());
        } else if is(MODE_HEADER) {
            self.mode = mode(value);
        } else if is(ANTI_CSRF_HEADER) {
            self.anti_csrf = Some(value.to_owned());
        } else if is(RID_HEADER) {
            self.rid = true;
        } else if is("user-agent") {
            self.user_agent = value.chars().filter(|c| !c.is_control()).take(USER_AGENT_CHARS).collect();
        }
    }

    fn take_cookies(&mut self, header: &str) {
        for (name, value) in read_cookies(header) {
            match name {
                LEGACY_COOKIE => self.legacy = true,
                _ if value.is_empty() => {}
                ACCESS_COOKIE => self.access_cookies.push(value.into_owned()),
                REFRESH_COOKIE => self.refresh_cookies.push(value.into_owned()),
                _ => {}
            }
        }
    }
}

impl fmt::Debug for RequestTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestTokens")
            .field("mode", &self.mode)
            .field("bearer", &self.bearer.is_some())
            .field("access_cookies", &self.access_cookies.len())
            .field("refresh_cookies", &self.refresh_cookies.len())
            .finish_non_exhaustive()
    }
}

fn candidates<'a>(
    bearer: Option<&'a str>,
    cookies: &'a [String],
) -> impl Iterator<Item = (TransferMode, &'a str)> {
    let header = bearer.into_iter().map(|token| (TransferMode::Header, token));
    header.chain(cookies.iter().map(|token| (TransferMode::Cookie, token.as_str())))
}

fn mode(value: &str) -> Option<TransferMode> {
    match value.trim() {
        value if value.eq_ignore_ascii_case("cookie") => Some(TransferMode::Cookie),
        value if value.eq_ignore_ascii_case("header") => Some(TransferMode::Header),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::TransferMode::{Cookie, Header};
    use super::*;

    fn read(headers: &[(&str, &str)]) -> RequestTokens {
        RequestTokens::read(headers.iter().copied())
    }

    #[test]
    fn both_places_are_read_and_the_header_comes_first() {
        let tokens = read(&[
            ("Cookie", "sAccessToken=c1; x=y; sRefreshToken=r%2B1"),
            ("AUTHORIZATION", "Bearer  h1 "),
        ]);
        assert_eq!(tokens.access_candidates().collect::<Vec<_>>(), [(Header, "h1"), (Cookie, "c1")]);
        assert_eq!(tokens.refresh_candidates().collect::<Vec<_>>(), [(Header, "h1"), (Cookie, "r+1")]);
        assert_eq!(
            read(&[("authorization", "bearer h1")]).access_candidates().count(),
            0,
            "the prefix has one case"
        );
        assert_eq!(
            read(&[("cookie", "sAccessToken=")]).access_candidates().count(),
            0,
            "an empty cookie is none"
        );
    }

    #[test]
    fn duplicates_are_noticed_also_across_headers() {
        let tokens = read(&[("cookie", "sAccessToken=a; sAccessToken=b"), ("cookie", "sRefreshToken=a")]);
        assert!(tokens.has_duplicate_access() && !tokens.has_duplicate_refresh());
        assert!(
            read(&[("cookie", "sRefreshToken=a"), ("cookie", "sRefreshToken=b")]).has_duplicate_refresh()
        );
    }

    #[test]
    fn a_client_says_how_tokens_shall_travel() {
        for (value, wanted) in
            [("cookie", Cookie), ("COOKIE", Cookie), ("header", Header), ("any", Header), ("", Header)]
        {
            assert_eq!(read(&[("st-auth-mode", value)]).wanted_mode(), wanted, "{value}");
        }
        assert_eq!(read(&[]).wanted_mode(), Header);
    }

    #[test]
    fn marks_are_kept_and_tokens_are_not_shown() {
        let tokens =
            read(&[("rid", ""), ("anti-csrf", "t"), ("cookie", "sIdRefreshToken=; sAccessToken=secret")]);
        assert!(tokens.has_rid() && tokens.has_legacy_cookie());
        assert_eq!(tokens.anti_csrf(), Some("t"));
        assert!(!format!("{tokens:?}").contains("secret"));
        assert!(!read(&[("rida", "x")]).has_rid());
    }

    #[test]
    fn a_browser_may_call_itself_what_it_likes_at_some_length() {
        assert_eq!(read(&[("User-Agent", "Fire\0fox\n/1")]).user_agent(), "Firefox/1");
        let long = "متصفح".repeat(100);
        let kept = read(&[("user-agent", &long)]);
        assert_eq!(kept.user_agent().chars().count(), 256);
        assert!(long.starts_with(kept.user_agent()) && !format!("{kept:?}").contains("متصفح"));
        assert_eq!(read(&[]).user_agent(), "");
    }
}
