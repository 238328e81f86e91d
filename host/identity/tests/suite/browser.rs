//! What a client does with session headers: keeps cookies by name and path, or tokens by itself.

use std::collections::BTreeMap;

use p2p_identity::RequestTokens;

const REFRESH_PATH: &str = "/api/v1/auth/refresh";

#[derive(Clone, Default)]
pub struct Browser {
    mode: String,
    /// Value by name and path.
    cookies: BTreeMap<(String, String), String>,
    pub kept: BTreeMap<String, String>,
    pub sends: Vec<(String, String)>,
}

impl Browser {
    pub fn with_cookies() -> Self {
        Self { mode: "cookie".into(), ..Self::default() }
    }

    pub fn with_headers() -> Self {
        Self { mode: "header".into(), ..Self::default() }
    }

    /// Obeys the headers of a response.
    pub fn take(&mut self, headers: &[(String, String)]) {
        for (name, value) in headers {
            match name.as_str() {
                "set-cookie" => self.take_cookie(value),
                _ if value.is_empty() || value == "remove" => drop(self.kept.remove(name)),
                _ => drop(self.kept.insert(name.clone(), value.clone())),
            }
        }
    }

    /// The tokens of an ordinary call.
    pub fn call(&self) -> RequestTokens {
        self.request("/api/v1/users/me", "st-access-token")
    }

    /// The tokens of a refresh.
    pub fn refresh(&self) -> RequestTokens {
        self.request(REFRESH_PATH, "st-refresh-token")
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|((known, _), _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn holds_nothing(&self) -> bool {
        self.cookies.is_empty() && self.kept.is_empty()
    }

    fn request(&self, path: &str, bearer: &str) -> RequestTokens {
        let sent = self.cookies.iter().filter(|((_, scope), _)| path.starts_with(scope.as_str()));
        let cookies: Vec<_> = sent.map(|((name, _), value)| format!("{name}={value}")).collect();
        let mut headers =
            vec![("Cookie".to_owned(), cookies.join("; ")), ("St-Auth-Mode".to_owned(), self.mode.clone())];
        headers.extend(
            self.kept.get(bearer).map(|token| ("Authorization".to_owned(), format!("Bearer {token}"))),
        );
        headers.extend(self.kept.get("anti-csrf").map(|token| ("Anti-Csrf".to_owned(), token.clone())));
        headers.extend(self.sends.clone());
        RequestTokens::read(headers.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    fn take_cookie(&mut self, cookie: &str) {
        let mut parts = cookie.split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let path = parts.find_map(|part| part.strip_prefix("Path=")).unwrap();
        let key = (name.to_owned(), path.to_owned());
        if value.is_empty() {
            assert!(cookie.contains("Expires=Thu, 01 Jan 1970 00:00:00 GMT"), "{cookie}");
            self.cookies.remove(&key);
        } else {
            self.cookies.insert(key, value.to_owned());
        }
    }
}
