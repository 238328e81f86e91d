//! Cookies that came twice because their domain was changed: a browser keeps both and says of neither where it is from.

use crate::config::SessionConfig;
use crate::cookies::{removed_access_cookie, removed_refresh_cookies};
use crate::request_tokens::RequestTokens;
use crate::session_headers::Headers;

/// Removes the cookies that came twice from the domain they were of before. None when nothing came twice, and when
/// nobody said which domain that was.
pub fn older_cookie_headers(config: &SessionConfig, tokens: &RequestTokens) -> Option<Headers> {
    let domain = config.older_cookie_domain.as_ref()?;
    let cookie_domain = Some(domain.clone()).filter(|domain| !domain.is_empty());
    let older = SessionConfig { cookie_domain, ..config.clone() };
    let mut removed = Vec::new();
    if tokens.has_duplicate_access() {
        removed.push(removed_access_cookie(&older));
    }
    if tokens.has_duplicate_refresh() {
        removed.extend(removed_refresh_cookies(&older));
    }
    let headers: Headers = removed.into_iter().map(|cookie| ("set-cookie".to_owned(), cookie)).collect();
    (!headers.is_empty()).then_some(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn removed(older: Option<&str>, cookie: &str) -> Option<Vec<String>> {
        let mut config = SessionConfig::for_api("http://localhost:8000");
        config.cookie_domain = Some(".example.org".to_owned());
        config.older_cookie_domain = older.map(str::to_owned);
        let tokens = RequestTokens::read([("cookie", cookie)]);
        let headers = older_cookie_headers(&config, &tokens)?;
        assert!(headers.iter().all(|(name, _)| name == "set-cookie"), "no front token, no empty headers");
        Some(headers.into_iter().map(|(_, value)| value).collect())
    }

    #[test]
    fn only_what_came_twice_is_removed_and_only_from_the_older_domain() {
        let expired = "Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax";
        assert_eq!(
            removed(Some("api.example.org"), "sAccessToken=a; sAccessToken=b; sRefreshToken=c"),
            Some(vec![format!("sAccessToken=; Domain=api.example.org; Path=/; {expired}")])
        );
        assert_eq!(
            removed(Some(""), "sRefreshToken=a; sRefreshToken=b"),
            Some(vec![
                format!("sRefreshToken=; Path=/auth/session/refresh; {expired}"),
                format!("sRefreshToken=; Path=/api/v1/auth/refresh; {expired}"),
            ])
        );
        let both = "sAccessToken=a; sAccessToken=a; sRefreshToken=b; sRefreshToken=b";
        assert_eq!(removed(Some(""), both).map(|cookies| cookies.len()), Some(3));
    }

    #[test]
    fn nothing_is_removed_unasked() {
        assert_eq!(removed(None, "sRefreshToken=a; sRefreshToken=b"), None);
        assert_eq!(removed(Some(""), "sAccessToken=a; sRefreshToken=b"), None);
        assert_eq!(removed(Some(""), ""), None);
    }
}
