//! The secrets of sessions in cookies.

use p2p_test_support::people::{Answer, Person};
use reqwest::header::COOKIE;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::stage::{EMAIL, PASSWORD, assert_kept_nowhere, cookies, start, tokens};

/// A browser that keeps cookies, as far as this test needs one.
struct Browser {
    url: String,
    answer: Answer,
}

impl Browser {
    async fn signed_in(url: &str, credentials: &Value) -> Self {
        let login = Client::new().post(format!("{url}/api/v1/auth/login")).json(credentials);
        let answer = answer(login.header("st-auth-mode", "cookie")).await.expect(200);
        Self { url: url.to_owned(), answer }
    }

    /// With the cookies and the header that the last answer gave.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let pairs = cookies(&self.answer).into_iter().map(|(name, value)| format!("{name}={value}"));
        let request = Client::new().request(method, format!("{}{path}", self.url));
        let request = request.header(COOKIE, pairs.collect::<Vec<_>>().join("; "));
        request.header("anti-csrf", &self.answer.headers["anti-csrf"]).header("rid", "anti-csrf")
    }
}

async fn answer(request: RequestBuilder) -> Answer {
    Answer::read(request.send().await.unwrap()).await.unwrap()
}

#[tokio::test]
async fn what_cookies_hold_is_in_no_log_and_in_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let (server, url) = start(folder.path()).await;
    Person::founder(&url, "localhost", EMAIL).await;
    let credentials = json!({"email": EMAIL, "password": PASSWORD});
    let mut secrets = Vec::new();
    for (refresh, sign_out) in
        [("/api/v1/auth/refresh", "/api/v1/auth/logout"), ("/auth/session/refresh", "/auth/signout")]
    {
        let mut browser = Browser::signed_in(&url, &credentials).await;
        secrets.extend(tokens(&browser.answer));
        let change = browser.request(Method::PATCH, "/api/v1/users/me").json(&json!({"firstName": "Nura"}));
        answer(change).await.expect(200);
        let stolen = browser.request(Method::POST, refresh);
        for _ in 0..2 {
            browser.answer = answer(browser.request(Method::POST, refresh)).await.expect(200);
            secrets.extend(tokens(&browser.answer));
        }
        answer(browser.request(Method::POST, sign_out)).await.expect(200);
        answer(stolen).await.expect(401);
    }
    drop(server);
    assert!(secrets.len() >= 18 && secrets.iter().all(|secret| secret.len() >= 20), "{secrets:?}");
    assert_kept_nowhere(folder.path(), &secrets);
}
