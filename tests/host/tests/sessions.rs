//! Sessions as browsers hold them: cookies that come and go by their paths, thieves, and ends that hold at once.

#![cfg(test)]

use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Clock, FixedClock, SystemClock};
use p2p_test_support::host::{TestHost, tenant};
use p2p_test_support::people::{Answer, Person, signup};
use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::{Client, Url};
use serde_json::{Value, json};

const EMAIL: &str = "a@works.example";
const PASSWORD: &str = "correct horse 7";
/// Both ways to refresh.
const REFRESH: [&str; 2] = ["/api/v1/auth/refresh", "/auth/session/refresh"];
/// Both ways to sign out.
const SIGN_OUT: [&str; 2] = ["/api/v1/auth/logout", "/auth/signout"];

/// Keeps the cookies that it is given and sends them where they belong.
struct Browser {
    client: Client,
    jar: Arc<Jar>,
    base: String,
}

impl Browser {
    /// One in which somebody has signed in.
    async fn signed_in(host: &TestHost) -> Self {
        let jar = Arc::new(Jar::default());
        let client = Client::builder().cookie_provider(Arc::clone(&jar)).build().unwrap();
        let browser = Self { client, jar, base: host.url("") };
        browser.post("/api/v1/auth/login", login(PASSWORD)).await.expect(200);
        browser
    }

    fn url(&self, path: &str) -> Url {
        format!("{}{path}", self.base).parse().unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        let request = self.client.post(self.url(path)).header("st-auth-mode", "cookie").json(&body);
        Answer::read(request.send().await.unwrap()).await.unwrap()
    }

    async fn status(&self) -> u16 {
        self.client.get(self.url("/api/v1/users/me")).send().await.unwrap().status().as_u16()
    }

    /// What it would send there, in one order whichever the jar has.
    fn cookies(&self, path: &str) -> String {
        let Some(cookies) = self.jar.cookies(&self.url(path)) else { return String::new() };
        let mut cookies: Vec<_> = cookies.to_str().unwrap().split("; ").collect();
        cookies.sort_unstable();
        cookies.join("; ")
    }

    fn is_empty(&self) -> bool {
        REFRESH.iter().all(|path| self.cookies(path).is_empty())
    }
}

fn login(password: &str) -> Value {
    json!({"email": EMAIL, "password": password})
}

/// A host with somebody, on a clock that stands still.
async fn host() -> (TestHost, Arc<FixedClock>) {
    // Near the machine's time, by which the browser drops its cookies.
    let clock = Arc::new(FixedClock::at(SystemClock.now()));
    let tenants = vec![tenant("main", &["*"], &["accounts"])];
    let host = TestHost::start_at(tenants, Arc::clone(&clock) as Arc<dyn Clock>).await;
    Person::nobody(&host.url(""), "localhost").post("/auth/signup", &signup(EMAIL)).await.expect(201);
    (host, clock)
}

#[tokio::test]
async fn one_sign_in_refreshes_by_cookie_on_both_paths() {
    let (host, _) = host().await;
    let browser = Browser::signed_in(&host).await;
    assert!(!browser.cookies("/api/v1/users/me").contains("sRefreshToken"), "it goes where it is needed");
    for path in [REFRESH, REFRESH].concat() {
        let before = REFRESH.map(|path| browser.cookies(path));
        browser.post(path, json!({})).await.expect(200);
        let after = REFRESH.map(|path| browser.cookies(path));
        assert_eq!(after[0], after[1], "both paths have the same tokens");
        assert!(after[0].contains("sRefreshToken=") && before[0] != after[0]);
        assert_eq!(browser.status().await, 200);
    }
}

#[tokio::test]
async fn a_stolen_cookie_that_comes_late_ends_the_session_for_thief_and_owner() {
    let (host, clock) = host().await;
    for path in REFRESH {
        let browser = Browser::signed_in(&host).await;
        let stolen = browser.cookies(path);
        for _ in 0..2 {
            clock.advance(Duration::from_secs(60));
            browser.post(path, json!({})).await.expect(200);
        }
        let thief = Client::new().post(host.url(path)).header("cookie", stolen).send().await.unwrap();
        let answer = Answer::read(thief).await.unwrap().expect(401);
        assert_eq!(
            (answer.code(), &answer.headers["front-token"]),
            ("SESSION_EXPIRED", &"remove".parse().unwrap())
        );
        let cleared = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
        assert_eq!(cleared.filter(|cookie| cookie.contains("=; ") && cookie.contains("1970")).count(), 3);
        assert_eq!(browser.status().await, 401);
        browser.post(path, json!({})).await.expect(401);
        assert!(browser.is_empty(), "the owner is signed out");
    }
}

#[tokio::test]
async fn signing_out_by_cookie_clears_the_browser_and_ends_the_token_at_once() {
    let (host, _) = host().await;
    for path in SIGN_OUT {
        let browser = Browser::signed_in(&host).await;
        let kept = browser.cookies("/api/v1/users/me");
        browser.post(path, json!({})).await.expect(200);
        assert!(browser.is_empty(), "{path}");
        let request = Client::new().get(host.url("/api/v1/users/me")).header("cookie", kept);
        let refused = Answer::read(request.send().await.unwrap()).await.unwrap().expect(401);
        assert_eq!(refused.code(), "SESSION_EXPIRED", "{path}");
    }
}

#[tokio::test]
async fn other_sessions_end_at_once_by_request_and_with_the_password() {
    let (host, _) = host().await;
    let nobody = Person::nobody(&host.url(""), "localhost");
    let own = nobody.signed_in(&nobody.post("/auth/login", &login(PASSWORD)).await.expect(200));
    let change = json!({"oldPassword": PASSWORD, "newPassword": "another horse 8"});
    for (path, body) in [("/auth/sessions/revoke-others", json!({})), ("/auth/password", change)] {
        let other = nobody.signed_in(&nobody.post("/auth/login", &login(PASSWORD)).await.expect(200));
        other.get("/users/me").await.expect(200);
        own.post(path, &body).await.expect(200);
        assert_eq!(other.get("/users/me").await.expect(401).code(), "SESSION_EXPIRED", "{path}");
        own.get("/users/me").await.expect(200);
    }
    nobody.post("/auth/login", &login(PASSWORD)).await.expect(400);
    nobody.post("/auth/login", &login("another horse 8")).await.expect(200);
}
