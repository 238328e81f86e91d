//! What the core answers. Outcomes of its business are JSON with a `status`; anything else is a fault.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Fault;

/// So much of a page that should not be there goes into the log.
const SHOWN_CHARS: usize = 160;

/// An answer as it came.
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its `Cache-Control`; may be empty.
    pub cache_control: String,
    /// Its body.
    pub body: Bytes,
}

/// An outcome: `{"status": …}` with what belongs to it.
pub struct Answer {
    route: String,
    body: Value,
}

impl Reply {
    /// Itself if it is a success, else what is wrong with it.
    pub fn ok(self, route: &str) -> Result<Self, Fault> {
        match self.status {
            StatusCode::OK => Ok(self),
            StatusCode::UNAUTHORIZED => Err(Fault::because("the core does not take this API key")),
            status => {
                Err(Fault::because(format!("the core answered {route} with {status}: {}", self.beginning())))
            }
        }
    }

    /// Its body as JSON.
    pub fn json<T: DeserializeOwned>(&self, route: &str) -> Result<T, Fault> {
        serde_json::from_slice(&self.body).map_err(|_| {
            Fault::because(format!("the answer to {route} is none of a core: {}", self.beginning()))
        })
    }

    /// Whether the core no longer speaks the version that was agreed.
    pub fn denies_version(&self) -> bool {
        self.status == StatusCode::BAD_REQUEST && self.beginning().contains("cdi-version")
    }

    /// How long it may be kept.
    pub fn max_age(&self) -> Option<Duration> {
        let directives = self.cache_control.split(',').map(str::trim);
        let seconds =
            directives.filter_map(|directive| directive.strip_prefix("max-age=")?.parse().ok()).next()?;
        Some(Duration::from_secs(seconds))
    }

    fn beginning(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN_CHARS).collect()
    }
}

impl Answer {
    /// Of the reply to a call of this route.
    pub fn of(reply: Reply, route: &str) -> Result<Self, Fault> {
        let body: Value = reply.ok(route)?.json(route)?;
        let answer = Self { route: route.to_owned(), body };
        if answer.status().is_empty() { Err(answer.strange()) } else { Ok(answer) }
    }

    /// The outcome's name.
    pub fn status(&self) -> &str {
        self.text("status").unwrap_or_default()
    }

    /// A text in it.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// Anything in it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.body.get(name)
    }

    /// All of it in a shape of its own.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        T::deserialize(&self.body).map_err(|_| self.strange())
    }

    /// An outcome that nobody expects here. Shows no content, which may hold tokens.
    pub fn strange(&self) -> Fault {
        Fault::because(format!(
            "the core answered {} in an unknown way, status `{}`",
            self.route,
            self.status()
        ))
    }
}

// Answers hold tokens.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answer({} to {})", self.status(), self.route)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply {
            status: StatusCode::from_u16(status).unwrap(),
            cache_control: String::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    #[test]
    fn only_json_with_a_status_is_an_answer() {
        let answer = Answer::of(reply(200, r#"{"status":"OK","token":"t"}"#), "/r").unwrap();
        assert_eq!((answer.status(), answer.text("token"), answer.get("x")), ("OK", Some("t"), None));
        for (status, body) in [
            (200, "<html>"),
            (200, ""),
            (200, "{}"),
            (200, r#"{"status":7}"#),
            (200, r#"["OK"]"#),
            (204, r#"{"status":"OK"}"#),
            (302, ""),
            (400, "bad"),
            (401, "Invalid API key"),
            (404, "<html>"),
            (429, ""),
            (500, r#"{"status":"WRONG_CREDENTIALS_ERROR"}"#),
        ] {
            let fault = Answer::of(reply(status, body), "/r").unwrap_err();
            assert!(matches!(fault, Fault::Unavailable(_)), "{status} {body}");
        }
    }

    #[test]
    fn the_log_learns_what_came_instead_but_no_content_of_an_answer() {
        let page = format!("<h1>\r\nBad gateway</h1>{}", "x".repeat(1000));
        let Fault::Unavailable(reason) = Answer::of(reply(502, &page), "/r").unwrap_err() else { panic!() };
        assert!(reason.contains("502") && reason.contains("Bad gateway") && reason.len() < 300, "{reason}");
        let strange = Answer { route: "/r".into(), body: json!({"status": "NEW", "token": "secret"}) };
        assert!(!format!("{:?}", strange.strange()).contains("secret"));
    }

    #[test]
    fn how_long_keys_may_be_kept_is_read_from_the_header() {
        let max_age = |text: &str| Reply { cache_control: text.into(), ..reply(200, "") }.max_age();
        assert_eq!(max_age("max-age=60, must-revalidate"), Some(Duration::from_secs(60)));
        assert_eq!(max_age("public,max-age=7"), Some(Duration::from_secs(7)));
        assert_eq!(max_age("no-store"), None);
        assert_eq!(max_age("max-age=x"), None);
    }
}
